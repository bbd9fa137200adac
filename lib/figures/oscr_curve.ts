/**
 * The OSCR curve (Dhamija et al., NeurIPS 2018): known images that are right and accepted against unknown images accepted,
 * over all thresholds. Its area is OSCR; its right end is closed-set accuracy.
 */
import type { ScoredImages } from "../metrics/scores.ts";
import { rocCurve } from "./roc_curve.ts";
import type { Points } from "./curve.ts";

/**
 * Points (FPR, CCR) from (0, 0) to (1, accuracy).
 *
 * @throws {RangeError} if a side is empty, no known image is right, or a score is NaN
 */
export function oscrCurve(
  { known, unknown, knownLabel, knownPredicted }: Omit<ScoredImages, "unknownPredicted" | "classes">,
): Points {
  const right = Float64Array.from(known).filter((_, i) => knownLabel[i] === knownPredicted[i]);
  const { x, y } = rocCurve({ known: right, unknown });
  return { x, y: y.map((share) => share * right.length / known.length) };
}
