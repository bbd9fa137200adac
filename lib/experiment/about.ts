/**
 * What a run's checkpoint tells of its data, so that it can be evaluated without the command line that trained it. The
 * digest in the checkpoint decides all of it already.
 */
import type { Recipe } from "../training/recipe.ts";
import type { RunIdentity } from "../training/checkpoint.ts";
import type { CellPlan } from "./plan.ts";

/** What a cell was trained on. */
export interface About extends Pick<CellPlan, "dataset" | "source" | "split" | "limit" | "validation" | "settings"> {
  /** The experiment's name. */
  table: string;
  /** Name of the method. */
  method: string;
  /** Pixels along a side of the images; runs of older versions do not tell. */
  side?: number;
}

/** What a plan's checkpoint tells. */
export function aboutOf(plan: CellPlan, table: string, side: number): About {
  const { method, dataset, source, split, limit, validation, settings } = plan;
  return { table, method: method.name, side, dataset, source, split, limit, validation, settings };
}

/** A run as its checkpoint describes it. */
export interface DescribedRun {
  /** What it was trained on. */
  about: About;
  /** How it was trained. */
  recipe: Recipe;
  /** Seed of everything random. */
  seed: number;
}

/** What a checkpoint's identity says of the run; null if the checkpoint is of a version that did not tell. */
export function describedIn({ about, recipe, seed }: RunIdentity): DescribedRun | null {
  return about === undefined ? null : { about, recipe, seed } as DescribedRun;
}
