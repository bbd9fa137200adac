/**
 * The batches of a training run: which images a step sees, and their pixels, mixed and augmented on bytes ahead of the
 * step. Everything is drawn from streams named by seed, purpose, and epoch or step, so a batch depends on its number only.
 */
import { drawAlterations, renderAltered } from "../augment/augmentation.ts";
import { type CoveredSet, drawBackgrounds, swapBackgrounds } from "../augment/background_swap.ts";
import { decodeBatch, type Images, type PixelValues, pixelValues, truncatedPixelValues } from "../augment/pixels.ts";
import { drawRegularisation, regularise } from "../augment/regulariser.ts";
import { drawViews, renderViews } from "../augment/view.ts";
import type { CamBank } from "../backmix/cam_bank.ts";
import { drawPastes, mixedImages, type Paste, renderMixed } from "../backmix/mix.ts";
import type { ImageSet } from "../datasets/image_set.ts";
import { stream } from "../engine/streams.ts";
import type { Recipe } from "./recipe.ts";

/** What one training step gets. */
export interface Batch {
  /** The step's number, from 0. */
  step: number;
  /** Which images of the training set, `[batch]`. */
  indices: Uint32Array;
  /** Their labels, `[batch]`. */
  labels: Int32Array;
  /** Pixels to train on, `[batch, side, side, 3]`, normalised. */
  images: Float32Array;
  /** The same images unaltered, for their class activation maps; only with BackMix. */
  raw?: Float32Array;
  /** Images whose backgrounds were pasted; only with BackMix. */
  partners: number[];
  /** The other labels, `[batch]`, and the weight of `labels`; only with MixUp and CutMix. */
  mixed?: { labels: Int32Array; lambda: number };
}

/** Steps in an epoch: the last, incomplete batch is left out, and other images fall into it in each epoch. */
export function stepsPerEpoch(images: number, recipe: Recipe): number {
  return Math.floor(images / recipe.batch);
}

/**
 * Makes the batch of any step.
 *
 * @param set the training images
 * @returns a function of the step's number; with BackMix it reads the bank, so steps must come in order
 */
export function batches(set: ImageSet, recipe: Recipe, seed: number, bank: CamBank | null): (step: number) => Batch {
  const images = { bytes: set.images, side: set.side };
  const size = recipe.batch * set.side * set.side * 3;
  const epochSteps = stepsPerEpoch(set.labels.length, recipe);
  const values = pixelValues(recipe.normalisation);
  const mixedValues: PixelValues = recipe.backmix?.pixels === "truncated"
    ? truncatedPixelValues(recipe.normalisation)
    : values;
  const { augmentation, regulariser, backmix } = recipe;
  let order: { epoch: number; images: Uint32Array } = { epoch: -1, images: new Uint32Array() };

  return (step) => {
    const epoch = Math.floor(step / epochSteps);
    if (order.epoch !== epoch) order = { epoch, images: stream(seed, "order", epoch).permutation(set.labels.length) };
    const first = (step % epochSteps) * recipe.batch;
    const indices = order.images.slice(first, first + recipe.batch);
    const batch: Batch = {
      step,
      indices,
      labels: Int32Array.from(indices, (i) => set.labels[i]),
      images: new Float32Array(size),
      partners: [],
    };
    const pastes = bank === null || backmix === null
      ? null
      : drawPastes(stream(seed, "mix", step), indices, bank.at(step), set.side, backmix);
    if (pastes !== null) {
      batch.raw = new Float32Array(size);
      decodeBatch(images, indices, values, batch.raw);
      batch.partners = pastes.map((paste) => paste.partner);
    }
    render(step, indices, pastes, batch.images);
    if (regulariser !== undefined) {
      const drawn = drawRegularisation(stream(seed, "regulariser", step), indices.length, set.side, regulariser);
      regularise(batch.images, set.side, drawn, values.grey);
      const { partners, lambda } = drawn;
      if (partners) batch.mixed = { labels: Int32Array.from(partners, (k) => batch.labels[k]), lambda };
    }
    return batch;
  };

  /** The images to train on as floats: pasted, then augmented. */
  function render(step: number, indices: Uint32Array, pastes: Paste[] | null, out: Float32Array): void {
    const viewed = stream(seed, "views", step);
    if (augmentation === undefined && pastes !== null) {
      return renderMixed(images, indices, pastes, drawViews(viewed, indices.length), mixedValues, out);
    }
    const [source, batch] = pastedBytes(step, indices, pastes);
    if (augmentation === undefined) return renderViews(source, batch, drawViews(viewed, batch.length), values, out);
    const alterations = drawAlterations(
      viewed,
      stream(seed, "alterations", step),
      batch.length,
      set.side,
      augmentation,
    );
    renderAltered(source, batch, alterations, augmentation.border, values, out);
  }

  /** Where the bytes of the batch lie once backgrounds are pasted into them, and at which places. */
  function pastedBytes(step: number, indices: Uint32Array, pastes: Paste[] | null): [Images, Uint32Array] {
    const whole = indices.map((_, k) => k);
    if (pastes !== null) return [mixedImages(images, indices, pastes, backmix!.pixels), whole];
    if (regulariser?.kind !== "background-swap") return [images, indices];
    const partners = drawBackgrounds(stream(seed, "backgrounds", step), indices.length, set.labels.length);
    return [swapBackgrounds(set as CoveredSet, indices, partners), whole];
  }
}
