/** A run that takes seconds: a narrow network on a few generated images, with all that training can change. */
import { CENTRED } from "../../lib/augment/pixels.ts";
import { classifier32 } from "../../lib/backbones/classifier32.ts";
import { DESCRIBED } from "../../lib/backmix/mix.ts";
import { openSet } from "../../lib/datasets/open_set.ts";
import { priors, priorsSplit } from "../../lib/datasets/priors.ts";
import { arplCs } from "../../lib/methods/arpl_cs.ts";
import { softmax } from "../../lib/methods/softmax.ts";
import type { Recipe } from "../../lib/training/recipe.ts";
import type { TrainOptions } from "../../lib/training/train.ts";

/** Steps in an epoch of a small run. */
export const EPOCH_STEPS = 20;

/** Threads of the engine in every small run. */
export const THREADS = 2;

/** What distinguishes one small run from another. */
export interface SmallRun {
  /** The folder, which must exist. */
  directory: string;
  /** Whether to go on. */
  resume?: boolean;
  /** Steps that mixing runs ahead; null trains without BackMix. */
  lag?: number | null;
  /** Whether it trains ARPL+CS, whose epochs have twice the steps, instead of Softmax. */
  confusing?: boolean;
  /** Other parts of the recipe. */
  recipe?: Partial<Recipe>;
}

const BATCH = 12;
const images = openSet(priors({ seed: 0, train: EPOCH_STEPS * BATCH + 5, test: 6 }), priorsSplit(0)).train;

/** The recipe of small runs. */
export function smallRecipe(lag: number | null, changed: Partial<Recipe> = {}): Recipe {
  return {
    backbone: { name: "classifier32", width: 0.125, dropout: 0.2 },
    normalisation: CENTRED,
    optimiser: { momentum: 0.9, weightDecay: 1e-4, nesterov: false },
    schedule: { kind: "one-cycle", peak: 0.05, rise: 0.3 },
    epochs: 4,
    batch: BATCH,
    backmix: lag === null ? null : { ...DESCRIBED, lag },
    precision: "float32",
    ...changed,
  };
}

/** The options of a small run. */
export function smallRun(
  { directory, resume = false, lag = 1, confusing = false, recipe: changed }: SmallRun,
): TrainOptions {
  const recipe = smallRecipe(lag, changed);
  return {
    recipe,
    backbone: classifier32(recipe.backbone),
    method: confusing ? arplCs : softmax,
    images,
    classes: 6,
    seed: 0,
    directory,
    identity: { threads: THREADS },
    resume,
    label: "small run",
  };
}
