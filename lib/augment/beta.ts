/** Random shares from a beta distribution, for mixing. */
import type { Stream } from "../engine/streams.ts";

/**
 * Draws from Beta(alpha, alpha): X / (X + Y) of two gamma variables.
 *
 * @param alpha above 0; 1 is uniform, below it the ends are likelier, above it the middle
 * @returns in [0, 1]
 */
export function drawBeta(random: Stream, alpha: number): number {
  const [x, y] = [logGamma(random, alpha), logGamma(random, alpha)];
  return 1 / (1 + Math.exp(y - x));
}

/**
 * Logarithm of a gamma variable, by rejection from a cubed normal one (Marsaglia and Tsang 2000). The logarithm, since the
 * variable itself underflows for small shapes.
 */
function logGamma(random: Stream, shape: number): number {
  const uniform = () => (random.bits() + 0.5) / 2 ** 32; // in (0, 1)
  if (shape < 1) return logGamma(random, shape + 1) + Math.log(uniform()) / shape;
  const d = shape - 1 / 3;
  while (true) {
    const x = random.normal();
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(uniform()) < x * x / 2 + d * (1 - v + Math.log(v))) return Math.log(d * v);
  }
}
