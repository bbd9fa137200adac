import { assertAlmostEquals, assertEquals } from "@std/assert";
import {
  chanceToTell,
  halfWidth,
  pairsToTell,
  studentBelow,
  studentPercentile,
  verdictOf,
} from "../../lib/results/student.ts";

Deno.test("Student's distribution has its closed forms for one and two degrees of freedom", () => {
  for (const t of [-40, -2, -0.3, 0, 0.7, 3, 60]) {
    assertAlmostEquals(studentBelow(t, 1), 0.5 + Math.atan(t) / Math.PI, 1e-14); // Cauchy's
    assertAlmostEquals(studentBelow(t, 2), 0.5 + t / (2 * Math.sqrt(2 + t * t)), 1e-14);
  }
});

Deno.test("Student's percentiles are SciPy's", () => {
  for (
    const [share, freedom, expected] of [ // scipy.stats.t.ppf
      [0.975, 1, 12.706204736174694],
      [0.975, 2, 4.302652729749462],
      [0.975, 4, 2.7764451051977934],
      [0.9875, 4, 3.4954059325164417],
      [0.995, 7, 3.4994832973504924],
      [0.975, 30, 2.0422724563012378],
    ]
  ) assertAlmostEquals(studentPercentile(share, freedom), expected, 1e-12);
});

Deno.test("the chance to tell a difference is that of SciPy's noncentral t above Student's percentile", () => {
  for (
    const [effect, pairs, expected] of [ // scipy.stats.nct.sf(t.ppf(0.975, n - 1), n - 1, effect * sqrt(n))
      [3, 3, 0.7452680066623015],
      [5, 3, 0.9754622687331689],
      [2, 5, 0.9088848642110241],
      [1, 10, 0.8030962086904041],
      [0.8, 15, 0.8213099770121604],
      [0.5, 34, 0.8077766855149762],
      [0.2, 199, 0.8016900924629413],
    ]
  ) assertAlmostEquals(chanceToTell(effect, pairs), expected, 1e-6);
  assertAlmostEquals(chanceToTell(0, 7), 0.025, 1e-6); // one of the two sides
});

Deno.test("two pairs tell a difference with the chance that their closed form gives", () => {
  // n = 2: with d1, d2 normal around e, the interval lies above zero where |d1 - d2| t < d1 + d2; as independent normals
  // the sum and the difference, counted here on a grid of both
  const [effect, t, step] = [8, Math.tan(Math.PI * 0.475), 0.004];
  let [inside, all] = [0, 0];
  for (let a = -6; a < 6; a += step) {
    for (let b = -6; b < 6; b += 50 * step) {
      const weight = Math.exp(-(a * a + b * b) / 2);
      all += weight;
      if (a + effect * Math.SQRT2 > t * Math.abs(b)) inside += weight;
    }
  }
  assertAlmostEquals(chanceToTell(effect, 2), inside / all, 0.01);
});

Deno.test("so many pairs tell a difference as the tables of the paired t test have, for a chance of 80 %", () => {
  const tables = [[0.2, 199], [0.5, 34], [0.8, 15], [1, 10], [2, 5], [3, 4], [5, 3]]; // and SciPy, by counting up
  for (const [effect, pairs] of tables) assertEquals(pairsToTell(0.01 * effect, 0.01), pairs, String(effect));
  assertEquals(pairsToTell(-0.05, 0.1), 34);
  assertEquals(pairsToTell(0.001, 0.1), null);
});

Deno.test("the interval's half is Student's of the sleep gained by his ten patients", () => {
  assertAlmostEquals(halfWidth(1.2299955, 10), 2.4598858 - 1.58, 1e-6); // R's t.test
});

Deno.test("the rule tells a difference, that there is none that matters, or goes on", () => {
  // deviation 1 over sqrt 3: the half is 6.2053 / sqrt 3 = 3.5827 for two looks, 4.3027 / sqrt 3 = 2.4841 for one
  const around = (mean: number) => [mean - 1, mean, mean + 1];
  assertEquals(verdictOf(around(3.6), 1, 2), "differs");
  assertEquals(verdictOf(around(-3.6), 1, 2), "differs");
  assertEquals(verdictOf(around(3.5), 1, 2), "go on");
  assertEquals(verdictOf(around(2.5), 1, 1), "differs");
  assertEquals(verdictOf(around(0), 3.59, 2), "no such difference");
  assertEquals(verdictOf(around(0), 3.58, 2), "go on");
  assertEquals(verdictOf(around(0.1), 3.59, 2), "go on");
});
