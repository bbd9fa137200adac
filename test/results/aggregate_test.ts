import { assertAlmostEquals, assertEquals } from "@std/assert";
import { meanDifferenceOf, meanOf, pairsOf, summarise } from "../../lib/results/aggregate.ts";
import { type Cell, cellId } from "../../lib/results/result.ts";
import { sampleCell } from "./sample.ts";

const folder = await Deno.makeTempDir();
async function cell(options: { backmix?: boolean; trial?: number }, change: Partial<Cell> = {}): Promise<Cell> {
  const made = { ...await sampleCell(folder, options), ...change };
  return { ...made, id: cellId(made) };
}

Deno.test("mean and deviation are those of the sample, n - 1 below the line", () => {
  assertEquals(meanOf([1, 2, 3, 4]), { mean: 2.5, deviation: Math.sqrt(5 / 3) });
  assertEquals(meanOf([7]), { mean: 7, deviation: null });
});

Deno.test("the interval of a mean difference is Student's", () => {
  // Student's own table (1908) of sleep gained by ten patients: mean 1.58, 95 % interval 0.70 to 2.46 (R's t.test).
  const gained = [1.2, 2.4, 1.3, 1.3, 0, 1, 1.8, 0.8, 4.6, 1.4];
  const { mean, low, high } = meanDifferenceOf(gained);
  assertAlmostEquals(mean, 1.58, 1e-12);
  assertAlmostEquals(low!, 0.7001142, 1e-5);
  assertAlmostEquals(high!, 2.4598858, 1e-5);
  assertEquals(meanDifferenceOf([1]), { mean: 1, deviation: null, low: null, high: null });
});

Deno.test("beyond ten degrees of freedom Student's percentile is close to its table", () => {
  for (const [freedom, table] of [[11, 2.20099], [15, 2.13145], [30, 2.04227], [100, 1.98397]]) {
    const values = Array.from({ length: freedom + 1 }, (_, i) => i);
    const { deviation, high, mean } = meanDifferenceOf(values);
    assertAlmostEquals((high! - mean) / deviation! * Math.sqrt(freedom + 1), table, 0.0025);
  }
});

Deno.test("a pair is alike in all but BackMix: trial, seed, data and the rest of the recipe", async () => {
  const a = await cell({ backmix: true });
  const b = await cell({});
  assertEquals(pairsOf([a, b]), [[a, b]]);
  const { recipe, data } = b;
  for (
    const other of [
      { trial: 1 },
      { seed: 1 },
      { method: "arpl" },
      { recipe: { ...recipe, epochs: 7 } },
      { data: { ...data, limit: 600 } },
      { data: { ...data, sha256: "1".repeat(64) } },
      { data: { ...data, evaluated_on: "validation" as const } },
    ]
  ) assertEquals(pairsOf([a, { ...b, ...other }]), []);
});

Deno.test("a rival of BackMix is paired with the run without it; on BackMix, with the run without BackMix", async () => {
  const [plain, backmix] = [await cell({}), await cell({ backmix: true })];
  const regulariser = { kind: "mixup", alpha: 1 };
  const on = (one: Cell): Cell => ({ ...one, id: `${one.id}+mixup`, recipe: { ...one.recipe, regulariser } });
  const [mixup, both] = [on(plain), on(backmix)];
  assertEquals(pairsOf([mixup, both, backmix, plain]), [[mixup, plain], [both, mixup], [backmix, plain]]);
  assertEquals(pairsOf([mixup, backmix, both]), [[both, mixup]]);
  const cutmix = { ...plain, recipe: { ...plain.recipe, regulariser: { kind: "cutmix", alpha: 1, probability: 0.5 } } };
  assertEquals(pairsOf([mixup, cutmix]), []);
});

Deno.test("a summary averages trials of one recipe, and never two recipes", async () => {
  const trials = [await cell({ trial: 0 }), await cell({ trial: 2 })];
  const longer = await cell({}, { recipe: { ...trials[0].recipe, epochs: 7 }, recipe_digest: "c".repeat(16) });
  const { rows } = summarise([...trials, longer], []);
  assertEquals(rows.map((row) => row.cells), [trials.map((one) => one.id), [longer.id]]);
  const mean = (trials[0].metrics.max_logit.auroc.value + trials[1].metrics.max_logit.auroc.value) / 2;
  assertAlmostEquals(rows[0].metrics.max_logit.auroc.mean, mean, 1e-6);
  assertEquals(rows[0].extra, { cam_on_shape: { mean: 0.25, deviation: 0 } });
  assertEquals(rows[1].metrics.max_logit.auroc.deviation, null);
});
