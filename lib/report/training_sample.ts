/** Some training images with their class activation maps: what notebook and report show BackMix on. */
import type { ImageSet } from "../datasets/image_set.ts";
import { AREA } from "../backmix/foreground.ts";
import type { NamedArray } from "../files/arrays.ts";
import { writeAtomic } from "../files/atomic.ts";
import { readBytes } from "../files/read.ts";
import { decodeNpz, encodeNpz } from "../files/npz.ts";
import { UserError } from "../files/user_error.ts";

/** The images and what two networks see in them. */
export interface TrainingSample {
  /** The images, all of known classes. */
  set: ImageSet;
  /** Their maps as the bank of a training with BackMix leaves them, `[images, 8, 8]`, in [0, 1]. */
  maps: Float32Array;
  /** Their maps by the network that was trained without. */
  mapsWithout: Float32Array;
}

/**
 * Writes a sample as `.npz`.
 *
 * @throws {UserError} if the file cannot be written
 */
export async function writeTrainingSample(path: string, { set, maps, mapsWithout }: TrainingSample): Promise<void> {
  const n = set.labels.length;
  const map = (data: Float32Array): NamedArray => ({ dtype: "F32", shape: [n, 8, 8], data });
  const arrays: [string, NamedArray][] = [
    ["images", { dtype: "U8", shape: [n, set.side, set.side, 3], data: set.images }],
    ["label", { dtype: "I32", shape: [n], data: set.labels }],
    ["index", { dtype: "I32", shape: [n], data: set.index }],
    ["maps", map(maps)],
    ["maps_without", map(mapsWithout)],
  ];
  await writeAtomic(path, await encodeNpz(new Map(arrays)));
}

/**
 * Reads a sample.
 *
 * @throws {UserError} if the file cannot be read or is no such sample
 */
export async function readTrainingSample(path: string): Promise<TrainingSample> {
  const bytes = await readBytes(path, "Make it: deno task notebooks:data.");
  const arrays = await decodeNpz(bytes, path);
  const [n, side] = arrays.get("images")?.shape ?? [];
  const part = <T extends Uint8Array | Int32Array | Float32Array>(
    name: string,
    type: new (length: number) => T,
    size: number,
  ): T => {
    const data = arrays.get(name)?.data;
    if (data instanceof type && data.length === size) return data;
    throw new UserError(`${path}: ${name} is not as it should be. Make the file again: deno task notebooks:data.`);
  };
  const set = {
    name: "train",
    side,
    images: part("images", Uint8Array, n * side * side * 3),
    labels: part("label", Int32Array, n),
    index: part("index", Int32Array, n),
  };
  return {
    set,
    maps: part("maps", Float32Array, n * AREA),
    mapsWithout: part("maps_without", Float32Array, n * AREA),
  };
}
