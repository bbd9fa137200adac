/** Some training images of a run beside its checkpoint, so that a page that follows the run can lay maps over them. */
import { AREA } from "../backmix/foreground.ts";
import type { ImageSet } from "../datasets/image_set.ts";
import type { NamedArray } from "../files/arrays.ts";
import { writeAtomic } from "../files/atomic.ts";
import { fileError } from "../files/file_error.ts";
import { decodeNpy, encodeNpy } from "../files/npy.ts";
import { UserError } from "../files/user_error.ts";
import { bankMaps } from "./checkpoint.ts";

/** A training image with its map. */
export interface Previewed {
  /** Bytes, `[side, side, 3]`. */
  image: Uint8Array;
  /** `[8, 8]`, in [0, 1]. */
  map: Float32Array;
}

/** Name of the file. */
export const PREVIEW = "preview.npy";
const MOST = 24;

/** Which of n images are shown: evenly chosen. */
function chosenOf(n: number): number[] {
  const shown = Math.min(MOST, n);
  return Array.from({ length: shown }, (_, k) => Math.floor(k * n / shown));
}

/**
 * Writes the images that will be shown.
 *
 * @param directory the run's folder
 * @throws {UserError} if the file cannot be written
 */
export async function writePreview(directory: string, { images, side, labels }: ImageSet): Promise<void> {
  const size = side * side * 3;
  const chosen = chosenOf(labels.length);
  const data = new Uint8Array(chosen.length * size);
  chosen.forEach((image, k) => data.set(images.subarray(image * size, (image + 1) * size), k * size));
  const array: NamedArray = { dtype: "U8", shape: [chosen.length, side, side, 3], data };
  await writeAtomic(`${directory}/${PREVIEW}`, encodeNpy(array));
}

/**
 * The images and their maps as the last checkpoint has them; null if there are none, as before the first checkpoint and
 * without BackMix.
 *
 * @param directory the run's folder
 * @param checkpoint path of the checkpoint
 * @throws {UserError} if a file is damaged
 */
export async function readPreview(
  directory: string,
  checkpoint: string,
): Promise<{ side: number; shown: Previewed[] } | null> {
  const maps = await bankMaps(checkpoint);
  const path = `${directory}/${PREVIEW}`;
  const bytes = await Deno.readFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return null;
    throw fileError(error, "read", path);
  });
  if (maps === null || bytes === null) return null;
  const { shape: [n, side], data } = decodeNpy(bytes, path);
  const chosen = chosenOf(maps.length / AREA);
  const size = side * side * 3;
  if (n !== chosen.length || data.length !== n * size) {
    throw new UserError(`${path}: these are not the images of the checkpoint beside it. Delete this file.`);
  }
  const shown = chosen.map((image, k) => ({
    image: data.slice(k * size, (k + 1) * size) as Uint8Array,
    map: maps.slice(image * AREA, (image + 1) * AREA),
  }));
  return { side, shown };
}
