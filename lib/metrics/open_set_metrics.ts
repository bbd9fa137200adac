/**
 * All figures of open set recognition of one set of scores. Their names here are those of the result files.
 */
import { accuracy } from "./accuracy.ts";
import { auprInOf, auprOutOf } from "./aupr.ts";
import { aurocOf } from "./auroc.ts";
import { detectionAccuracyOf } from "./detection_accuracy.ts";
import { atTpr95Of } from "./fpr_at_tpr.ts";
import { checkClasses, macroF1 } from "./macro_f1.ts";
import { oscr } from "./oscr.ts";
import type { ScoredImages, ScoredSides } from "./scores.ts";
import { type Steps, stepsOf } from "./steps.ts";

/** Figures that need scores alone. */
export interface RejectionMetrics {
  /** Area under the ROC curve, in [0, 1]. */
  auroc: number;
  /** Average precision with the known images as what is looked for, in (0, 1]. */
  aupr_in: number;
  /** Average precision with the unknown images as what is looked for, in (0, 1]. */
  aupr_out: number;
  /** Share of unknown images accepted where 95 % of the known are, in [0, 1]; lower is better. */
  fpr_at_tpr95: number;
  /** Share of unknown images turned away there, 1 - fpr_at_tpr95. */
  tnr_at_tpr95: number;
  /** Detection accuracy, the largest (TPR + TNR) / 2, in [0.5, 1]. */
  dtacc: number;
  /** The threshold that accepts 95 % of the known images, a score. */
  threshold95: number;
}

/** All figures: those of rejection, and those that need classes too. */
export interface OpenSetMetrics extends RejectionMetrics {
  /** Closed-set accuracy, in [0, 1]. */
  acc: number;
  /** Area under correct classification rate against false positive rate, in [0, 1]. */
  oscr: number;
  /** Mean F1 over the known classes and "unknown" at the threshold of TPR 95, in [0, 1]. */
  macro_f1: number;
}

/** How a figure is called in tables. */
export const metricTitles: Readonly<Record<keyof OpenSetMetrics, string>> = {
  acc: "ACC",
  auroc: "AUROC",
  aupr_in: "AUPR-in",
  aupr_out: "AUPR-out",
  fpr_at_tpr95: "FPR@TPR95",
  tnr_at_tpr95: "TNR@TPR95",
  dtacc: "DTACC",
  oscr: "OSCR",
  macro_f1: "macro-F1",
  threshold95: "threshold",
};

/**
 * The figures that need scores alone.
 *
 * @param sides scores of known and unknown images
 * @throws {RangeError} if a side is empty or holds NaN
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const { auroc, dtacc } = rejectionMetrics({ known: Float64Array.of(4, 3), unknown: Float64Array.of(2, 1) });
 * assertEquals([auroc, dtacc], [1, 1]);
 * ```
 */
export function rejectionMetrics(sides: ScoredSides): RejectionMetrics {
  return rejectionMetricsOf(stepsOf(sides));
}

/** `rejectionMetrics` of counted scores. */
export function rejectionMetricsOf(steps: Steps): RejectionMetrics {
  const point = atTpr95Of(steps);
  return {
    auroc: aurocOf(steps),
    aupr_in: auprInOf(steps),
    aupr_out: auprOutOf(steps),
    fpr_at_tpr95: point.fpr,
    tnr_at_tpr95: point.tnr,
    dtacc: detectionAccuracyOf(steps),
    threshold95: point.threshold,
  };
}

/**
 * All figures of one set of scores.
 *
 * @param images scores of both sides, true and predicted classes
 * @throws {RangeError} if a side is empty or holds NaN, lengths differ, or a label is not in 0 .. classes - 1
 */
export function openSetMetrics(images: ScoredImages): OpenSetMetrics {
  checkClasses(images);
  const { known, unknown, knownLabel, knownPredicted } = images;
  return {
    ...rejectionMetrics(images),
    acc: accuracy(knownLabel, knownPredicted),
    oscr: oscr(known, unknown, knownLabel, knownPredicted),
    macro_f1: macroF1(images),
  };
}
