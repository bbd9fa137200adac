/** DTACC, the best that any single threshold can do when known and unknown images are equally frequent. */
import type { Scores } from "./scores.ts";
import { type Steps, stepsOf } from "./steps.ts";

/**
 * Detection accuracy: the largest (TPR + TNR) / 2 over all thresholds, "accept none" included (Liang, Li and Srikant,
 * ICLR 2018).
 *
 * @param known scores of known images, `[n]`, higher = more likely known
 * @param unknown scores of unknown images, `[m]`
 * @returns in [0.5, 1]
 * @throws {RangeError} if a side is empty or holds NaN
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(detectionAccuracy(Float64Array.of(4, 3), Float64Array.of(3, 1)), 0.75);
 * ```
 */
export function detectionAccuracy(known: Scores, unknown: Scores): number {
  return detectionAccuracyOf(stepsOf({ known, unknown }));
}

/** `detectionAccuracy` of counted scores. */
export function detectionAccuracyOf({ known, unknown, knownTotal, unknownTotal }: Steps): number {
  let accepted = 0;
  let wrong = 0;
  let best = 0.5; // accept none: TPR 0, TNR 1
  for (let step = 0; step < known.length; step++) {
    accepted += known[step];
    wrong += unknown[step];
    best = Math.max(best, (accepted / knownTotal + (unknownTotal - wrong) / unknownTotal) / 2);
  }
  return best;
}
