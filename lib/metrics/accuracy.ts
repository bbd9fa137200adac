/** Closed-set accuracy (ACC): how often the known images' classes are right, with nothing rejected. */
import { checkLabels, type Labels } from "./scores.ts";

/**
 * Share of images whose predicted class is the true one.
 *
 * @param label true classes, `[n]`
 * @param predicted predicted classes, `[n]`
 * @returns in [0, 1]
 * @throws {RangeError} if there are none, or lengths differ
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals(accuracy(Int32Array.of(0, 1, 2, 2), Int32Array.of(0, 1, 2, 0)), 0.75);
 * ```
 */
export function accuracy(label: Labels, predicted: Labels): number {
  if (label.length === 0) throw new RangeError("label: no labels");
  checkLabels(predicted, "predicted", label.length);
  let right = 0;
  for (let i = 0; i < label.length; i++) if (label[i] === predicted[i]) right++;
  return right / label.length;
}
