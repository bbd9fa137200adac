import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertLess,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { REGULARISERS } from "../../lib/augment/regulariser.ts";
import { DESCRIBED } from "../../lib/backmix/mix.ts";
import { engine, startTensorFlow } from "../../lib/engine/tensorflow.ts";
import { type ExperimentOptions, parseExperimentArgs } from "../../lib/experiment/command_line.ts";
import type { Experiment } from "../../lib/experiment/experiment.ts";
import { evaluateRun } from "../../lib/experiment/evaluate.ts";
import { commandLine, placesOf, runExperiment } from "../../lib/experiment/reproduce.ts";
import { acquireLock } from "../../lib/files/lock.ts";
import { Interrupted } from "../../lib/files/task.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { softmax } from "../../lib/methods/softmax.ts";
import { movedBetween } from "../../lib/results/diff.ts";
import { readScores } from "../../lib/results/scores.ts";
import { tableOf } from "../../lib/results/table.ts";
import { commandOf, type Ended, start } from "./child.ts";
import { smallExperiment } from "./small_experiment.ts";

await startTensorFlow({ threads: 2 });
const { binding } = engine();
const here = (path: string) => new URL(path, import.meta.url).pathname;
const never = new AbortController().signal;

function optionsOf(...args: string[]): ExperimentOptions {
  return parseExperimentArgs(commandLine(smallExperiment), ["--threads", "2", ...args]);
}

function small(...args: string[]): Promise<Ended> {
  return start(commandOf(here("small_experiment.ts"), ["--threads", "2", ...args])).ended;
}

/** Paths of all files below a folder, sorted; event files, whose names tell the time, as "events". */
async function filesOf(folder: string): Promise<string[]> {
  const below = (await Array.fromAsync(Deno.readDir(folder))).map(async ({ name, isDirectory }) =>
    isDirectory
      ? (await filesOf(`${folder}/${name}`)).map((path) => `${name}/${path}`)
      : [name.replace(/^events\.out\.tfevents\..*/, "events")]
  );
  return (await Promise.all(below)).flat().sort();
}

/** The finished experiment, in a folder that all tests read. */
const whole = await Deno.makeTempDir();
const told: string[] = [];
const { file, path } = await runExperiment(
  smallExperiment,
  optionsOf("--out", whole),
  never,
  ({ recipe }, { maps }) => {
    told.push(`${recipe.backmix === null ? "without" : "with"} BackMix: ${maps?.length ?? "no"} values of maps`);
  },
);
const ids = file!.cells.map(({ id }) => id);
globalThis.addEventListener("unload", () => Deno.removeSync(whole, { recursive: true }));

Deno.test("an experiment leaves a result file, and for each cell scores, checkpoint, log and event file, nothing else", async () => {
  assertEquals(path, `${whole}/priors.quick.json`);
  assertEquals(ids.map((id) => id.replace(/\.[0-9a-f]{8}$/, "")), [
    "softmax+backmix.trial0.seed0",
    "softmax.trial0.seed0",
  ]);
  assertEquals(
    await filesOf(whole),
    [
      "priors.quick.json",
      ...ids.flatMap((id) =>
        ["checkpoint.safetensors", "events", "log.jsonl"].map((name) => `priors.quick/${id}/${name}`)
      ),
      `priors.quick/${ids.find((id) => id.includes("+backmix"))}/preview.npy`,
      ...ids.map((id) => `scores/priors.quick/${id}.npz`),
    ].sort(),
  );
  assertEquals(told, ["without BackMix: no values of maps", `with BackMix: ${72 * 64} values of maps`]);
  assertEquals(binding.getNumOfTensors(), 0);
});

