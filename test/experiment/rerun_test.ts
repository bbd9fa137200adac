/** `fixtures/priors.quick.json` is `deno task reproduce:priors --seed 0 --epochs 2 --limit 600 --no-backmix --threads 2`. */
import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { priorsExperiment } from "../../experiments/priors.ts";
import { engine } from "../../lib/engine/tensorflow.ts";
import { parseRerunArgs, rerunCell, verdict } from "../../lib/experiment/rerun.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { readResult } from "../../lib/results/read.ts";

const path = new URL("fixtures/priors.quick.json", import.meta.url).pathname;
const never = new AbortController().signal;
const options = { path, tolerance: 0.02 };

Deno.test("a cell of two epochs is repeated from its record to the bit, on another processor within 0.02", async () => {
  const { differ, largest, text } = await rerunCell(options, [priorsExperiment], never);
  console.log(text);
  assert(differ === 0 || largest <= 0.02, text);
  assertMatch(text, /^softmax\.trial0\.seed0\.\w{8}: recorded on .*, 2 threads, repeated on .*, 2 threads\.\n/);
  assertEquals(engine().binding.getNumOfTensors(), 0);
});

Deno.test("a record that was changed does not give the scores that stand beside it", async () => {
  const folder = await Deno.makeTempDir();
  const file = JSON.parse(await Deno.readTextFile(path));
  file.cells[0].recipe.schedule.peak = 0.01;
  file.cells[0].scores_file = new URL(`fixtures/${file.cells[0].scores_file}`, import.meta.url).pathname;
  await Deno.writeTextFile(`${folder}/priors.quick.json`, JSON.stringify(file));
  const { differ } = await rerunCell({ ...options, path: `${folder}/priors.quick.json` }, [priorsExperiment], never);
  assert(differ > 0);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("on the recorded processor one bit is too much, on another a figure beyond the tolerance", async () => {
  const [cell] = (await readResult(path)).cells;
  const moved = structuredClone(cell);
  moved.metrics.max_logit.auroc.value += 0.01;
  const judged = (differ: number, alike: boolean, tolerance: number) =>
    verdict(cell, moved, { scores: 9, differ }, alike, tolerance).agrees;
  assertEquals([judged(0, true, 0), judged(1, true, 0.02), judged(1, false, 0.02), judged(1, false, 0.005)], [
    true,
    false,
    true,
    false,
  ]);
  const { text } = verdict(cell, moved, { scores: 9, differ: 1 }, true, 0.02);
  assertMatch(
    text,
    /1 of 9 scores differ; the figure that moved most is max_logit auroc, by 0\.010000\.\n.* should agree/,
  );
});

Deno.test("a record that a GPU repeats says so, and is not held to the bit", async () => {
  const [cell] = (await readResult(path)).cells;
  const onGpu = { ...cell, engine: { ...cell.engine, device: "gpu" } };
  const { text } = verdict(cell, onGpu, { scores: 9, differ: 1 }, false, 0.02);
  assertMatch(text, /recorded on .*, 2 threads, repeated on .*, 2 threads beside the gpu\.\n/);
  assertMatch(text, /Other processors, threads and devices give other bits; within 0\.02 .* yes\.$/);
});

Deno.test("what cannot be repeated is said: another table, an unknown cell, other data", async () => {
  const refused = async (change: Partial<typeof options> & { cell?: string }, experiments = [priorsExperiment]) =>
    (await assertRejects(() => rerunCell({ ...options, ...change }, experiments, never), UserError)).message;
  assertMatch(await refused({}, []), /: no experiment is called priors with the method softmax\./);
  assertMatch(await refused({ cell: "svm.trial0" }), /: has no cell svm\.trial0\. Name one by --cell: softmax\.trial0/);
  const other = { ...priorsExperiment, data: (given: object) => priorsExperiment.data({ ...given, seed: 1 } as never) };
  assertMatch(await refused({}, [other]), /^priors: these are not the images that the run was trained on/);
});

Deno.test("the command line names one result file", () => {
  assertEquals(parseRerunArgs(["--help"]), null);
  const { threads, device } = parseRerunArgs(["a.json", "--cell", "x", "--threads=1", "--device", "gpu:1"])!;
  assertEquals([threads, device], [1, "gpu:1"]);
  assertEquals(parseRerunArgs(["a.json"])?.device, "cpu");
  for (
    const [args, message] of [
      [[], "0 result files, expected 1."],
      [["a", "--tolerance", "much"], "--tolerance much: give a number"],
      [["a", "--threads", "0"], "--threads 0: give a whole number"],
      [["a", "--device", "cuda"], "--device cuda: give cpu, or gpu:0"],
      [["a", "--cells", "0"], "--cells: no such option."],
    ] as const
  ) assertThrows(() => parseRerunArgs(args), UserError, message);
});
