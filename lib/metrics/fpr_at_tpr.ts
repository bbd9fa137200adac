/**
 * The working point that accepts 95 % of the known images, and what it costs: the share of unknown images accepted with
 * them (FPR@TPR95) or turned away (TNR@TPR95). An image is accepted when its score is at least the threshold.
 */
import type { Scores } from "./scores.ts";
import { type Steps, stepsOf } from "./steps.ts";

/** A threshold and the shares it accepts. */
export interface WorkingPoint {
  /** Images with a score of at least this are accepted as known. */
  threshold: number;
  /** Share of the known images accepted, in [0.95, 1]. */
  tpr: number;
  /** Share of the unknown images accepted, in [0, 1]. */
  fpr: number;
  /** Share of the unknown images turned away, 1 - fpr. */
  tnr: number;
  /** Index of the threshold among the distinct scores, from the highest. */
  step: number;
}

/**
 * The highest threshold that accepts at least 95 % of the known images.
 *
 * @param known scores of known images, `[n]`, higher = more likely known
 * @param unknown scores of unknown images, `[m]`
 * @throws {RangeError} if a side is empty or holds NaN
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const point = atTpr95(Float64Array.of(4, 3, 2), Float64Array.of(3, 1));
 * assertEquals([point.threshold, point.tpr, point.fpr], [2, 1, 0.5]);
 * ```
 */
export function atTpr95(known: Scores, unknown: Scores): WorkingPoint {
  return atTpr95Of(stepsOf({ known, unknown }));
}

/** `atTpr95` of counted scores. */
export function atTpr95Of({ score, known, unknown, knownTotal, unknownTotal }: Steps): WorkingPoint {
  let step = 0;
  let accepted = known[0];
  let wrong = unknown[0];
  while (accepted / knownTotal < 0.95) {
    step++;
    accepted += known[step];
    wrong += unknown[step];
  }
  return {
    threshold: score[step],
    tpr: accepted / knownTotal,
    fpr: wrong / unknownTotal,
    tnr: (unknownTotal - wrong) / unknownTotal,
    step,
  };
}

/** FPR@TPR95: share of the unknown images accepted at the threshold of `atTpr95`, in [0, 1]; lower is better. */
export function fprAtTpr95(known: Scores, unknown: Scores): number {
  return atTpr95(known, unknown).fpr;
}

/** TNR@TPR95: share of the unknown images turned away at the threshold of `atTpr95`, in [0, 1]; higher is better. */
export function tnrAtTpr95(known: Scores, unknown: Scores): number {
  return atTpr95(known, unknown).tnr;
}
