import { assert, assertAlmostEquals, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { engine, startTensorFlow } from "../../lib/engine/tensorflow.ts";
import { parseExperimentArgs } from "../../lib/experiment/command_line.ts";
import { evaluateRun, evaluationTable, parseEvaluateArgs } from "../../lib/experiment/evaluate.ts";
import { commandLine, runExperiment } from "../../lib/experiment/reproduce.ts";
import { writeAtomic } from "../../lib/files/atomic.ts";
import { openSealedSafetensors, sealSafetensors } from "../../lib/files/safetensors.ts";
import { Interrupted } from "../../lib/files/task.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { pcssr } from "../../lib/methods/pcssr.ts";
import { softmax } from "../../lib/methods/softmax.ts";
import { agrees, recompute } from "../../lib/results/recompute.ts";
import { markdown, tableOf } from "../../lib/results/table.ts";
import { commandOf, start } from "./child.ts";
import { smallExperiment } from "./small_experiment.ts";

await startTensorFlow({ threads: 2 });
const { binding } = engine();
const never = new AbortController().signal;
const experiment = { ...smallExperiment, methods: [softmax, pcssr] };

/** Two trained cells, in a folder that all tests read. */
const out = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(out, { recursive: true }));
const line = commandLine(experiment);
const options = parseExperimentArgs(line, ["--threads", "2", "--no-backmix", "--out", out]);
const { file } = await runExperiment(experiment, options, never);
const runs = `${out}/priors.quick`;
const [ofPcssr, ofSoftmax] = file!.cells;
const folder = ({ id }: { id: string }) => `${runs}/${id}`;

Deno.test("a checkpoint alone gives the figures that the cell's result has, and those of all other scores", async () => {
  for (const cell of [ofPcssr, ofSoftmax]) {
    const [run] = await evaluateRun(folder(cell), [experiment], { scores: "all" }, never);
    assertEquals(run.published, cell.headline);
    assertEquals(Object.keys(run.metrics).length, 6); // cssr has PCSSR only, energy Softmax only
    for (const [score, figures] of Object.entries(cell.metrics)) {
      for (const metric of ["acc", "auroc", "fpr_at_tpr95", "dtacc", "oscr"] as const) {
        assertAlmostEquals(run.metrics[score][metric], figures[metric].value, 1e-6);
      }
    }
    const [titles, ...rows] = evaluationTable(run);
    assertEquals(titles, ["Score", "", "ACC", "AUROC", "FPR@TPR95", "DTACC", "OSCR"]);
    assertEquals(rows.map(([score]) => score), Object.keys(run.metrics).map((name) => name.replaceAll("_", " ")));
    assertEquals(rows.filter(([, note]) => note === "published").length, 1);
    assertMatch(
      run.title,
      /^(pcssr|softmax) on priors, trial 0, seed 0, after 8 steps of training; 12 known and 12 unk/,
    );
  }
  assertEquals(binding.getNumOfTensors(), 0);
});

Deno.test("a published score beside maximum logit and probability stands in the result, and recomputes", async () => {
  assertEquals([ofPcssr.headline, Object.keys(ofPcssr.metrics).sort()], ["cssr", [
    "cssr",
    "max_logit",
    "max_probability",
  ]]);
  assertEquals([ofSoftmax.headline, Object.keys(ofSoftmax.metrics).length], ["max_probability", 2]);
  const numbers = await recompute(file!, out);
  assert(numbers.length > 0 && numbers.every((one) => agrees(one)));
  const rows = tableOf(file!).filter(([method]) => method === "pcssr");
  assertEquals(rows.map(([, score]) => score), ["cssr", "max logit", "max probability"]);
  assertMatch(markdown(tableOf(file!)), /\n\| pcssr \| cssr \| 1 \|/);
});

Deno.test("only the scores that were asked for are worked out", async () => {
  const [{ metrics }] = await evaluateRun(folder(ofSoftmax), [experiment], { scores: ["vim", "energy"] }, never);
  assertEquals(Object.keys(metrics), ["energy", "vim"]);
});

