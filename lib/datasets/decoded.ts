/** Decodes the images of a data set once: what was decoded is kept in the cache, bytes as the network's side needs them. */
import { join } from "node:path";
import { startTensorFlow } from "../engine/tensorflow.ts";
import { writeAtomic } from "../files/atomic.ts";
import { cacheFolder } from "../files/cache.ts";
import { type Lock, waitForLock } from "../files/lock.ts";
import { progressBar } from "../files/progress.ts";
import { openSealedSafetensors, sealSafetensors } from "../files/safetensors.ts";
import { UserError } from "../files/user_error.ts";

/** What a loader of compressed images may be told. */
export interface DecodeOptions {
  /** Threads of the engine, which decodes. */
  threads?: number;
  /** Whether images that cannot be decoded are left out, each with a line that names it; else the first is an error. */
  skipDamaged?: boolean;
}

/** Images to decode. */
export interface Undecoded extends DecodeOptions {
  /** What the progress bar calls them. */
  label: string;
  /** Side of a decoded image, in pixels. */
  side: number;
  /** Names the decoded images in the cache; another name for each change of them. Null keeps nothing. */
  cached: string | null;
  /** What messages call each image. */
  files: readonly string[];
  /**
   * Gives the pixels of an image, `[side, side, 3]`; the engine runs.
   *
   * @throws {UserError} if it is damaged
   */
  decode(at: number, where: string): Promise<Uint8Array>;
}

/** Decoded images. */
export interface Decoded {
  /** Pixels, `[kept, side, side, 3]`. */
  images: Uint8Array;
  /** Which of the files they are: all, unless damaged ones were left out. */
  kept: number[];
}

/**
 * Decodes images, or takes from the cache what was decoded before. Of several processes that want the same images one
 * decodes, and the others wait.
 *
 * @throws {UserError} if an image is damaged and not to be skipped, or the cache is damaged
 */
export async function decodeImages(undecoded: Undecoded): Promise<Decoded> {
  const { label, cached, files } = undecoded;
  if (files.length === 0) return { images: new Uint8Array(0), kept: [] };
  if (cached === null) return await decodeAll(undecoded);
  const path = join(await cacheFolder("datasets"), `${cached}.safetensors`);
  const before = await decodedBefore(path, undecoded);
  if (before !== null) return before;
  await using lock = await waitForLock(`${path}.lock`, label, { onWait: console.error });
  const meanwhile = await decodedBefore(path, undecoded);
  if (meanwhile !== null) return meanwhile;
  const decoded = await decodeAll(undecoded, lock);
  if (decoded.kept.length === files.length) {
    const shape = [files.length, undecoded.side, undecoded.side, 3];
    await writeAtomic(path, sealSafetensors(new Map([["images", { dtype: "U8", shape, data: decoded.images }]])));
  }
  return decoded;
}

async function decodedBefore(path: string, { files, side }: Undecoded): Promise<Decoded | null> {
  const bytes = await Deno.readFile(path).catch(() => null);
  if (bytes === null) return null;
  const images = openSealedSafetensors(bytes, path).arrays.get("images")!.data as Uint8Array;
  return images.length === files.length * side * side * 3 ? { images, kept: [...files.keys()] } : null;
}

/** @param lock what is confirmed at each image, if the images go into the cache */
async function decodeAll(undecoded: Undecoded, lock?: Lock): Promise<Decoded> {
  const { label, side, files, threads, skipDamaged = false, decode } = undecoded;
  const size = side * side * 3;
  await startTensorFlow({ threads });
  const images = new Uint8Array(files.length * size);
  const kept: number[] = [];
  const damaged: string[] = [];
  const bar = progressBar(`decode ${label}`, files.length, "images");
  try {
    for (const [at, where] of files.entries()) {
      await lock?.confirm();
      try {
        images.set(await decode(at, where), kept.length * size);
        kept.push(at);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        if (!skipDamaged) throw new UserError(`${error.message} Or leave such images out by --skip-damaged.`);
        damaged.push(error.message);
      }
      bar.update(at + 1);
    }
  } finally {
    bar.stop();
  }
  for (const message of damaged) console.error(`left out: ${message}`);
  return { images: kept.length === files.length ? images : images.slice(0, kept.length * size), kept };
}
