/** Compares maps and images of which the golden files hold a digest: moments, and the first values of each image. */
import { assert, assertEquals } from "@std/assert";
import type { Comparison, GoldenArray } from "./golden.ts";

/** What the golden files hold of a map; of a gradient only the deviations and the first values. */
export interface MapDigest {
  /** Its sizes. */
  shape: number[];
  /** Mean of all values. */
  mean?: number;
  /** Population deviation of all values. */
  std: number;
  /** First values of each image, row-major. */
  first64: GoldenArray;
  /** Mean of each image. */
  mean_of_image?: GoldenArray;
  /** Deviation of each image. */
  std_of_image: GoldenArray;
}

/** Mean and population deviation. */
export function moments(values: ArrayLike<number>): { mean: number; std: number } {
  const n = values.length;
  const mean = Array.from(values).reduce((sum, v) => sum + v, 0) / n;
  return { mean, std: Math.sqrt(Array.from(values).reduce((sum, v) => sum + (v - mean) ** 2, 0) / n) };
}

/**
 * Compares a map with a digest.
 *
 * @param tolerances of the moments, and of the first values where they have another
 */
export function compareMap(
  compared: Comparison,
  path: string,
  { shape, values }: { shape: number[]; values: Float32Array },
  digest: MapDigest,
  { all, first = all }: { all: number; first?: number },
): void {
  assertEquals(shape, digest.shape);
  const cells = values.length / shape[0];
  const images = Array.from({ length: shape[0] }, (_, i) => values.subarray(i * cells, (i + 1) * cells));
  const ofAll = moments(values);
  if ("mean" in digest) compared.scalar(`${path} mean`, ofAll.mean, digest.mean!, all);
  compared.scalar(`${path} std`, ofAll.std, digest.std, all);
  const count = digest.first64.shape[1];
  assert(count <= cells);
  compared.array(`${path} first64`, images.flatMap((image) => [...image.subarray(0, count)]), digest.first64, first);
  if ("mean_of_image" in digest) {
    const means = images.map((image) => moments(image).mean);
    compared.array(`${path} mean_of_image`, means, digest.mean_of_image!, all);
  }
  compared.array(`${path} std_of_image`, images.map((image) => moments(image).std), digest.std_of_image, all);
}