Deno.test("a cell's record says what was run, and its scores are those of every test image", async () => {
  for (const cell of file!.cells) {
    assertEquals([cell.training.epochs, cell.training.steps, cell.training.images], [2, 8, 72]);
    assertEquals([cell.engine.threads, cell.data.settings, cell.data.limit], [2, { p: 0.6 }, null]);
    assertEquals([cell.headline, Object.keys(cell.metrics)], ["max_probability", ["max_logit", "max_probability"]]);
    assertEquals(Object.keys(cell.extra!), ["acc_shuffled", "cam_on_shape", "shape_area"]);
    assertMatch(cell.code_version, /^([0-9a-f]{12}\+?|unknown)$/);
    const { known, unknown } = await readScores(`${whole}/${cell.scores_file}`);
    assertEquals([known.label.length, unknown.label.length], [12, 12]);
    assert(known.label.every((label) => label < 6) && unknown.label.every((label) => label >= 6 && label < 10));
    const right = known.label.filter((label, i) => label === known.predicted[i]).length;
    assertLess(Math.abs(cell.metrics.max_logit.acc.value - right / 12), 1e-4);
  }
  assertEquals(file!.paired.map(({ with: id, without }) => [id, without]), [[ids[0], ids[1]]]);
});

Deno.test("a second launch runs nothing, says so, and prints the table", async () => {
  const before = await Deno.readTextFile(path);
  const { code, output, errors } = await small("--out", whole);
  assertEquals(code, 0);
  const lines = errors.split("\n");
  assertEquals(lines.length, 3);
  for (const [at, id] of [ids[1], ids[0]].entries()) {
    assertMatch(
      lines[at].slice(id.length),
      /^: finished before, [-\dT:]{16} by code \S+; to run it again, choose another --out$/,
    );
    assertEquals(lines[at].slice(0, id.length), id);
  }
  assertStringIncludes(output, "Score: max probability");
  assertStringIncludes(output, "softmax + BackMix");
  assertEquals(await Deno.readTextFile(path), before);
});

Deno.test("stopped in training, in the evaluation, or at its data, and resumed, it ends with the same figures", async () => {
  const out = await Deno.makeTempDir(), options = optionsOf("--out", out, "--resume");
  const stopped = async (experimentOf: (stop: () => void) => Partial<Experiment>) => {
    const controller = new AbortController();
    const experiment = { ...smallExperiment, ...experimentOf(() => controller.abort()) };
    const run = () => runExperiment(experiment, options, controller.signal);
    return (await assertRejects(run, Interrupted)).message;
  };
  /** Stops at the given call of logits: first in the rehearsal, then traced for training, then for the evaluation. */
  const atCall = (wanted: number) => (stop: () => void) => {
    let called = 0;
    const logits: typeof softmax.logits = (...given) => {
      if (++called === wanted) stop();
      return softmax.logits(...given);
    };
    return { methods: [{ ...softmax, logits }] };
  };
  const atData = (stop: () => void) => ({ data: () => new Promise<never>(() => setTimeout(stop, 10)) });
  assertMatch(await stopped(atData), /^Stopped\. Run the same command again to go on\.$/);
  assertMatch(await stopped(atCall(2)), /^Stopped after 1 of 8 steps\. .*--resume to go on\.$/);
  assertMatch(await stopped(atCall(3)), /^Stopped in the evaluation\. .*--resume to go on\.$/);
  assertEquals(
    (await filesOf(out)).filter((name) => !/^priors\.quick\/.*(\.safetensors|\.jsonl|\.npy|events)$/.test(name)),
    [],
  );
  const again = await runExperiment(smallExperiment, options, never);
  assertEquals(movedBetween(file!, again.file!, 0), []);
  assertEquals(binding.getNumOfTensors(), 0);
  await Deno.remove(out, { recursive: true });
});

Deno.test("cells gather over launches", async () => {
  const out = await Deno.makeTempDir();
  await runExperiment(smallExperiment, optionsOf("--out", out, "--no-backmix"), never);
  const both = await runExperiment(smallExperiment, optionsOf("--out", out, "--backmix"), never);
  assertEquals(movedBetween(file!, both.file!, 0), []);
  await Deno.remove(out, { recursive: true });
});

