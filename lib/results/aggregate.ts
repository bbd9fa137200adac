/** Means over trials and seeds, and mean differences over pairs of runs: what a table prints. */
import { digest } from "../training/recipe.ts";
import type {
  Cell,
  FiguresByScore,
  Mean,
  MeanDifference,
  MeansByScore,
  MetricName,
  PairedDifference,
  Summary,
  SummaryPair,
  SummaryRow,
} from "./result.ts";
import { rounded } from "./rounded.ts";

/** 97.5th percentiles of Student's t for 1 to 10 degrees of freedom: to the digits that the committed intervals have them. */
const STUDENT = [12.7062, 4.30265, 3.18245, 2.77645, 2.57058, 2.44691, 2.36462, 2.306, 2.26216, 2.22814];

/**
 * Mean and standard deviation.
 *
 * @param values one a run, at least one
 */
export function meanOf(values: readonly number[]): Mean {
  const n = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n === 1) return { mean, deviation: null };
  return { mean, deviation: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1)) };
}

/**
 * Mean, standard deviation, and Student's 95 % interval of the mean.
 *
 * @param values one difference a pair of runs, at least one
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * const { low } = meanDifferenceOf([1, 2, 3]); // 2 - 4.30265 * 1 / sqrt(3)
 * assertAlmostEquals(low!, -0.48414, 1e-5);
 * ```
 */
export function meanDifferenceOf(values: readonly number[]): MeanDifference {
  const { mean, deviation } = meanOf(values);
  if (deviation === null) return { mean, deviation, low: null, high: null };
  const half = student(values.length - 1) * deviation / Math.sqrt(values.length);
  return { mean, deviation, low: mean - half, high: mean + half };
}

function student(freedom: number): number {
  if (freedom <= STUDENT.length) return STUDENT[freedom - 1];
  const z = 1.959964; // Cornish and Fisher's expansion; off by less than 0.1 % from here on
  return z + (z ** 3 + z) / (4 * freedom) + (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2);
}

/**
 * Pairs each cell with BackMix and the one without that is alike in everything else; and each with a rival of BackMix's
 * alone and the one without.
 *
 * @returns [with, without] of each pair
 */
export function pairsOf(cells: readonly Cell[]): [Cell, Cell][] {
  const key = (cell: Cell, recipe: Cell["recipe"]) =>
    digest([condition(cell, recipe), cell.trial, cell.seed, cell.split, cell.data.sha256]);
  const byKey = new Map(cells.map((cell) => [key(cell, cell.recipe), cell]));
  return cells.flatMap((cell): [Cell, Cell][] => {
    const { regulariser, ...recipe } = cell.recipe;
    if (!cell.backmix && regulariser === undefined) return [];
    const without = byKey.get(key(cell, cell.backmix ? { ...cell.recipe, backmix: null } : recipe));
    return without === undefined ? [] : [[cell, without]];
  });
}

/** What runs must share to be compared: official and other images of one name are two data sets. */
function condition({ method, data, split }: Cell, recipe: Cell["recipe"]) {
  const { name, official, limit, evaluated_on, settings } = data;
  return { method, recipe, data: { name, official, limit, evaluated_on, settings }, of: split.protocol };
}

/**
 * The summary of cells and their paired differences, rounded as in result files.
 *
 * @param cells finished runs
 * @param paired their differences
 */
export function summarise(cells: readonly Cell[], paired: readonly PairedDifference[]): Summary {
  const rowKey = (cell: Cell) => digest([condition(cell, cell.recipe), cell.backmix]);
  const rows = [...Map.groupBy(cells, rowKey).values()].map((group): SummaryRow => ({
    method: group[0].method,
    backmix: group[0].backmix,
    headline: group[0].headline,
    cells: group.map((cell) => cell.id),
    ...means(group, meanOf),
  }));

  const byId = new Map(cells.map((cell) => [cell.id, cell]));
  const pairs = [...Map.groupBy(paired, (pair) => rowKey(byId.get(pair.with)!)).values()].map((group): SummaryPair => ({
    method: byId.get(group[0].with)!.method,
    headline: byId.get(group[0].with)!.headline,
    cells: group.map((pair) => pair.with),
    ...means(group, meanDifferenceOf),
  }));
  return rounded({ rows, paired: pairs });
}

function means<M>(
  runs: readonly { metrics: FiguresByScore; extra?: Record<string, number> }[],
  mean: (values: number[]) => M,
): { metrics: MeansByScore<M>; extra?: Record<string, M> } {
  const metrics: MeansByScore<M> = {};
  for (const score of Object.keys(runs[0].metrics)) {
    const names = Object.keys(runs[0].metrics[score]) as MetricName[];
    metrics[score] = Object.fromEntries(
      names.map((name) => [name, mean(runs.map((run) => run.metrics[score][name].value))]),
    ) as Record<MetricName, M>;
  }
  const extras = Object.keys(runs[0].extra ?? {}).filter((name) =>
    runs.every((run) => run.extra?.[name] !== undefined)
  );
  if (extras.length === 0) return { metrics };
  return {
    metrics,
    extra: Object.fromEntries(extras.map((name) => [name, mean(runs.map((run) => run.extra![name]))])),
  };
}
