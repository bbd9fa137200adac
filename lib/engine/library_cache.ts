/**
 * A build of TensorFlow in the user's cache: whether it is whole, and how it gets there.
 *
 *     cache/tensorflow-2.21.0/lib/     the libraries and the stamp; renamed into place as a whole
 *     cache/tensorflow-2.21.0/part/    an attempt, under way or interrupted
 */
import { join } from "node:path";
import { cacheFolder, cacheHome } from "../files/cache.ts";
import { fileError } from "../files/file_error.ts";
import { type Lock, waitForLock } from "../files/lock.ts";
import { type Build, wheelBytesOf } from "./library_builds.ts";
import { pipDownload } from "./library_python.ts";
import { unpackWheel } from "./library_wheel.ts";

/** The stamp in a complete folder: written last, so whoever finds it finds the rest. */
interface Stamp {
  /** SHA-256 of the wheel that the files came from; of several, one after another. */
  wheel: string;
  /** Bytes of each file. */
  sizes: Record<string, number>;
}

const STAMP = "complete.json";

/**
 * The folder of the cache that holds a build's two libraries; undefined if the build is not there as a whole.
 *
 * Takes a few milliseconds: sizes are compared with the stamp that was written last.
 */
export function cachedLibrary(build: Build): string | undefined {
  const place = join(cacheHome(), build.folder, "lib");
  const directory = join(place, build.directory);
  try {
    const { wheel, sizes }: Stamp = JSON.parse(Deno.readTextFileSync(join(place, STAMP)));
    if (wheel !== stampOf(build)) return undefined;
    if (!build.libraries.every((name) => join(build.directory, name) in sizes)) return undefined;
    return Object.entries(sizes).every(([name, size]) => sizeOf(join(place, name)) === size) ? directory : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return undefined; // absent or damaged, which is mended alike
  }
}

/**
 * Fetches a build into the cache, unless another process has done so meanwhile.
 *
 * @param pythons programs whose pip may fetch it, in order
 * @returns where the libraries are, and whether this call fetched them
 * @throws {UserError} a sentence that says what went wrong: no Python, no pip, no network, a cache that cannot be written
 */
export async function fetchLibrary(
  build: Build,
  pythons: string[],
): Promise<{ directory: string; source: "cache" | "download" }> {
  const cache = await cacheFolder(build.folder);
  await using lock = await waitForLock(join(cache, "lock"), "The cache of TensorFlow", { onWait: console.error });
  const present = cachedLibrary(build);
  if (present !== undefined) return { directory: present, source: "cache" };
  await fetchWheels(build, cache, pythons, lock);
  return { directory: join(cache, "lib", build.directory), source: "download" };
}

/** Size of a file; undefined if it is not there. */
export function sizeOf(path: string): number | undefined {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return undefined;
  }
}

/** Fetches and unpacks the wheels; the caller holds the lock. What an interrupted attempt left is removed first. */
async function fetchWheels(build: Build, cache: string, pythons: string[], lock: Lock): Promise<void> {
  const part = join(cache, "part");
  const fresh = join(part, "lib");
  try {
    remove(part);
    Deno.mkdirSync(fresh, { recursive: true });
    const size = `${(wheelBytesOf(build) / 1e6).toFixed(0)} MB`;
    console.error(`Fetching TensorFlow ${build.version} into ${cache}, once (${size}).`);
    const sizes: Stamp["sizes"] = {};
    for (const wheel of build.wheels) {
      const path = await pipDownload(wheel, part, pythons);
      console.error(`Unpacking ${wheel.name}.`);
      Object.assign(sizes, await unpackWheel(path, wheel, fresh));
      remove(path); // wheels and files together would need twice the room
    }
    const stamp: Stamp = { wheel: stampOf(build), sizes };
    Deno.writeTextFileSync(join(fresh, STAMP), JSON.stringify(stamp, null, 2) + "\n");
    await lock.confirm();
    remove(join(cache, "lib")); // one that is not complete: files were taken out or cut off
    Deno.renameSync(fresh, join(cache, "lib"));
  } catch (error) {
    throw fileError(error, "write", cache);
  } finally {
    remove(part);
  }
}

function stampOf({ wheels }: Build): string {
  return wheels.map(({ sha256 }) => sha256).join(" ");
}

function remove(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
