/**
 * Macro-F1 over the known classes and "unknown": how well C + 1 classes are told apart when the images below the threshold
 * of TPR 95 are called unknown.
 */
import { atTpr95 } from "./fpr_at_tpr.ts";
import { checkLabels, type ScoredImages } from "./scores.ts";

/**
 * Mean F1 over classes 0 .. C-1 and "unknown"; an image is called unknown when its score lies below the highest threshold
 * that accepts 95 % of the known. Classes that neither occur nor are predicted are left out.
 *
 * @param images scores of both sides, true and predicted classes
 * @returns in [0, 1]
 * @throws {RangeError} if a side is empty or holds NaN, lengths differ, or a label is not in 0 .. classes - 1
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const f1 = macroF1({
 *   known: Float64Array.of(3, 3),
 *   unknown: Float64Array.of(1),
 *   knownLabel: Int32Array.of(0, 1),
 *   knownPredicted: Int32Array.of(0, 1),
 *   unknownPredicted: Int32Array.of(0),
 *   classes: 2,
 * });
 * assertEquals(f1, 1);
 * ```
 */
export function macroF1(images: ScoredImages): number {
  checkClasses(images);
  return meanOfPresent(f1OfClasses(images, atTpr95(images.known, images.unknown).threshold));
}

/** How often each image counts, as in a bootstrap resample. */
export interface Multiplicity {
  /** For the known images, `[n]`. */
  known: Int32Array;
  /** For the unknown images, `[m]`. */
  unknown: Int32Array;
}

/**
 * F1 = 2 TP / (2 TP + FP + FN) of each class, `[classes + 1]`, "unknown" last; NaN for a class that neither occurs nor is
 * predicted.
 *
 * @param images scores of both sides, true and predicted classes
 * @param threshold images that score lower are called unknown
 * @param times how often each image counts; once if left out
 */
export function f1OfClasses(images: ScoredImages, threshold: number, times?: Multiplicity): Float64Array {
  const { known, unknown, knownLabel, knownPredicted, unknownPredicted, classes } = images;
  const right = new Float64Array(classes + 1); // true positives
  const named = new Float64Array(classes + 1); // images of the class, plus images called so: 2 TP + FP + FN

  for (let i = 0; i < known.length; i++) {
    const count = times ? times.known[i] : 1;
    const called = known[i] >= threshold ? knownPredicted[i] : classes;
    named[knownLabel[i]] += count;
    named[called] += count;
    if (called === knownLabel[i]) right[called] += count;
  }
  for (let j = 0; j < unknown.length; j++) {
    const count = times ? times.unknown[j] : 1;
    const called = unknown[j] >= threshold ? unknownPredicted[j] : classes;
    named[classes] += count;
    named[called] += count;
    if (called === classes) right[classes] += count;
  }
  return right.map((hits, c) => 2 * hits / named[c]); // 0 / 0 is NaN
}

/** Mean of the entries that are not NaN. */
export function meanOfPresent(values: Float64Array): number {
  const present = values.filter((value) => !Number.isNaN(value));
  return present.reduce((sum, value) => sum + value, 0) / present.length;
}

/**
 * Checks the classes of scored images.
 *
 * @throws {RangeError} if lengths differ, or a label is not a whole number from 0 to classes - 1
 */
export function checkClasses({ known, unknown, classes, ...labels }: ScoredImages): void {
  checkLabels(labels.knownLabel, "knownLabel", known.length, classes);
  checkLabels(labels.knownPredicted, "knownPredicted", known.length, classes);
  checkLabels(labels.unknownPredicted, "unknownPredicted", unknown.length, classes);
}
