import { assertEquals, assertThrows } from "@std/assert";
import { pairsWon, stepOfEach, stepsOf } from "../../lib/metrics/steps.ts";

Deno.test("equal scores make one step, -0 and 0 among them", () => {
  const steps = stepsOf({ known: Float64Array.of(0, 2, 2, 5), unknown: Float64Array.of(-0, 2, -1) });
  assertEquals([...steps.score], [5, 2, 0, -1]);
  assertEquals([...steps.known], [1, 2, 1, 0]);
  assertEquals([...steps.unknown], [0, 1, 1, 1]);
});

Deno.test("each score finds its step", () => {
  const known = Float64Array.of(0, 2, 2, 5);
  const steps = stepsOf({ known, unknown: Float64Array.of(-0, 2, -1) });
  assertEquals([...stepOfEach(known, steps)], [2, 1, 1, 0]);
});

Deno.test("an empty side and NaN are refused, with side and index", () => {
  const one = Float64Array.of(1);
  assertThrows(() => stepsOf({ known: new Float64Array(0), unknown: one }), RangeError, "known: no scores");
  assertThrows(() => stepsOf({ known: one, unknown: new Float32Array(0) }), RangeError, "unknown: no scores");
  assertThrows(
    () => stepsOf({ known: one, unknown: Float32Array.of(1, 2, NaN) }),
    RangeError,
    "unknown: score 2 is NaN",
  );
});

Deno.test("pairs won count a tie as half", () => {
  assertEquals(pairsWon(Float64Array.of(1, 1), Float64Array.of(0, 2)), 3); // the higher beats two, the lower ties with two
});
