/** The ROC curve: known images accepted against unknown images accepted, over all thresholds. Its area is AUROC. */
import type { ScoredSides } from "../metrics/scores.ts";
import { stepsOf } from "../metrics/steps.ts";
import type { Points } from "./curve.ts";

/**
 * Points (FPR, TPR) from (0, 0) to (1, 1), one for each distinct score; ties are crossed in a straight line.
 *
 * @throws {RangeError} if a side is empty or holds NaN
 */
export function rocCurve(sides: ScoredSides): Points {
  const { known, unknown, knownTotal, unknownTotal } = stepsOf(sides);
  const points: Points = { x: [0], y: [0] };
  let [accepted, wrongly] = [0, 0];
  known.forEach((count, step) => {
    accepted += count;
    wrongly += unknown[step];
    points.x.push(wrongly / unknownTotal);
    points.y.push(accepted / knownTotal);
  });
  return points;
}