Deno.test("what is held back is judged without a result file", async () => {
  const out = await Deno.makeTempDir(), lines: string[] = [];
  const log = console.log;
  console.log = (line: string) => lines.push(line);
  try {
    const options = optionsOf("--out", out, "--no-backmix", "--validation", "0.5", "--epochs", "1");
    assertEquals((await runExperiment(smallExperiment, options, never)).file, null);
  } finally {
    console.log = log;
  }
  assertMatch(lines.join("\n"), /^softmax\.trial0\.seed0\.[0-9a-f]{8}: accuracy \d+\.\d % on 36 images held back$/);
  assert((await filesOf(out)).every((name) => /(checkpoint\.safetensors|log\.jsonl|events)$/.test(name)));
  await Deno.remove(out, { recursive: true });
});

Deno.test("what cannot be run is one plain sentence, before anything is written", async () => {
  const out = await Deno.makeTempDir();
  await Deno.writeTextFile(`${out}/file`, "in the way");
  await Deno.mkdir(`${out}/broken`);
  await Deno.writeTextFile(`${out}/broken/priors.quick.json`, "{");
  const before = await filesOf(out);
  const cases: [args: string[], message: RegExp][] = [
    [["--limit", "5"], /^--limit 5: training needs .* at least one for each of the 6 known classes\.$/],
    [["--limit", "15"], /^15 training images do not fill one batch of 16\. Give a larger --limit, or leave it out\.$/],
    [["--validation", "1"], /^--validation 1: the share is a number from 0 up to, not including, 1\.$/],
    [["--p", "1.5"], /^--p 1\.5: a probability is a number from 0 to 1\.$/],
    [["--threads", "3"], /^TensorFlow runs with 2 threads in this process, not 3\.$/],
    [
      ["--out", `${out}/file`],
      /file\/priors\.quick\.json: cannot read: a part of this path is a file, not a folder\. /,
    ],
    [["--out", `${out}/broken`], /broken\/priors\.quick\.json: not JSON .* move it away and run again\.$/],
  ];
  for (const [args, message] of cases) {
    const run = () => runExperiment(smallExperiment, optionsOf("--out", `${out}/new`, "--no-backmix", ...args), never);
    assertMatch((await assertRejects(run, UserError, undefined, args.join(" "))).message, message);
  }
  assertEquals(await filesOf(out), before);
  await assertRejects(() => Deno.stat(`${out}/new`), Deno.errors.NotFound);
  await Deno.remove(out, { recursive: true });
});

Deno.test("a loss that turns to NaN leaves no result, and its message reaches the user", async () => {
  const out = await Deno.makeTempDir();
  const { quick } = smallExperiment.presets;
  const wild = {
    ...quick,
    recipe: { ...quick.recipe, schedule: { kind: "one-cycle", peak: 1e39, rise: 0.5 } as const },
  };
  const run = () =>
    runExperiment({ ...smallExperiment, presets: { quick: wild } }, optionsOf("--out", out, "--backmix"), never);
  assertMatch((await assertRejects(run, UserError)).message, /^Step \d \(epoch 1 of 2\): .*Nothing was saved yet\. /);
  const left = (await filesOf(out)).map((path) => path.replace(/[0-9a-f]{8}\/(?=[^/]+$)/, "/"));
  const run0 = "priors.quick/softmax+backmix.trial0.seed0./";
  assertEquals(left, [`${run0}events`, `${run0}log.jsonl`, `${run0}preview.npy`]);
  assertEquals(binding.getNumOfTensors(), 0);
  await Deno.remove(out, { recursive: true });
});

