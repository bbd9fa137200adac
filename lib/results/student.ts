/**
 * Student's test of a mean difference over pairs of runs, planned ahead: how many pairs it takes to tell a difference apart,
 * and when fewer say enough.
 *
 * Both ask the same of a mean of n differences with deviation s: is zero outside mean ± t s / sqrt(n), where t is Student's
 * percentile for n - 1 degrees of freedom?
 */
import { meanOf } from "./aggregate.ts";

/**
 * Distribution of Student's t for whole degrees of freedom, as a finite sum (Abramowitz and Stegun, 26.7.3 and 26.7.4).
 *
 * @returns the probability of a value below t
 */
export function studentBelow(t: number, freedom: number): number {
  const angle = Math.atan(t / Math.sqrt(freedom));
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const odd = freedom % 2 === 1;
  let term = odd ? cosine : 1;
  let sum = freedom === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k < freedom; k += 2) {
    term *= cosine ** 2 * (k - 1) / k;
    sum += term;
  }
  return 0.5 + (odd ? (angle + sine * sum) / Math.PI : sine * sum / 2);
}

/** The t below which Student's distribution has a share of 0.5 or more, by bisection. */
export function studentPercentile(share: number, freedom: number): number {
  let [low, high] = [0, 1];
  while (studentBelow(high, freedom) < share) high *= 2;
  for (let k = 0; k < 60; k++) {
    const middle = (low + high) / 2;
    if (studentBelow(middle, freedom) < share) low = middle;
    else high = middle;
  }
  return high;
}

/** Where an interval of so many pairs ends, to either side of their mean; the interval errs in a share of `error`. */
export function halfWidth(deviation: number, pairs: number, error = 0.05): number {
  return studentPercentile(1 - error / 2, pairs - 1) * deviation / Math.sqrt(pairs);
}

/**
 * The chance that the 95 % interval of so many pairs lies above zero, where the true difference is `effect` deviations.
 *
 * The interval does so where normal + effect sqrt(n) > t u, u being the root of a chi square over its degrees of freedom:
 * the mean of that chance over u, by the midpoint rule.
 */
export function chanceToTell(effect: number, pairs: number): number {
  const freedom = pairs - 1;
  const t = studentPercentile(0.975, freedom);
  const shift = effect * Math.sqrt(pairs);
  const most = 1 + 8 / Math.sqrt(freedom); // u beyond has no weight
  const steps = 4000;
  let [weights, sum] = [0, 0];
  for (let k = 0; k < steps; k++) {
    const u = (k + 0.5) / steps * most;
    const weight = Math.exp((freedom - 1) * Math.log(u) - freedom * (u * u - 1) / 2); // its density, but for a factor
    weights += weight;
    sum += weight * normalBelow(shift - t * u);
  }
  return sum / weights;
}

/**
 * How many pairs of runs tell a difference apart: the fewest with which the 95 % interval lies on its side of zero with a
 * chance of 80 %.
 *
 * @param difference the true one, not 0
 * @param deviation of a pair's difference, above 0
 * @returns null if 1000 pairs do not
 */
export function pairsToTell(difference: number, deviation: number): number | null {
  const effect = Math.abs(difference) / deviation;
  if (!tells(effect, MOST_PAIRS)) return null;
  let [low, high] = [1, MOST_PAIRS]; // more pairs tell more
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (tells(effect, middle)) high = middle;
    else low = middle;
  }
  return high;
}

const MOST_PAIRS = 1000;

function tells(effect: number, pairs: number): boolean {
  return chanceToTell(effect, pairs) >= 0.8;
}

/** What the pairs so far say of the rest. */
export type Verdict = "differs" | "no such difference" | "go on";

/**
 * The early stopping rule: looked at after some of the pairs, does the rest still matter?
 *
 * Who looks several times errs several times; so each look may err in a share of 5 % over the number of looks (Bonferroni).
 * It `differs` if the interval leaves zero out, and is `no such difference` if the interval lies within ± `matters`.
 *
 * @param differences one a pair, at least two
 * @param matters the least difference that matters
 * @param looks how often is looked in all
 */
export function verdictOf(differences: readonly number[], matters: number, looks: number): Verdict {
  const pairs = differences.length;
  const { mean, deviation } = meanOf(differences);
  const half = halfWidth(deviation!, pairs, 0.05 / looks);
  if (Math.abs(mean) > half) return "differs";
  return Math.abs(mean) + half < matters ? "no such difference" : "go on";
}

/** Distribution of the normal, as a series of terms of one sign (Abramowitz and Stegun, 26.2.11). */
function normalBelow(x: number): number {
  if (Math.abs(x) > 8) return x > 0 ? 1 : 0; // to the last digit
  let [term, sum] = [x, x];
  for (let k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
    term *= x * x / k;
    sum += term;
  }
  return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
}
