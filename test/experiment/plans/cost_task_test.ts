/** `docs/cost.md`: what its tables hold, and that it is of today. */
import { assert, assertAlmostEquals, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { experiments } from "../../../experiments/all.ts";
import { measuredSteps, readBench } from "../../../lib/experiment/plans/cost.ts";
import { costTable, firstText, type Measures, spreadTable } from "../../../lib/experiment/plans/cost_table.ts";
import { costReport } from "../../../lib/experiment/plans/cost_task.ts";
import { comesFirst, inOrder } from "../../../lib/experiment/plans/order.ts";
import { plannedCells } from "../../../lib/experiment/plans/planned.ts";
import { UserError } from "../../../lib/files/user_error.ts";
import { readResult } from "../../../lib/results/read.ts";
import { copyOfProject } from "../../docs/markdown.ts";

const root = new URL("../../../", import.meta.url).pathname;
const bench = await readBench();
const none: Measures = { bench, gpu: null, results: new Map() };

/** The row of a table and preset. */
function rowOf(table: string, preset: string, measures: Measures): Record<string, string> {
  const [titles, ...rows] = costTable(experiments, measures);
  const row = rows.find(([a, b]) => a === table && b === preset)!;
  return Object.fromEntries(titles.map((title, k) => [title, row[k]]));
}

Deno.test("the page on costs is that of today's bench, recipes and results", async () => {
  assertEquals(await costReport(["--check"], experiments, root), { code: 0, text: "All tables are up to date." });
});

Deno.test("a page that is out of date is named, and written anew", async () => {
  const folder = await copyOfProject();
  await Deno.mkdir(`${folder}/docs`);
  await Deno.mkdir(`${folder}/results`);
  await Deno.copyFile(`${root}results/bench.json`, `${folder}/results/bench.json`);
  await Deno.writeTextFile(`${folder}/docs/cost.md`, "<!-- first -->\nfew\n<!-- /first -->\n");
  const { code, text } = await costReport(["--check"], experiments, folder);
  assertEquals([code, text], [1, "Out of date: docs/cost.md. Run deno task cost."]);
  assertEquals((await costReport([], experiments, folder)).text, "Written: docs/cost.md.");
  assertMatch(await Deno.readTextFile(`${folder}/docs/cost.md`), /\n\nOf the \d+ trainings of paper the first \d+ are/);
  await Deno.writeTextFile(`${folder}/results/bench-gpu.json`, "{");
  const { message } = await assertRejects(() => costReport([], experiments, folder), UserError);
  assertMatch(message, /results\/bench-gpu\.json: not JSON \(.+\)\. Restore it, or have its task write it anew\.$/);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("hours are measured steps times counted steps", () => {
  const row = rowOf("cifar10", "tuned", none);
  assertEquals(row.Trainings, "10"); // five trials, without and with BackMix
  assertEquals(row.Steps, (10 * 600 * 234).toLocaleString("en")); // 234 whole batches of 128 in 30,000 images
  const step = (name: string) => bench.rows.find((one) => one.name === name)!.ours.median;
  const plain = 30_000 * 600 * step("step64-float32") / 64 / 3600;
  const mixed = plain * step("cam128-float32") / step("step128-float32");
  const [least, most] = row["Hours of one"].split(" to ").map(Number);
  assertAlmostEquals(least / plain, 1, 0.05);
  assertAlmostEquals(most / mixed, 1, 0.05);
  assertAlmostEquals(Number(row["Hours of all"].replace(",", "")) / (5 * (plain + mixed)), 1, 0.05);
});

Deno.test("GPU hours are said only where a GPU's steps were measured", () => {
  assertEquals(rowOf("cifar10", "paper", none)["GPU hours of all"], "not measured");
  const rows = bench.rows.map((row) => ({ ...row, ours: { median: row.ours.median / 100 } }));
  const { "Hours of all": here, "GPU hours of all": there } = rowOf("cifar10", "paper", { ...none, gpu: { rows } });
  assertAlmostEquals(Number(here.replace(",", "")) / Number(there), 100, 5);
  const without = rows.filter(({ name }) => name !== "wide_resnet40_4-float32");
  assertEquals(rowOf("cifar10", "paper", { ...none, gpu: { rows: without } })["GPU hours of all"], "not measured");
});

Deno.test("recorded runs with the bench's threads stand against what was worked out", async () => {
  const file = await readResult(`${root}results/priors.quick.json`);
  const steps = measuredSteps(bench);
  const { hours } = plannedCells(experiments.find(({ table }) => table === "priors")!, "quick", steps)[0];
  const cells = file.cells.map((cell) => ({
    ...cell,
    training: { ...cell.training, wall_seconds: 3600 * hours! * (cell.backmix ? 100 : 2) },
    engine: { ...cell.engine, threads: cell.backmix ? 1 : 2 },
  }));
  const measures = { ...none, results: new Map([["priors.quick", { ...file, cells }]]) };
  assertEquals(rowOf("priors", "quick", measures)["Runs took"], "2.0 to 2.0 of it");
});

Deno.test("Softmax comes first in a plan, then trial by trial; none is lost, pairs stay together", () => {
  const cells = experiments.filter(({ table }) => ["cifar10", "svhn"].includes(table))
    .flatMap((experiment) => plannedCells(experiment, "paper", {}));
  const ordered = inOrder(cells);
  assertEquals(new Set(ordered), new Set(cells));
  assert(ordered.slice(0, 20).every(comesFirst));
  assertEquals(ordered.slice(20).map(({ trial }) => trial), ordered.slice(20).map(({ trial }) => trial).toSorted());
  for (let k = 0; k < ordered.length; k += 2) {
    assertEquals(
      ordered[k + 1].id.replace("+backmix", "").split(".").slice(0, 5),
      ordered[k].id.split(".").slice(0, 5),
    );
  }
  assertMatch(firstText(experiments, none, "paper"), /^Of the 336 trainings of paper the first 42 are Softmax's: 13 %/);
});

Deno.test("the spread of differences is that of the recorded pairs, in points", async () => {
  const file = await readResult(`${root}results/priors.quick.json`);
  const [titles, row] = spreadTable(new Map([["priors.quick", file]]));
  const { mean, deviation, low } = file.summary.paired[0].metrics.max_probability.auroc;
  const values = Object.fromEntries(titles.map((title, k) => [title, row[k]]));
  assertEquals(values.Pairs, "5");
  assertEquals(values.Deviation, (100 * deviation!).toFixed(1));
  const error = (mean - low!) / 2.77645; // Student's percentile for four degrees of freedom
  assertEquals(values["Mean ± its error"], `${(100 * mean).toFixed(1)} ± ${(100 * error).toFixed(1)}`);
  // deviation 7.65: (1.96 + 0.8416)^2 / (5 / 7.65)^2 = 18.4, and 1.96^2 / 2 = 1.9 more for Student's t
  assertEquals(values["to tell 5"], "21");
  assertEquals(values["By the rule"], "go on");
});
