import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { constant, normal, uniform } from "../../lib/engine/host_array.ts";
import { stream } from "../../lib/engine/streams.ts";

const mean = (data: Float32Array) => data.reduce((sum, x) => sum + x, 0) / data.length;

Deno.test("normal and uniform draw with the deviation and the bounds that they are asked for", () => {
  const n = 10_000;
  const drawn = normal(stream(0, "host_array_test"), [100, 100], 0.05, 1);
  assertAlmostEquals(mean(drawn.data), 1, 5 * 0.05 / Math.sqrt(n));
  assertAlmostEquals(Math.sqrt(mean(drawn.data.map((x) => (x - 1) ** 2))), 0.05, 5 * 0.05 / Math.sqrt(2 * n));
  const even = uniform(stream(0, "host_array_test"), [n], 0.5).data;
  assert(even.every((x) => Math.abs(x) <= 0.5));
  assertAlmostEquals(mean(even.map((x) => x * x)), 0.25 / 3, 0.01);
});

Deno.test("a host array has as many numbers as its shape says", () => {
  assertEquals(constant([2, 3], 7), { shape: [2, 3], data: Float32Array.of(7, 7, 7, 7, 7, 7) });
  assertEquals(constant([], 7).data.length, 1);
});
