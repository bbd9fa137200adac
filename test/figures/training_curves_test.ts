import { assertEquals } from "@std/assert";
import { trainingCurves } from "../../lib/figures/training_curves.ts";

Deno.test("a curve is the mean of its runs, in a band from the lowest to the highest; one run has no band", () => {
  const { data, layout } = trainingCurves([
    { name: "two", runs: [[1, 4], [3, 5]] },
    { name: "one <b>", runs: [[7, 8]] },
  ], { y: "loss", log: true });
  const [band, two, one] = data;
  assertEquals(data.length, 3);
  assertEquals([band.x, band.y], [[1, 2, 2, 1], [3, 5, 4, 1]]);
  assertEquals([two.x, two.y, two.name], [[1, 2], [2, 4.5], "two"]);
  assertEquals([one.y, one.name], [[7, 8], "one &lt;b>"]);
  assertEquals((layout.yaxis as { type: string }).type, "log");
});
