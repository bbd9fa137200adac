/**
 * A recipe: everything that decides what a training run computes, as plain data. It is printed into the result file, and
 * a checkpoint goes on under the same recipe only.
 */
import { createHash } from "node:crypto";
import { type Augmentation, checkAugmentation } from "../augment/augmentation.ts";
import type { Normalisation } from "../augment/pixels.ts";
import { checkRegulariser, type Regulariser } from "../augment/regulariser.ts";
import type { BackboneName } from "../backbones/table.ts";
import type { BackmixOptions } from "../backmix/mix.ts";
import type { ImageSet } from "../datasets/image_set.ts";
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
  /** What is done to each training image, after BackMix's paste; flip and crop by default. */
  augmentation?: Augmentation;
  /** A rival of BackMix, which changes a batch of images; none by default. */
  regulariser?: Regulariser;
  /** Numbers of the method's loss that are not as published. */
  loss?: Record<string, number>;
  /** Label smoothing: share of each label that is spread evenly over all classes; none by default. */
  smoothing?: number;
  /** Generator and discriminator, for methods that train with generated images. */
  gan?: {
    /** Factor on their numbers of channels; 1, as published, by default. */
    width: number;
  };
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

/** Plain data as path and value, such as `optimiser.momentum` and `0.9`; a list is one value. */
export function flatten(value: unknown, path = "", into = new Map<string, string>()): Map<string, string> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return into.set(path, JSON.stringify(value));
  for (const [key, member] of Object.entries(value)) flatten(member, path === "" ? key : `${path}.${key}`, into);
  return into;
}

/**
 * Refuses a recipe that cannot be run.
 *
 * @param set the training images
 * @throws {UserError} naming the option
 */
export function checkRecipe(recipe: Recipe, set: Pick<ImageSet, "labels" | "foreground">): void {
  const images = set.labels.length;
  if (!Number.isInteger(recipe.epochs) || recipe.epochs < 1) {
    throw new UserError(`--epochs ${recipe.epochs}: give a whole number, 1 or more.`);
  }
  if (images < recipe.batch) {
    throw new UserError(
      `${images} training images do not fill one batch of ${recipe.batch}. Give a larger --limit, or leave it out.`,
    );
  }
  const { augmentation, regulariser, backmix } = recipe;
  if (augmentation !== undefined) checkAugmentation(augmentation);
  if (regulariser === undefined) return;
  checkRegulariser(regulariser);
  if (regulariser.kind !== "background-swap") return;
  if (set.foreground === undefined) {
    throw new UserError(
      "Regulariser background-swap: these images come without foreground masks. Use it with priors, which knows them.",
    );
  }
  if (backmix !== null) {
    throw new UserError("Regulariser background-swap: it replaces what BackMix pastes. Train it without BackMix.");
  }
}
