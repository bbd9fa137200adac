/**
 * Evaluates a trained cell by any of the open set scores, from its checkpoint alone: no training, and no file is written.
 */
import { backboneOf } from "../backbones/table.ts";
import type { Dataset } from "../datasets/image_set.ts";
import { type OpenSet, openSet } from "../datasets/open_set.ts";
import type { Split } from "../datasets/splits.ts";
import { type Device, deviceOf } from "../engine/device.ts";
import { startTensorFlow } from "../engine/tensorflow.ts";
import { disposeTree } from "../engine/tree.ts";
import { evaluator } from "../evaluation/evaluator.ts";
import { openSetFigures } from "../evaluation/open_set_figures.ts";
import { parseScores, PUBLISHED, SCORES, scoresNamed } from "../evaluation/scores/table.ts";
import { Interrupted, runTask, stopSignal } from "../files/task.ts";
import { taskArguments, wholeNumber } from "../files/task_arguments.ts";
import { UserError } from "../files/user_error.ts";
import { checked } from "../methods/checked.ts";
import type { Method } from "../methods/method.ts";
import { metricTitles, type OpenSetMetrics } from "../metrics/open_set_metrics.ts";
import type { Json } from "../results/result.ts";
import { markdown, rowName, type Table } from "../results/table.ts";
import { loadCheckpoint, readIdentity, type RunIdentity } from "../training/checkpoint.ts";
import { optimiserOf } from "../training/optimiser.ts";
import { initialNetwork } from "../training/step.ts";
import { CHECKPOINT } from "../training/train.ts";
import { stream } from "../engine/streams.ts";
import { describedIn, type DescribedRun } from "./about.ts";
import { datasetOf, listOf } from "./dataset_of.ts";
import { evaluateWeights, parseWeightsArgs, WEIGHTS_HELP, weightsTable } from "./evaluate_weights.ts";
import type { Experiment } from "./experiment.ts";

const COLUMNS: readonly (keyof OpenSetMetrics)[] = ["auroc", "fpr_at_tpr95", "dtacc", "oscr"];

const HELP = `Evaluates a trained network by open set scores, and prints a Markdown table.

Usage: deno task evaluate RUN [options]
       deno task evaluate --weights FILE --dataset NAME --trial N [options]

RUN is the folder of a cell, such as runs/priors.quick/softmax.trial0.seed0.1a2b3c4d; its checkpoint says how and on what
it was trained. Some scores look at the training images first. Takes the time of one pass over training and test images,
for cssr of four. Writes no file but, the first time, the data set into the cache.

  --scores NAMES   all, or some with commas between: ${SCORES.map(({ name }) => name).join(", ")};
                   default all that the method has; with --weights max_logit,max_probability
  --data-dir DIR   where the data set lies, if it has files; without it, it is downloaded once
  --threads N      threads of the engine; default all cores
  --device NAME    cpu, or gpu:0 for the first NVIDIA GPU; default cpu
  --skip-damaged   leave out images that cannot be decoded
  --help           this text
${WEIGHTS_HELP}`;

/** What to evaluate a run by. */
export interface EvaluateOptions {
  /** Names of scores; "all" for all that the run's method has. */
  scores: "all" | readonly string[];
  /** The folder of the data set's files. */
  dataDir?: string;
  /** Threads of the engine. */
  threads?: number;
  /** What the engine runs on; default the processor. */
  device?: Device;
  /** Whether images that cannot be decoded are left out, as they were in training. */
  skipDamaged?: boolean;
}

/** A run, evaluated on one set of unknown images. */
export interface EvaluatedRun {
  /** What was evaluated, in a line. */
  title: string;
  /** Figures of each score, by its name. */
  metrics: Record<string, OpenSetMetrics>;
  /** Name of the method's published score. */
  published: string;
}

/**
 * The main function of the task: prints the figures of a run. Ends the process: 0, 1 after an error, 130 after Ctrl-C.
 *
 * @param experiments where runs come from: they know methods and data by name
 */
export async function evaluate(experiments: readonly Experiment[], args: readonly string[]): Promise<void> {
  await runTask(async () => {
    if (args.some((arg) => /^--weights(=|$)/.test(arg))) {
      const parsed = parseWeightsArgs(args);
      if (parsed === null) return console.log(HELP);
      const evaluated = await evaluateWeights(parsed, stopSignal());
      return console.log([evaluated.title, "", markdown(weightsTable(evaluated))].join("\n"));
    }
    const parsed = parseEvaluateArgs(args);
    if (parsed === null) return console.log(HELP);
    for (const run of await evaluateRun(parsed.directory, experiments, parsed.options, stopSignal())) {
      console.log([run.title, "", markdown(evaluationTable(run)), ""].join("\n"));
    }
  });
}

/**
 * The options of a command line; null if it asks for help.
 *
 * @throws {UserError} if it is wrong
 */
export function parseEvaluateArgs(args: readonly string[]): { directory: string; options: EvaluateOptions } | null {
  const given = taskArguments(args, {
    task: "evaluate",
    valued: ["scores", "data-dir", "threads", "device"],
    flags: ["skip-damaged"],
    paths: { count: 1, called: "folders of runs" },
  });
  if (given === null) return null;
  const { values, paths: [directory] } = given;
  const scores = parseScores(values.scores, ["all"]);
  const threads = wholeNumber("threads", values.threads, 1);
  const skipDamaged = given.flags["skip-damaged"];
  const device = deviceOf(values.device ?? "cpu");
  return { directory, options: { scores, dataDir: values["data-dir"], threads, device, skipDamaged } };
}

