import { assertAlmostEquals, assertEquals } from "@std/assert";
import { scoreHistogram } from "../../lib/figures/score_histogram.ts";

Deno.test("both sides lie in the same bins, as shares of their own images", () => {
  const known = Float64Array.from({ length: 200 }, (_, i) => 2 + i / 100); // 2 to 3.99
  const unknown = Float64Array.of(0, 0, 0, 4);
  const { data } = scoreHistogram({ known, unknown }, { name: "max logit", threshold: 2.1 });
  const [of, off] = data as unknown as { x: number[]; y: number[]; name: string }[];
  assertEquals([of.name, off.name, of.x.length, of.x], ["known", "unknown", 40, off.x]);
  for (const { y } of [of, off]) assertAlmostEquals(y.reduce((sum, share) => sum + share), 100, 1e-9);
  assertEquals([of.x[0], of.x[39]], [0.05, 3.95]); // middles of bins from 0 to 4
  assertEquals([off.y[0], off.y[39], of.y[19], of.y[20], of.y[39]], [75, 25, 0, 5, 5]);
});

Deno.test("equal scores give one full bin, not a division by nothing", () => {
  const { data } = scoreHistogram({ known: Float32Array.of(1, 1), unknown: Float32Array.of(1) }, { name: "s" });
  assertEquals(data.map(({ y }) => (y as number[])[0]), [100, 100]);
});
