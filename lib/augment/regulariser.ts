/**
 * Rivals of BackMix: regularisers that change a batch of training images, after their augmentation, and for two of them
 * the labels too.
 *
 *     MixUp (Zhang et al., ICLR 2018)      x = lambda x_a + (1 - lambda) x_b
 *     CutMix (Yun et al., ICCV 2019)       x = x_b in a box, x_a outside; lambda = share of the area outside
 *     CutOut (DeVries and Taylor 2017)     x = grey in a square; the label stays
 *
 *     loss = lambda loss(label a) + (1 - lambda) loss(label b)
 *
 * One lambda a batch; b is a permutation of the batch, as in the published code of both (facebookresearch/mixup-cifar10,
 * clovaai/CutMix-PyTorch; uoguelph-mlrg/Cutout).
 *
 * Drawing (random) and doing (not) are apart, so that a test can force the draws.
 */
import type { Stream } from "../engine/streams.ts";
import { UserError } from "../files/user_error.ts";
import { drawBeta } from "./beta.ts";
import { areaOf, type Box, boxAround, copyBox, fillBox } from "./box.ts";
import { CHANNELS, type PixelValues } from "./pixels.ts";

/** A regulariser with its settings: plain data, part of a recipe. */
export type Regulariser =
  | {
    kind: "mixup";
    /** lambda is drawn from Beta(alpha, alpha). */
    alpha: number;
  }
  | {
    kind: "cutmix";
    /** The share outside the box, before it is clipped, is drawn from Beta(alpha, alpha). */
    alpha: number;
    /** Chance of each batch to be mixed. */
    probability: number;
  }
  | {
    kind: "cutout";
    /** Side of the square as a share of the image's. */
    side: number;
  }
  /** Another image's background behind the image's own foreground: see `background_swap.ts`. */
  | { kind: "background-swap" };

/** The regularisers as published for CIFAR-10, by name. */
export const REGULARISERS: Readonly<Record<Regulariser["kind"], Regulariser>> = {
  mixup: { kind: "mixup", alpha: 1 },
  cutmix: { kind: "cutmix", alpha: 1, probability: 0.5 },
  cutout: { kind: "cutout", side: 0.5 },
  "background-swap": { kind: "background-swap" },
};

/** What was drawn for a batch. */
export interface Regularisation {
  /** Which image of the batch is each one's partner, `[batch]`; only where images are mixed. */
  partners?: Uint32Array;
  /** Weight of an image's own label, in [0, 1]; 1 where labels stay. */
  lambda: number;
  /** CutMix: the box that comes from the partner, the same in all images. */
  box?: Box;
  /** CutOut: each image's square, `[batch]`. */
  squares?: Box[];
}

/**
 * Draws what is done to a batch: partners, lambda, then a box (y, x); or a square (y, x) for each image.
 *
 * MixUp and CutMix always draw partners, so that each step has the same inputs; lambda is 1 where a batch is not mixed.
 *
 * @param count images in the batch
 * @param side of the images, in pixels
 */
export function drawRegularisation(
  random: Stream,
  count: number,
  side: number,
  regulariser: Regulariser,
): Regularisation {
  switch (regulariser.kind) {
    case "mixup":
      return { partners: random.permutation(count), lambda: drawBeta(random, regulariser.alpha) };
    case "cutmix": {
      const partners = random.permutation(count);
      if (random.uniform() >= regulariser.probability) return { partners, lambda: 1 };
      const length = Math.floor(side * Math.sqrt(1 - drawBeta(random, regulariser.alpha)));
      const box = boxAround(random.int(side), random.int(side), length, side);
      return { partners, lambda: 1 - areaOf(box) / (side * side), box };
    }
    case "cutout": {
      const length = Math.round(regulariser.side * side);
      const square = () => boxAround(random.int(side), random.int(side), length, side);
      return { lambda: 1, squares: Array.from({ length: count }, square) };
    }
    case "background-swap":
      return { lambda: 1 }; // was done on bytes
  }
}

/**
 * Does it.
 *
 * @param images `[batch, side, side, 3]`, as the network would see them; changed in place
 * @param grey the value of the pixels that CutOut takes away (`PixelValues.grey`)
 */
export function regularise(
  images: Float32Array,
  side: number,
  { partners, lambda, box, squares }: Regularisation,
  grey: PixelValues["grey"],
): void {
  const size = side * side * CHANNELS;
  const imageOf = (batch: Float32Array, k: number) => batch.subarray(k * size, (k + 1) * size);
  squares?.forEach((square, k) => fillBox(imageOf(images, k), side, square, grey));
  if (partners === undefined || lambda === 1) return;
  const before = images.slice();
  partners.forEach((partner, k) => {
    const [image, other] = [imageOf(images, k), imageOf(before, partner)];
    if (box !== undefined) return copyBox(image, other, side, box);
    for (let p = 0; p < size; p++) image[p] += (1 - lambda) * (other[p] - image[p]); // so x with itself stays x
  });
}

/**
 * Refuses a regulariser that cannot be run.
 *
 * @throws {UserError} naming the setting
 */
export function checkRegulariser(regulariser: Regulariser): void {
  const refuse = (what: string, value: number, range: string): never => {
    throw new UserError(`Regulariser ${regulariser.kind}: ${what} ${value}. Give a number ${range}.`);
  };
  if ("alpha" in regulariser) {
    const { alpha } = regulariser;
    if (!(alpha > 0 && alpha < Infinity)) refuse("alpha", alpha, "above 0");
  }
  if (regulariser.kind === "cutmix") {
    const { probability } = regulariser;
    if (!(probability >= 0 && probability <= 1)) refuse("probability", probability, "from 0 to 1");
  }
  if (regulariser.kind === "cutout") {
    const { side } = regulariser;
    if (!(side > 0 && side <= 1)) refuse("side", side, "above 0, at most 1, as a share of the image's side");
  }
}
