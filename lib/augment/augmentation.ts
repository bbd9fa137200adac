/**
 * What a recipe does to its training images beyond flip and crop: RandAugment, or CSSR's strong augmentation. All on
 * bytes, in this order; only the contrast at the end is of floats.
 *
 *     flip, crop -> operations -> grey square -> normalise -> times a random contrast
 *
 * Drawing (random) and rendering (not) are apart, so that a test can force the draws.
 */
import type { Stream } from "../engine/streams.ts";
import { UserError } from "../files/user_error.ts";
import { type Box, fillBox } from "./box.ts";
import { type Border, cropBytes, paddingOf } from "./crop.ts";
import { operate, type Operation } from "./operations.ts";
import { CHANNELS, checkBatch, type Images, type PixelValues } from "./pixels.ts";
import { checkPool, drawOperations, type PoolOptions } from "./pools.ts";
import { drawViews, type View } from "./view.ts";

/** All settings of an augmentation: plain data, part of a recipe. */
export interface Augmentation {
  /** What the crop finds beyond the edge. */
  border: Border;
  /** Operations after the crop; none by default. */
  operations?: PoolOptions;
  /** Side of a grey square as a share of the image's, at most 1, as CSSR draws it; none by default. */
  greySquare?: number;
  /** Normalised pixels are multiplied by one number an image, uniform between these two; 1 by default. */
  contrast?: { least: number; most: number };
}

/** RandAugment with N operations of magnitude M, after flip and a crop padded with black. */
export function randAugment(operations = 2, magnitude = 9): Augmentation {
  return { border: "black", operations: { pool: "rand-augment", operations, magnitude } };
}

/** CSSR's augmentation, all of it (`configs/basic.json`: strong, customised, cutout, manual contrast). */
export const CSSR_STRONG: Augmentation = {
  border: "reflect",
  operations: { pool: "cssr", operations: 2, magnitude: 10 },
  greySquare: 0.5,
  contrast: { least: 0.1, most: 2 },
};

/** What was drawn for one image. */
export interface Alteration {
  /** Flip and crop. */
  view: View;
  /** In their order. */
  operations: Operation[];
  /** What turns grey; null for nothing. */
  square: Box | null;
  /** Factor on the normalised pixels. */
  contrast: number;
}

/** The grey of CSSR's square, a level. */
const GREY = 127;

/**
 * Draws what is done to each image of a batch.
 *
 * @param views flips and crops are drawn from it, as `drawViews` does: so recipes that differ in the rest crop alike
 * @param random for each image in this order: operations, square (x, y), contrast
 * @param side of the images, in pixels
 */
export function drawAlterations(
  views: Stream,
  random: Stream,
  count: number,
  side: number,
  { border, operations, greySquare, contrast }: Augmentation,
): Alteration[] {
  return drawViews(views, count, paddingOf(border, side)).map((view) => ({
    view,
    operations: operations === undefined ? [] : drawOperations(random, side, operations),
    square: greySquare === undefined
      ? null
      : greySquareAt(side * random.uniform(), side * random.uniform(), Math.floor(greySquare * side), side),
    contrast: contrast === undefined ? 1 : contrast.least + (contrast.most - contrast.least) * random.uniform(),
  }));
}

/**
 * CSSR's square for the drawn place (`CutoutAbs`): it reaches `length` to the right and down from where a square around the
 * place would begin, both ends included; so it is one pixel wider than asked for, and not cut off on the left and above.
 */
export function greySquareAt(x: number, y: number, length: number, side: number): Box {
  const first = (middle: number) => Math.trunc(Math.max(0, middle - length / 2));
  const [left, top] = [first(x), first(y)];
  return { top, left, bottom: Math.min(side, top + length + 1), right: Math.min(side, left + length + 1) };
}

/**
 * Renders a batch, `[batch, side, side, 3]`.
 *
 * @param batch indices of the images
 * @param alterations one for each image of the batch
 * @param border as in the augmentation that they were drawn for
 * @param out is filled; `batch.length * side * side * 3` long
 * @throws {RangeError} if an image does not exist, or lengths differ
 */
export function renderAltered(
  images: Images,
  batch: ArrayLike<number>,
  alterations: readonly Alteration[],
  border: Border,
  values: PixelValues,
  out: Float32Array,
): void {
  checkBatch(images, batch, out);
  if (alterations.length !== batch.length) {
    throw new RangeError(`${alterations.length} alterations for a batch of ${batch.length}`);
  }
  const { bytes, side } = images;
  const size = side * side * CHANNELS;
  const [image, scratch] = [new Uint8Array(size), new Uint8Array(size)];
  alterations.forEach(({ view, operations, square, contrast }, k) => {
    cropBytes(bytes.subarray(batch[k] * size, (batch[k] + 1) * size), side, view, border, image);
    for (const operation of operations) operate(operation, image, side, scratch);
    if (square !== null) fillBox(image, side, square, GREY);
    const factor = Math.fround(contrast);
    const table = contrast === 1 ? values.byte : values.byte.map((value) => value * factor);
    const first = k * size;
    for (let p = 0; p < size; p++) out[first + p] = table[image[p]];
  });
}

/**
 * Refuses an augmentation that cannot be run.
 *
 * @throws {UserError} naming the setting
 */
export function checkAugmentation({ operations, greySquare, contrast }: Augmentation): void {
  if (operations !== undefined) checkPool(operations);
  if (greySquare !== undefined && !(greySquare > 0 && greySquare <= 1)) {
    throw new UserError(`Augmentation: a grey square of ${greySquare} of the side. Give a share above 0, at most 1.`);
  }
  if (contrast !== undefined && !(contrast.least >= 0 && contrast.most >= contrast.least && contrast.most < Infinity)) {
    throw new UserError(
      `Augmentation: contrast from ${contrast.least} to ${contrast.most}. Give two numbers, the lesser first.`,
    );
  }
}
