/** What a cell of a table is to compute, and the name that it has by that. */
import type { Source } from "../datasets/image_set.ts";
import type { Split } from "../datasets/splits.ts";
import type { Method } from "../methods/method.ts";
import { cellId, decidingDigest } from "../results/result.ts";
import type { Recipe } from "../training/recipe.ts";

/** What a cell computes; everything that its numbers depend on. */
export interface CellPlan {
  /** What judges the features. */
  method: Method;
  /** How to train. */
  recipe: Recipe;
  /** Number of the split. */
  trial: number;
  /** Seed of everything random. */
  seed: number;
  /** Which classes are known. */
  split: Split;
  /** The data set's name. */
  dataset: string;
  /** What identifies the data. */
  source: Source;
  /** How many training images are used, where not all. */
  limit: number | null;
  /** Share of the training images that is held back, 0 for none. */
  validation: number;
  /** Numbers that the data set was generated with. */
  settings: Record<string, number>;
  /** SHA-256 of what training sees, if the network meets other unknown images in other cells. */
  sharedTraining?: string;
}

/** The identity of a plan: its name, and the digest of what decides its numbers. */
export function identify(plan: CellPlan): { id: string; recipe_digest: string } {
  const { method, recipe, trial, seed, split, source, limit, validation, settings } = plan;
  const recipe_digest = decidingDigest({ recipe, split, data: source.sha256, limit, validation, settings });
  return {
    id: cellId({ method: method.name, backmix: recipe.backmix !== null, trial, seed, recipe_digest }),
    recipe_digest,
  };
}

/**
 * The identity of the training of a plan, which cells share that differ in the unknown images only; else the plan's own.
 */
export function identifyTraining(plan: CellPlan): { id: string; recipe_digest: string } {
  const { split, source, sharedTraining: sha256 } = plan;
  if (sha256 === undefined) return identify(plan);
  return identify({ ...plan, split: { ...split, dataset: "", unknown: [] }, source: { ...source, sha256 } });
}
