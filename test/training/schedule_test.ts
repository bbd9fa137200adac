import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { learningRate, type Schedule } from "../../lib/training/schedule.ts";

Deno.test("the one-cycle schedule rises to its peak and falls to almost 0, a straight line each", () => {
  const schedule: Schedule = { kind: "one-cycle", peak: 0.1, rise: 0.3 };
  const [epochSteps, epochs] = [50, 4];
  const rates = Array.from(
    { length: epochSteps * epochs },
    (_, step) => learningRate(schedule, step, epochSteps, epochs),
  );
  const top = 0.3 * rates.length; // 60
  const differences = rates.slice(1).map((rate, i) => rate - rates[i]);
  differences.slice(0, top - 1).forEach((d) => assertAlmostEquals(d, 0.1 / top, 1e-12));
  differences.slice(top).forEach((d) => assertAlmostEquals(d, -0.1 / (rates.length - top), 1e-12));
  assert(Math.max(...rates) <= 0.1 && rates[0] > 0 && rates[rates.length - 1] > 0);
  // the area of a triangle
  assertAlmostEquals(rates.reduce((sum, rate) => sum + rate, 0), 0.1 * rates.length / 2, 1e-9);
});

Deno.test("a multi-step schedule without a warm-up starts at its rate and drops at its milestones", () => {
  const schedule: Schedule = { kind: "multi-step", rate: 1, milestones: [2, 3], decay: 0.5 };
  const rates = Array.from({ length: 5 }, (_, epoch) => learningRate(schedule, 10 * epoch, 10, 5));
  assertEquals(rates, [1, 1, 0.5, 0.25, 0.25]);
  assertEquals(learningRate(schedule, 19, 10, 5), 1);
});
