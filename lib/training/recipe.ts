/**
 * A recipe: everything that decides what a training run computes, as plain data. It is printed into the result file, and
 * a checkpoint goes on under the same recipe only.
 */
import { createHash } from "node:crypto";
import type { Normalisation } from "../augment/pixels.ts";
import type { BackboneName } from "../backbones/table.ts";
import type { BackmixOptions } from "../backmix/mix.ts";
import type { Precision } from "../engine/jit.ts";
import { UserError } from "../files/user_error.ts";
import type { OptimiserOptions } from "./optimiser.ts";
import type { Schedule } from "./schedule.ts";

/** How a network is trained. */
export interface Recipe {
  /** The network. */
  backbone: {
    /** Its name. */
    name: BackboneName;
    /** Factor on its numbers of channels; 1 as published. */
    width: number;
    /** Share of the maps that dropout clears; 0 where it has no dropout. */
    dropout: number;
  };
  /** What the network sees of a pixel. */
  normalisation: Normalisation;
  /** How gradients move the parameters. */
  optimiser: OptimiserOptions;
  /** The learning rate of each step. */
  schedule: Schedule;
  /** Passes over the training images. */
  epochs: number;
  /** Images in a step. */
  batch: number;
  /** BackMix's settings; null trains without. */
  backmix: BackmixOptions | null;
  /** Numbers of the method's loss that are not as published. */
  loss?: Record<string, number>;
  /** Label smoothing: share of each label that is spread evenly over all classes; none by default. */
  smoothing?: number;
  /** Type in which convolutions multiply. */
  precision: Precision;
}

/**
 * A short name of a recipe (with whatever else a cell depends on): the first 16 digits of the SHA-256 of its JSON with
 * sorted keys.
 */
export function digest(recipe: unknown): string {
  return createHash("sha256").update(sortedJson(recipe)).digest("hex").slice(0, 16);
}

function sortedJson(value: unknown): string {
  return JSON.stringify(
    value,
    (_, v) =>
      v !== null && typeof v === "object" && !Array.isArray(v)
        ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
        : v,
  );
}

/**
 * Refuses a recipe that cannot be run.
 *
 * @param images how many training images there are
 * @throws {UserError} naming the option
 */
export function checkRecipe(recipe: Recipe, images: number): void {
  if (!Number.isInteger(recipe.epochs) || recipe.epochs < 1) {
    throw new UserError(`--epochs ${recipe.epochs}: give a whole number, 1 or more.`);
  }
  if (images < recipe.batch) {
    throw new UserError(
      `${images} training images do not fill one batch of ${recipe.batch}. Give a larger --limit, or leave it out.`,
    );
  }
}