Deno.test("a folder that another process trains in, or that holds a run, is left alone", async () => {
  const [id] = ids, folder = `${whole}/priors.quick/${id}`, out = await Deno.makeTempDir();
  await Deno.mkdir(`${out}/priors.quick/${id}`, { recursive: true });
  await Deno.copyFile(`${folder}/checkpoint.safetensors`, `${out}/priors.quick/${id}/checkpoint.safetensors`);
  {
    await using _lock = await acquireLock(`${out}/priors.quick/${id}/lock`, "the run");
    const { code, output, errors } = await small("--out", out, "--backmix", "--resume");
    assertEquals([code, output], [1, ""]);
    assertMatch(errors, /^\S+ is in use by process \d+ .*\. Wait until it ends, stop it, or choose another place\.\n$/);
  }
  const { code, errors } = await small("--out", out, "--backmix");
  assertEquals(code, 1);
  assertMatch(errors, /^\S+: a run was begun here\. Add --resume to go on with it, .*\n$/);
  assertEquals(await filesOf(out), [`priors.quick/${id}/checkpoint.safetensors`]);
  await Deno.remove(out, { recursive: true });
});

Deno.test("the scripts explain themselves, and tell mistakes in one line, with a stack only for DEBUG", async () => {
  const run = (script: string, args: string[], env = {}) =>
    start(commandOf(here(`../../experiments/${script}.ts`), args), env).ended;
  const [help, mistake, debug, trial] = await Promise.all([
    run("demo", ["--help"]),
    run("demo", ["--epochs", "-1"]),
    run("cifar10", ["--presets", "paper"], { DEBUG: "1" }),
    run("cifar10", ["--trial", "5"]),
  ]);
  assertEquals([help.code, help.errors], [0, ""]);
  assertStringIncludes(help.output, "Usage: deno task demo [options]");
  assertEquals([mistake.code, mistake.output], [1, ""]);
  assertEquals(mistake.errors, "--epochs -1: give a whole number, 1 or more.\n");
  assertMatch(debug.errors, /^UserError: --presets: no such option\..*\n +at /);
  assertEquals([trial.code, trial.errors], [1, "--trial 5: no such trial. Choose one of 0, 1, 2, 3, 4.\n"]);
});

Deno.test("a preset's rivals are rows of their own, and left out where only with or without BackMix is asked for", async () => {
  const out = await Deno.makeTempDir();
  const { quick } = smallExperiment.presets;
  const rivals = [{ backmix: { ...DESCRIBED, mask: "none" as const } }, {
    regulariser: REGULARISERS["background-swap"],
  }];
  const experiment = { ...smallExperiment, presets: { quick: { ...quick, rivals } } };
  const run = async (...args: string[]) =>
    (await runExperiment(experiment, optionsOf("--out", out, ...args), never)).file!;
  assertEquals((await run("--no-backmix")).cells.length, 1);
  const whole = await run();
  const namesOf = (name: string) => tableOf(whole).filter((row) => row[1] === name).map((row) => row[0]);
  assertEquals(
    new Set(namesOf("max logit")),
    new Set([
      "softmax",
      "softmax + BackMix",
      "softmax + background swap",
      "softmax + random window",
      "softmax: with - without",
      "softmax: background swap - without",
      "softmax: random window - without",
    ]),
  );
  assertEquals(new Set(whole.cells.map(({ id }) => id)).size, 4);
  await Deno.remove(out, { recursive: true });
});

Deno.test("a method's own settings stand in its recipe only, and the command line goes before them", async () => {
  const out = await Deno.makeTempDir();
  const { quick } = smallExperiment.presets;
  const other = { ...softmax, name: "other" };
  const experiment: Experiment = {
    ...smallExperiment,
    methods: [softmax, other],
    presets: { quick: { ...quick, own: { other: { epochs: 1, smoothing: 0.1 } } } },
  };
  const run = async (...args: string[]) => {
    const options = parseExperimentArgs(commandLine(experiment), [
      "--threads=2",
      "--no-backmix",
      "--out",
      out,
      ...args,
    ]);
    const { cells } = (await runExperiment(experiment, options, never)).file!;
    return cells.map(({ method, training, recipe }) => [method, training.epochs, recipe.smoothing ?? null]);
  };
  assertEquals(await run(), [["other", 1, 0.1], ["softmax", 2, null]]);
  assertEquals((await run("--method", "other", "--epochs", "3")).filter(([name]) => name === "other").sort(), [
    ["other", 1, 0.1],
    ["other", 3, 0.1],
  ]);
  await Deno.remove(out, { recursive: true });
});