Deno.test("what cannot be evaluated is refused in a sentence that says what to do", async () => {
  const refused = async (directory: string, experiments = [experiment], more = {}) => {
    const run = () => evaluateRun(directory, experiments, { scores: "all", ...more }, never);
    return (await assertRejects(run, UserError)).message;
  };
  const run = folder(ofSoftmax);
  assertMatch(await refused(runs), /^\S+: no checkpoint\.safetensors here\. Give the folder of a cell, see --help\.$/);
  assertMatch(await refused(run, [experiment], { scores: ["cssr"] }), /^--scores: the score cssr does not suit the me/);
  assertMatch(
    await refused(run, [{ ...experiment, table: "mine" }]),
    /: the run is of the table priors, known are mine\./,
  );
  assertMatch(
    await refused(run, [{ ...experiment, methods: [pcssr] }]),
    /: the run's method is softmax, the table priors has pcssr\. Add it to the experiment's methods\.$/,
  );
  assertMatch(await refused(run, [experiment], { dataDir: "/" }), /^--data-dir: this data set is generated/);
  const others = {
    ...experiment,
    data: () => experiment.data({ trial: 0, protocol: "arpl", seed: 0, p: 0.9 } as const),
  };
  assertMatch(await refused(run, [others]), /^priors: these are not the images that the run was trained on \(SHA-256 /);
});

Deno.test("a checkpoint of one method is not opened as another's, whatever folder it lies in", async () => {
  const place = await Deno.makeTempDir();
  await Deno.mkdir(`${place}/priors.quick/${ofPcssr.id}`, { recursive: true });
  const copy = `${place}/priors.quick/${ofPcssr.id}/checkpoint.safetensors`;
  await Deno.copyFile(`${folder(ofSoftmax)}/checkpoint.safetensors`, copy);
  const again = { ...options, out: place, methods: ["pcssr"], resume: true };
  const { message } = await assertRejects(() => runExperiment(experiment, again, never), UserError);
  assertMatch(message, /: the checkpoint is of another run \(id "softmax\.\S+" there, "pcssr\.\S+" here\)/);
  const [{ title }] = await evaluateRun(
    `${place}/priors.quick/${ofPcssr.id}`,
    [experiment],
    { scores: ["energy"] },
    never,
  );
  assertMatch(title, /^softmax on priors/);
  await Deno.remove(place, { recursive: true });
});

Deno.test("runs of versions that did not say what they were trained on resume, and are not evaluated", async () => {
  const place = await Deno.makeTempDir();
  const path = `${place}/priors.quick/${ofSoftmax.id}/checkpoint.safetensors`;
  await changed(path, ({ about: _, ...run }) => run);
  await Deno.copyFile(`${folder(ofSoftmax)}/log.jsonl`, path.replace("checkpoint.safetensors", "log.jsonl"));
  const evaluation = () => evaluateRun(path.replace(/\/[^/]*$/, ""), [experiment], { scores: "all" }, never);
  assertMatch(
    (await assertRejects(evaluation, UserError)).message,
    /does not say on what it was trained, .*\. Train the/,
  );
  const again = { ...options, out: place, methods: ["softmax"], resume: true };
  const { file: resumed } = await runExperiment(experiment, again, never);
  assertEquals(resumed!.cells[0].metrics, ofSoftmax.metrics);

  await changed(path, (run) => ({ ...run, about: { ...run.about as object, validation: 0.1 } }));
  assertMatch(
    (await assertRejects(evaluation, UserError)).message,
    /test images stay unseen\. Evaluate a run that was/,
  );
  await Deno.remove(place, { recursive: true });
});

Deno.test("a stop ends an evaluation", async () => {
  const run = () => evaluateRun(folder(ofSoftmax), [experiment], { scores: "all" }, AbortSignal.abort());
  assertEquals((await assertRejects(run, Interrupted)).message, "Stopped. Nothing was written.");
  assertEquals(binding.getNumOfTensors(), 0);
});

Deno.test("the command line names a folder, and scores with commas between; mistakes are plain", () => {
  assertEquals(parseEvaluateArgs(["RUN"])?.options.scores, "all");
  assertEquals(parseEvaluateArgs(["RUN", "--scores", "knn, vim", "--threads=2", "--device", "gpu:1"]), {
    directory: "RUN",
    options: { scores: ["knn", "vim"], dataDir: undefined, threads: 2, device: "gpu:1", skipDamaged: false },
  });
  assertEquals(parseEvaluateArgs(["--help"]), null);
  for (
    const [args, message] of [
      [[], /^0 folders of runs, expected 1\. Run deno task evaluate --help/],
      [["A", "B"], /^2 folders of runs \(A, B\), expected 1\./],
      [["A", "--score", "knn"], /^--score: no such option\./],
      [["A", "--device", "gpu"], /^--device gpu: give cpu, or gpu:0 for the first GPU/],
      [["A", "--threads", "0"], /^--threads 0: give a whole number, 1 or more\.$/],
      [["A", "--scores"], /^--scores needs a value\./],
    ] as const
  ) assertMatch(assertThrows(() => parseEvaluateArgs(args), UserError).message, message);
});

Deno.test("the task explains itself", async () => {
  const script = new URL("../../experiments/evaluate.ts", import.meta.url).pathname;
  const [help, mistake] = await Promise.all([
    start(commandOf(script, ["--help"])).ended,
    start(commandOf(script, [runs, "--scores", "knn"])).ended,
  ]);
  assertEquals([help.code, help.errors], [0, ""]);
  assertMatch(help.output, /Usage: deno task evaluate RUN \[options\]\n/);
  assertEquals([mistake.code, mistake.output], [1, ""]);
  assertMatch(mistake.errors, /^\S+: no checkpoint\.safetensors here\. .*\n$/);
});

/** Writes the Softmax cell's checkpoint to a path, with another description of its run. */
async function changed(path: string, run: (run: Record<string, unknown>) => unknown): Promise<void> {
  const source = `${folder(ofSoftmax)}/checkpoint.safetensors`;
  const { arrays, metadata } = openSealedSafetensors(await Deno.readFile(source), source);
  await Deno.mkdir(path.replace(/\/[^/]*$/, ""), { recursive: true });
  const described = { ...metadata, run: JSON.stringify(run(JSON.parse(metadata.run))) };
  await writeAtomic(path, sealSafetensors(arrays, described));
}
