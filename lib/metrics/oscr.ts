/**
 * OSCR, the open set classification rate: closed-set accuracy and rejection in one figure (Dhamija, Günther and Boult,
 * NeurIPS 2018).
 *
 * Area under the correct classification rate (known images that are both right and accepted, over all known) against the
 * false positive rate. That area is P(right, known > unknown) + P(right, known = unknown) / 2, so only the right images'
 * scores need sorting; the reference compares every pair of thresholds and images.
 */
import { checkLabels, checkScores, type Labels, type Scores } from "./scores.ts";
import { countSteps, pairsWon } from "./steps.ts";

/**
 * Area under the OSCR curve.
 *
 * @param known scores of known images, `[n]`, higher = more likely known
 * @param unknown scores of unknown images, `[m]`
 * @param label true classes of the known images, `[n]`
 * @param predicted predicted classes of the known images, `[n]`
 * @returns in [0, 1]; never above closed-set accuracy or AUROC
 * @throws {RangeError} if a side is empty or holds NaN, or lengths differ
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const label = Int32Array.of(0, 1);
 * assertEquals(oscr(Float64Array.of(3, 2), Float64Array.of(1), label, Int32Array.of(0, 0)), 0.5);
 * ```
 */
export function oscr(known: Scores, unknown: Scores, label: Labels, predicted: Labels): number {
  checkScores(known, "known");
  checkScores(unknown, "unknown");
  checkLabels(label, "knownLabel", known.length);
  checkLabels(predicted, "knownPredicted", known.length);
  const right = countSteps(rightOnes(known, label, predicted), unknown);
  return oscrOf(right.known, right.unknown, known.length, unknown.length);
}

/**
 * `oscr` of counted scores.
 *
 * @param right right known images of each step, `[s]`
 * @param unknown unknown images of each step, `[s]`
 * @param knownTotal number of known images, right or wrong
 * @param unknownTotal number of unknown images
 */
export function oscrOf(right: Float64Array, unknown: Float64Array, knownTotal: number, unknownTotal: number): number {
  return pairsWon(right, unknown) / (knownTotal * unknownTotal);
}

function rightOnes(known: Scores, label: Labels, predicted: Labels): Float64Array {
  const right = new Float64Array(known.length);
  let count = 0;
  for (let i = 0; i < known.length; i++) {
    if (label[i] === predicted[i]) right[count++] = known[i];
  }
  return right.subarray(0, count);
}
