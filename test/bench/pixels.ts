/**
 * The pixel work of training, by the very function that makes the training loop's batches: with BackMix (order, draws,
 * paste, flip, crop, and the raw images for the maps), or by a richer augmentation. In one thread.
 */
import { CSSR_STRONG, randAugment } from "../../lib/augment/augmentation.ts";
import { CENTRED } from "../../lib/augment/pixels.ts";
import { CamBank } from "../../lib/backmix/cam_bank.ts";
import { DESCRIBED } from "../../lib/backmix/mix.ts";
import type { ImageSet } from "../../lib/datasets/image_set.ts";
import { stream } from "../../lib/engine/streams.ts";
import { batches } from "../../lib/training/batches.ts";
import type { Recipe } from "../../lib/training/recipe.ts";

const SIDE = 32; // pixels
const IMAGES = 20_000; // 61 MB, more than a processor's cache, as a real data set
const CLASSES = 6;

/** What is measured, as parts of a recipe. */
const PIPELINES = {
  pixels: { backmix: { ...DESCRIBED, lag: 1e9 } }, // the bank never moves: its update is not pixel work
  "rand-augment": { backmix: null, augmentation: randAugment(2, 9) },
  cssr: { backmix: null, augmentation: CSSR_STRONG },
};

/** A function that makes the next batch. */
export function pixelWork(kind: keyof typeof PIPELINES, batch: number): () => void {
  const random = stream(0, "bench", 0);
  const set: ImageSet = {
    name: "train",
    side: SIDE,
    images: Uint8Array.from({ length: IMAGES * SIDE * SIDE * 3 }, (_, k) => k * k >>> 7),
    labels: Int32Array.from({ length: IMAGES }, (_, k) => k % CLASSES),
    index: Int32Array.from({ length: IMAGES }, (_, k) => k),
  };
  const maps = Float32Array.from({ length: IMAGES * 64 }, () => random.uniform()); // no ties, as after an epoch
  const recipe: Recipe = {
    backbone: { name: "classifier32", width: 1, dropout: 0.2 },
    normalisation: CENTRED,
    optimiser: { momentum: 0.9, weightDecay: 1e-4, nesterov: false },
    schedule: { kind: "one-cycle", peak: 0.1, rise: 0.2 },
    epochs: 1,
    batch,
    ...PIPELINES[kind],
    precision: "float32",
  };
  const bank = recipe.backmix && CamBank.restore({ maps, waiting: [] }, 0, recipe.backmix);
  const next = batches(set, recipe, 0, bank);
  let step = 0;
  return () => void next(step++);
}