/**
 * Evaluates the run in a folder, on each set of unknown images that its table has.
 *
 * @param experiments where runs come from
 * @returns an evaluation for each set, first the one that the run names
 * @throws {UserError} if there is no checkpoint, it cannot be read, or is of a run that `experiments` do not know; if a
 * score does not suit the method, or is NaN; if the data are others than the run's
 * @throws {Interrupted} after `stop`
 */
export async function evaluateRun(
  directory: string,
  experiments: readonly Experiment[],
  options: EvaluateOptions,
  stop: AbortSignal,
): Promise<EvaluatedRun[]> {
  const path = `${directory}/${CHECKPOINT}`;
  const { identity, step, run } = await described(path, directory);
  const { about, recipe, seed } = run;
  const { experiment, method } = ofExperiments(path, run, experiments);
  const scores = scoresNamed(options.scores, method);
  const sets = await setsOf(experiment, run, options);
  const classes = about.split.known.length;

  await startTensorFlow({ threads: options.threads, device: options.device });
  const backbone = backboneOf(recipe.backbone);
  const form = initialNetwork(backbone, method, classes, stream(seed, "init"), optimiserOf(recipe.optimiser));
  const { network } = (await loadCheckpoint(path, form, identity).finally(() => disposeTree(form)))!;
  try {
    const evaluated = evaluator(backbone, checked(method, classes), recipe, network, stop);
    const plain = recipe as unknown as Record<string, Json>;
    const name = rowName({ method: method.name, backmix: recipe.backmix !== null, recipe: plain });
    const runs: EvaluatedRun[] = [];
    for (const [dataset, data] of sets) {
      const { known, unknown } = data;
      runs.push({
        title: `${name} on ${dataset}, trial ${about.split.trial}, seed ${seed}, after ${step} steps of training; ` +
          `${known.labels.length} known and ${unknown.labels.length} unknown test images. In per cent.`,
        metrics: await openSetFigures(evaluated, scores, data),
        published: PUBLISHED[method.score].name,
      });
    }
    return runs;
  } catch (error) {
    throw error instanceof Interrupted ? new Interrupted("Stopped. Nothing was written.") : error;
  } finally {
    disposeTree(network);
  }
}

/** A row for each score, figures in per cent. */
export function evaluationTable({ metrics, published }: EvaluatedRun): Table {
  const percent = (share: number) => (100 * share).toFixed(1);
  return [
    ["Score", "", "ACC", ...COLUMNS.map((name) => metricTitles[name])],
    ...Object.entries(metrics).map(([name, figures]) => [
      name.replaceAll("_", " "),
      name === published ? "published" : "",
      percent(figures.acc),
      ...COLUMNS.map((column) => percent(figures[column])),
    ]),
  ];
}

async function described(
  path: string,
  directory: string,
): Promise<{ identity: RunIdentity; step: number; run: DescribedRun }> {
  const head = await readIdentity(path);
  if (head === null) {
    throw new UserError(`${directory}: no checkpoint.safetensors here. Give the folder of a cell, see --help.`);
  }
  const run = describedIn(head.identity);
  if (run === null) {
    throw new UserError(
      `${path}: this checkpoint does not say on what it was trained, older versions did not write that. Train the cell ` +
        "again to evaluate it.",
    );
  }
  if (run.about.validation > 0) {
    throw new UserError(
      `${path}: this run held images back to choose a recipe; test images stay unseen. Evaluate a run that was trained ` +
        "without --validation.",
    );
  }
  return { ...head, run };
}

function ofExperiments(
  path: string,
  { about }: DescribedRun,
  experiments: readonly Experiment[],
): { experiment: Experiment; method: Method } {
  const experiment = experiments.find(({ table }) => table === about.table);
  if (experiment === undefined) {
    const tables = experiments.map(({ table }) => table).join(", ");
    throw new UserError(
      `${path}: the run is of the table ${about.table}, known are ${tables}. Add its experiment to the list in ` +
        "experiments/all.ts.",
    );
  }
  const method = experiment.methods.find(({ name }) => name === about.method);
  if (method !== undefined) return { experiment, method };
  const methods = experiment.methods.map(({ name }) => name).join(", ");
  throw new UserError(
    `${path}: the run's method is ${about.method}, the table ${about.table} has ${methods}. Add it to the experiment's ` +
      "methods.",
  );
}

/** The run's data, and beside them the experiment's other sets of unknown images, by the data sets' names. */
async function setsOf(
  experiment: Experiment,
  { about, seed }: DescribedRun,
  { dataDir, threads, skipDamaged }: EvaluateOptions,
): Promise<Map<string, OpenSet>> {
  const { split, source, limit, settings } = about;
  const protocol = listOf(split.protocol);
  const options = { dataDir, trial: split.trial, protocol, seed, threads, skipDamaged, p: settings.p };
  const cut = (dataset: Dataset, split: Split) => openSet(dataset, split, { seed, ...(limit !== null && { limit }) });
  const trained = await datasetOf(experiment, { name: about.dataset, sha256: source.sha256 }, options);
  const first = cut(trained.dataset, split);
  const sets = new Map([[trained.dataset.name, first]]);
  for (const unknown of (experiment.unknowns ?? []).filter((one) => one !== trained.unknown)) {
    const { dataset, split } = await experiment.data({ ...options, unknown });
    sets.set(dataset.name, { ...first, unknown: cut(dataset, split).unknown }); // known images are judged once
  }
  return sets;
}
