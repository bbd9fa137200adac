/**
 * Images that are known in part: a known class's foreground on an unrelated background, or an unknown foreground on a
 * known class's background (BackMix, TPAMI 2025). *priors* draws them (`priors.ts`); of real images a network's own maps
 * cut them (lib/evaluation/cut_by_maps.ts).
 */
import type { ImageSet } from "./image_set.ts";

/** Images whose foreground or background is known, or both, or neither. */
export type PartlyKnown = Record<
  "knownOnKnown" | "knownOnUnrelated" | "unknownOnKnown" | "unknownOnUnrelated",
  ImageSet
>;

/**
 * The images with part of their background taken from another set's images, from the left edge on; the shapes stay, and so
 * does the background where the other image has its own shape.
 *
 * @param set known shapes on their textures, such as `knownOnKnown`
 * @param other images of the same number, whose left part comes in where `set` has background
 * @param share of the width that is replaced, in [0, 1]
 * @throws {RangeError} if the sets are of other sizes
 */
export function covered(set: ImageSet, other: ImageSet, share: number): ImageSet {
  if (other.images.length !== set.images.length) throw new RangeError("sets of other sizes");
  const images = set.images.slice();
  const columns = Math.round(share * set.side);
  for (let pixel = 0; pixel < images.length / 3; pixel++) {
    if (pixel % set.side >= columns || set.foreground![pixel] > 0 || other.foreground![pixel] > 0) continue;
    images.set(other.images.subarray(3 * pixel, 3 * pixel + 3), 3 * pixel);
  }
  return { ...set, name: `${set.name}, ${share} covered`, images };
}
