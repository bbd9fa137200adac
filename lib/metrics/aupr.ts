/**
 * Areas under precision and recall, with either side as what is looked for.
 *
 * As average precision: the sum of (gain in recall) * precision over the thresholds, as scikit-learn's
 * `average_precision_score` computes it. Trapezoids over the curve, as in ARPL's and CSSR's code, are too high across ties.
 */
import type { Scores } from "./scores.ts";
import { type Steps, stepsOf } from "./steps.ts";

/**
 * AUPR-in: known images are what is looked for, accepted from the highest score down.
 *
 * @param known scores of known images, `[n]`, higher = more likely known
 * @param unknown scores of unknown images, `[m]`
 * @returns in (0, 1]; n / (n + m) when all scores are equal
 * @throws {RangeError} if a side is empty or holds NaN
 *
 * @example
 * ```ts
 * import { assertAlmostEquals } from "@std/assert";
 * assertAlmostEquals(auprIn(Float64Array.of(3, 1), Float64Array.of(2)), (1 / 2) * 1 + (1 / 2) * (2 / 3));
 * ```
 */
export function auprIn(known: Scores, unknown: Scores): number {
  return auprInOf(stepsOf({ known, unknown }));
}

/**
 * AUPR-out: unknown images are what is looked for, from the lowest score up.
 *
 * @param known scores of known images, `[n]`, higher = more likely known
 * @param unknown scores of unknown images, `[m]`
 * @returns in (0, 1]; m / (n + m) when all scores are equal
 * @throws {RangeError} if a side is empty or holds NaN
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(auprOut(Float64Array.of(3, 1), Float64Array.of(2)), 1 / 2);
 * ```
 */
export function auprOut(known: Scores, unknown: Scores): number {
  return auprOutOf(stepsOf({ known, unknown }));
}

/** `auprIn` of counted scores. */
export function auprInOf({ known, unknown, knownTotal }: Steps): number {
  let found = 0;
  let wrong = 0;
  let area = 0;
  for (let step = 0; step < known.length; step++) {
    found += known[step];
    wrong += unknown[step];
    if (known[step] > 0) area += known[step] * (found / (found + wrong));
  }
  return area / knownTotal;
}

/** `auprOut` of counted scores. */
export function auprOutOf({ known, unknown, unknownTotal }: Steps): number {
  let found = 0;
  let wrong = 0;
  let area = 0;
  for (let step = known.length - 1; step >= 0; step--) {
    found += unknown[step];
    wrong += known[step];
    if (unknown[step] > 0) area += unknown[step] * (found / (found + wrong));
  }
  return area / unknownTotal;
}
