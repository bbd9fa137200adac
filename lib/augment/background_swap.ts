/**
 * Another image's background behind an image's own foreground, by the masks that the data set itself knows: what
 * BackMix would do if its maps were perfect and its window the whole image. Only generated data know their masks, so this
 * is an upper bound to compare with, no method.
 *
 *     image_i = cover_i image_i + (1 - cover_i) (grey where image_j has foreground, else image_j)
 *
 * The label stays i's. (lib/evaluation/cut_by_maps.ts puts images together by the same rule, by masks from a network's maps.)
 */
import type { ImageSet } from "../datasets/image_set.ts";
import type { Stream } from "../engine/streams.ts";
import { CHANNELS, EXACT, type Images } from "./pixels.ts";

/** A set that knows its foregrounds. */
export type CoveredSet = Pick<ImageSet, "images" | "side"> & Required<Pick<ImageSet, "foreground">>;

/** Draws whose background each of `count` images gets: any image's, its own too, all equally likely. */
export function drawBackgrounds(random: Stream, count: number, images: number): Uint32Array {
  return Uint32Array.from({ length: count }, () => random.int(images));
}

/**
 * The images of a batch on other images' backgrounds, in its order.
 *
 * @param batch indices of the images
 * @param partners the images whose backgrounds are taken, one for each of the batch
 * @param others the set that the partners are of; by default the batch's own
 */
export function swapBackgrounds(
  set: CoveredSet,
  batch: ArrayLike<number>,
  partners: ArrayLike<number>,
  others: CoveredSet = set,
): Images {
  const { images, foreground, side } = set;
  const area = side * side;
  const bytes = new Uint8Array(batch.length * area * CHANNELS);
  for (let k = 0, to = 0; k < batch.length; k++) {
    const [own, other] = [batch[k] * area, partners[k] * area];
    for (let p = 0; p < area; p++) {
      const cover = foreground[own + p] / 255;
      const hidden = others.foreground[other + p] > 0;
      for (let c = 0; c < CHANNELS; c++, to++) {
        const behind = hidden ? EXACT.grey : others.images[(other + p) * CHANNELS + c];
        bytes[to] = Math.round(behind + cover * (images[(own + p) * CHANNELS + c] - behind));
      }
    }
  }
  return { bytes, side };
}