Deno.test("where a network meets several sets of unknown images, it is trained once for all of them", async () => {
  const out = await Deno.makeTempDir();
  const experiment: Experiment = {
    ...smallExperiment,
    unknowns: ["first", "rest"],
    data: async (options) => {
      const { dataset, split } = await smallExperiment.data(options);
      const unknown = options.unknown === "first" ? split.unknown.slice(0, 1) : split.unknown.slice(1);
      const name = `priors-${options.unknown}`;
      const source = { ...dataset.source, sha256: (options.unknown === "first" ? "a" : "b").repeat(64) }; // as of other test images
      return {
        dataset: { ...dataset, name, source, trainSha256: dataset.source.sha256 },
        split: { ...split, dataset: name, unknown },
      };
    },
    paper: { by_data: { "priors-first": { auroc: 0.9 }, "priors-rest": { auroc: 0.8 } }, source: "made up" },
  };
  const { file } = await runExperiment(experiment, optionsOf("--out", out), never);
  const runs = (await filesOf(`${out}/priors.quick`)).filter((name) => name.endsWith("log.jsonl"));
  assertEquals([file!.cells.length, runs.length], [4, 2]);
  const losses = Map.groupBy(file!.cells, (cell) => cell.backmix);
  for (const cells of losses.values()) {
    assertEquals(new Set(cells.map(({ training }) => training.last_loss)).size, 1);
    assertEquals(new Set(cells.map(({ metrics }) => metrics.max_logit.auroc.value)).size, 2);
    assertEquals(new Set(cells.map(({ metrics }) => metrics.max_logit.acc.value)).size, 1);
  }
  const table = tableOf(file!);
  assertEquals(new Set(table.map(([name]) => name)).size, 1 + 2 * 3 + 2);
  assertEquals(table.filter(([name]) => name === "softmax + BackMix on priors-rest").length, 2);
  assertEquals(table.slice(-2).map((row) => [row[0], row[4]]), [
    ["BackMix (paper), base method not stated, priors-first", "90.0"],
    ["BackMix (paper), base method not stated, priors-rest", "80.0"],
  ]);
  const again = await runExperiment(experiment, optionsOf("--out", out), never);
  assertEquals(movedBetween(file!, again.file!, 0), []);

  const run = `${out}/priors.quick/${runs[0].replace(/\/log\.jsonl$/, "")}`;
  const evaluated = await evaluateRun(run, [experiment], { scores: ["max_logit"] }, never);
  assertEquals(evaluated.map(({ title }) => title.match(/priors-\w+/)![0]), ["priors-first", "priors-rest"]);
  for (const { title, metrics } of evaluated) {
    const cell = file!.cells.find(({ data, backmix }) =>
      title.includes(data.name) && backmix === title.includes("BackMix")
    )!;
    assertAlmostEquals(metrics.max_logit.auroc, cell.metrics.max_logit.auroc.value, 1e-6);
  }
  await Deno.remove(out, { recursive: true });
});

Deno.test("presets as they stand go to the committed results, everything else to the folder of the runs", () => {
  const results = here("../../results");
  const placed = (...args: string[]) => placesOf(smallExperiment, optionsOf(...args));
  assertEquals(placed("--seed", "3", "--resume", "--no-backmix"), {
    runs: "runs/priors.quick",
    result: `${results}/priors.quick.json`,
    scores: `${results}/scores`,
  });
  const apart = { runs: "runs/priors.quick", result: "runs/priors.quick.json", scores: "runs/scores" };
  for (const changed of ["--epochs=3", "--limit=60", "--validation=0.1", "--p=0.8", "--precision=bfloat16"]) {
    assertEquals(placed(changed), apart, changed);
  }
  assertEquals(placed("--out", "else").result, "else/priors.quick.json");
});
