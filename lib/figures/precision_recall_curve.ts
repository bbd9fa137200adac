/** The precision-recall curve with known images as what is looked for. Its area by steps is AUPR-in. */
import type { ScoredSides } from "../metrics/scores.ts";
import { stepsOf } from "../metrics/steps.ts";
import type { Points } from "./curve.ts";

/**
 * Points (recall, precision), one for each distinct score from the highest down.
 *
 * @throws {RangeError} if a side is empty or holds NaN
 */
export function precisionRecallCurve(sides: ScoredSides): Points {
  const { known, unknown, knownTotal } = stepsOf(sides);
  const points: Points = { x: [], y: [] };
  let [found, wrong] = [0, 0];
  known.forEach((count, step) => {
    found += count;
    wrong += unknown[step];
    points.x.push(found / knownTotal);
    points.y.push(found / (found + wrong));
  });
  return points;
}
