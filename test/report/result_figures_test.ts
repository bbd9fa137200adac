/** Figures of the committed results: what is drawn is what the files say. */
import { assert, assertEquals } from "@std/assert";
import { percent, type PlainRecord } from "../../lib/figures/plotly.ts";
import { costFigure, differencesFigure, runsFigure } from "../../lib/report/result_figures.ts";
import { readResult } from "../../lib/results/read.ts";

const read = (name: string) => readResult(new URL(`../../results/${name}.json`, import.meta.url).pathname);
const numbers = (trace: PlainRecord, axis: "x" | "y") => trace[axis] as number[];

Deno.test("every run of each method is a dot, its mean a diamond with a deviation to each side", async () => {
  const file = await read("methods-priors.quick");
  const { data, layout } = runsFigure(file);
  const [dots, means, dotsWith, meansWith] = data;
  assertEquals([dots, dotsWith].map((trace) => numbers(trace, "x").length), [24, 24]); // eight methods, three seeds
  const names = (layout.yaxis as { ticktext: string[] }).ticktext;
  assertEquals(names.length, 8);
  for (const [backmix, trace, runs] of [[false, means, dots], [true, meansWith, dotsWith]] as const) {
    names.forEach((name, row) => {
      const summary = file.summary.rows.find((one) => one.method === name && one.backmix === backmix)!;
      const { mean, deviation } = summary.metrics[summary.headline].auroc;
      assertEquals(numbers(trace, "x")[row], percent(mean));
      const bar = (trace.error_x as { array: number[] }).array[row];
      assert(Math.abs(bar - Math.min(100 * deviation!, 100 - 100 * mean)) < 0.11, name);
      const values = summary.cells.map((id) =>
        file.cells.find((cell) => cell.id === id)!.metrics[summary.headline].auroc.value
      );
      assertEquals(numbers(runs, "x").slice(3 * row, 3 * row + 3), values.map(percent));
    });
  }
});

Deno.test("the published figure is a line, by name", async () => {
  const { data } = runsFigure(await read("cifar10.quick"));
  const line = data.at(-1)!;
  assertEquals([line.name, numbers(line, "x")], ["BackMix (paper), base method not stated", [91.3, 91.3]]);
  assertEquals(runsFigure(await read("priors.quick")).data.length, 4); // none published
});

Deno.test("a figure of differences has a row for each pair of recipes, and a line at no change", async () => {
  const file = await read("priors.quick");
  const { data, layout } = differencesFigure(file, { score: "max_logit" });
  const { mean, low, high } = file.summary.paired[0].metrics.max_logit.auroc;
  const [dots, means, line] = data;
  assertEquals([numbers(dots, "x").length, numbers(means, "x"), numbers(line, "x")], [5, [percent(mean)], [0, 0]]);
  const { array, arrayminus } = means.error_x as Record<string, number[]>;
  assert(Math.abs(array[0] - 100 * (high! - mean)) < 0.11 && Math.abs(arrayminus[0] - 100 * (mean - low!)) < 0.11);
  assertEquals((layout.yaxis as { ticktext: string[] }).ticktext, ["BackMix"]);
});

Deno.test("what BackMix costs is the time of an image against that of its pair, one row a method", async () => {
  const file = await read("methods-priors.quick");
  const { data, layout } = costFigure(file);
  const [dots, means, line] = data;
  assertEquals([numbers(dots, "x").length, numbers(means, "x").length, numbers(line, "x")], [24, 8, [100, 100]]);
  assertEquals((layout.yaxis as { ticktext: string[] }).ticktext.length, 8);
  const [pair] = file.paired.filter((pair) => file.summary.paired[0].cells.includes(pair.with));
  const pace = (id: string) => file.cells.find((cell) => cell.id === id)!.training.images_per_second;
  assertEquals(numbers(dots, "x")[0], percent(pace(pair.without) / pace(pair.with)));
});
