import { assert, assertAlmostEquals } from "@std/assert";
import { drawBeta } from "../../lib/augment/beta.ts";
import { stream } from "../../lib/engine/streams.ts";

const COUNT = 20_000;

function drawn(alpha: number): number[] {
  const random = stream(0, "beta", Math.round(100 * alpha));
  return Array.from({ length: COUNT }, () => drawBeta(random, alpha)).sort((a, b) => a - b);
}

Deno.test("Beta(1, 1) is uniform, Beta(1/2, 1/2) the arcsine law, Beta(2, 2) has 3x^2 - 2x^3 below x", () => {
  const laws: [number, (x: number) => number][] = [
    [1, (x) => x],
    [0.5, (x) => 2 / Math.PI * Math.asin(Math.sqrt(x))],
    [2, (x) => 3 * x ** 2 - 2 * x ** 3],
  ];
  for (const [alpha, below] of laws) {
    const furthest = Math.max(...drawn(alpha).map((x, k) => Math.abs(below(x) - (k + 0.5) / COUNT)));
    assert(furthest < 1.95 / Math.sqrt(COUNT), `${alpha}: ${furthest}`); // Kolmogorov and Smirnov at one in a thousand
  }
});

Deno.test("means are 1/2 and variances 1 / (8 alpha + 4), also where gamma variables underflow", () => {
  for (const alpha of [0.001, 0.2, 1, 8, 1000]) {
    const values = drawn(alpha);
    assert(values.every((x) => x >= 0 && x <= 1));
    const mean = values.reduce((sum, x) => sum + x, 0) / COUNT;
    const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / COUNT;
    const expected = 1 / (8 * alpha + 4);
    assertAlmostEquals(mean, 0.5, 4 * Math.sqrt(expected / COUNT));
    assertAlmostEquals(variance / expected, 1, 0.05);
  }
});
