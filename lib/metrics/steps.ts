/**
 * The steps that an acceptance threshold can take: the distinct scores from high to low, with how many images of each
 * side have that score. A threshold accepts whole steps, so ties are exact in every metric that is computed from steps.
 *
 * The counts may be weights too: a bootstrap resample is the same steps with other counts.
 */
import { checkScores, type ScoredSides, type Scores } from "./scores.ts";
import { sorted } from "./sort.ts";

/** Images of both sides, counted by distinct score; index 0 is the highest score. */
export interface Steps {
  /** The distinct scores, descending, `[s]`. */
  score: Float64Array;
  /** How many known images have that score, `[s]`. */
  known: Float64Array;
  /** How many unknown images have that score, `[s]`. */
  unknown: Float64Array;
  /** Number of known images. */
  knownTotal: number;
  /** Number of unknown images. */
  unknownTotal: number;
}

/**
 * Counts scores by their distinct values, O(n log n) or better.
 *
 * @throws {RangeError} if a side is empty or holds NaN
 */
export function stepsOf({ known, unknown }: ScoredSides): Steps {
  checkScores(known, "known");
  checkScores(unknown, "unknown");
  return countSteps(known, unknown);
}

/** `stepsOf` without its checks: a side may be empty here. */
export function countSteps(known: Scores, unknown: Scores): Steps {
  const a = sorted(known);
  const b = sorted(unknown);
  const score = new Float64Array(a.length + b.length);
  const inKnown = new Float64Array(score.length);
  const inUnknown = new Float64Array(score.length);

  let step = 0;
  let i = a.length - 1;
  let j = b.length - 1;
  while (i >= 0 || j >= 0) {
    const value = j < 0 || (i >= 0 && a[i] >= b[j]) ? a[i] : b[j];
    let k = 0;
    let u = 0;
    for (; i >= 0 && a[i] === value; i--) k++;
    for (; j >= 0 && b[j] === value; j--) u++;
    score[step] = value;
    inKnown[step] = k;
    inUnknown[step] = u;
    step++;
  }

  return {
    score: score.subarray(0, step),
    known: inKnown.subarray(0, step),
    unknown: inUnknown.subarray(0, step),
    knownTotal: a.length,
    unknownTotal: b.length,
  };
}

/**
 * The step of each score, `[n]`; by binary search.
 *
 * @param scores scores that were counted in `steps`
 */
export function stepOfEach(scores: Scores, steps: Steps): Int32Array {
  return Int32Array.from(scores, (score) => {
    let low = 0;
    let high = steps.score.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (steps.score[middle] > score) low = middle + 1;
      else high = middle;
    }
    return low;
  });
}

/**
 * How many pairs of a positive and a negative image the positive one wins by its score, ties counting half:
 * the statistic of Mann and Whitney (1947).
 *
 * @param positive counts of each step, `[s]`
 * @param negative counts of each step, `[s]`
 */
export function pairsWon(positive: Float64Array, negative: Float64Array): number {
  let below = 0;
  let won = 0;
  for (let step = positive.length - 1; step >= 0; step--) {
    won += positive[step] * (below + negative[step] / 2);
    below += negative[step];
  }
  return won;
}
