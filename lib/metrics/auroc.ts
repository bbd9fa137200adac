/** AUROC, the headline figure of open set recognition: how well scores order known before unknown, at any threshold. */
import type { Scores } from "./scores.ts";
import { pairsWon, type Steps, stepsOf } from "./steps.ts";

/**
 * Area under the ROC curve: the probability that a known image scores higher than an unknown one, ties counting half
 * (Hanley and McNeil 1982). Equal to scikit-learn's `roc_auc_score`; ARPL's code counts ties as lost.
 *
 * @param known scores of known images, `[n]`, higher = more likely known
 * @param unknown scores of unknown images, `[m]`
 * @returns in [0, 1]
 * @throws {RangeError} if a side is empty or holds NaN
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(auroc(Float64Array.of(2, 3), Float64Array.of(1, 2)), 0.875);
 * ```
 */
export function auroc(known: Scores, unknown: Scores): number {
  return aurocOf(stepsOf({ known, unknown }));
}

/** `auroc` of counted scores. */
export function aurocOf({ known, unknown, knownTotal, unknownTotal }: Steps): number {
  return pairsWon(known, unknown) / (knownTotal * unknownTotal);
}
