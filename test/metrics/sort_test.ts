import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { sorted } from "../../lib/metrics/sort.ts";

Deno.test("scores come out as the built-in sort orders them, whatever their bits", () => {
  fc.assert(fc.property(fc.float64Array({ noNaN: true, maxLength: 200 }), (scores) => {
    assertEquals(sorted(scores), scores.toSorted());
  }));
});

Deno.test("float32 scores sort as float64 ones do, and the input stays as it was", () => {
  const scores = Float32Array.of(3, -Infinity, 0.1, -0.1, Infinity, 1e-40, -1e-40);
  const before = scores.slice();
  assertEquals(sorted(scores), Float64Array.from(scores).sort());
  assertEquals(scores, before);
});
