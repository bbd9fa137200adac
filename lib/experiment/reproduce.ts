/**
 * Runs an experiment: one cell for each method, with and without BackMix or a rival of it, trial and seed. Finished cells
 * gather in one result file over any number of launches and are not run again.
 */
import { resolve } from "node:path";
import { openSet } from "../datasets/open_set.ts";
import { DEFAULT_P } from "../datasets/priors.ts";
import { type Engine, startTensorFlow } from "../engine/tensorflow.ts";
import { Interrupted, runTask, stopSignal } from "../files/task.ts";
import { UserError } from "../files/user_error.ts";
import { processor } from "../engine/library_machine.ts";
import { checkMethods } from "../methods/checked.ts";
import { readResult } from "../results/read.ts";
import type { ResultFile } from "../results/result.ts";
import { writeScores } from "../results/scores.ts";
import { notesOf, tableOf, terminal } from "../results/table.ts";
import { addCell } from "../results/write.ts";
import { checkGenerator } from "../training/confusing_step.ts";
import { checkRecipe } from "../training/recipe.ts";
import { type FinishedCell, runCell } from "./cell.ts";
import { type CommandLine, type ExperimentOptions, helpText, parseExperimentArgs } from "./command_line.ts";
import type { Experiment, Preset } from "./experiment.ts";
import { type CellPlan, identify, identifyTraining } from "./plan.ts";
import { recipesAsked, recipesText } from "./recipes.ts";

/** Where results of unchanged presets lie. */
const RESULTS = resolve(import.meta.dirname!, "../../results");

/** Where an experiment's runs and results go. */
export interface Places {
  /** Folder of the runs: checkpoints and logs. */
  runs: string;
  /** The result file. */
  result: string;
  /** Folder of the scores. */
  scores: string;
}

/**
 * The main function of an experiment's script: parses the command line, runs what is not finished, prints the table.
 * Ends the process: 0, 1 after an error, 130 after Ctrl-C.
 *
 * Results of a preset as it stands go to `results/TABLE.PRESET.json`; with another recipe or data (`--epochs`, `--limit`,
 * ...), or with `--out`, to that file's name in the folder of the runs.
 */
export async function reproduce(experiment: Experiment, args: readonly string[]): Promise<void> {
  await runTask(async () => {
    const line = commandLine(experiment);
    const options = parseExperimentArgs(line, args);
    const asked = textAsked(experiment, line, options);
    if (asked !== null) return console.log(asked);
    const { file } = await runExperiment(experiment, options, stopSignal());
    if (file !== null) printTable(file);
  });
}

/**
 * Runs a table in a program of one's own, or in a notebook, where {@linkcode reproduce} would end the process.
 *
 * @param args options, as on the command line
 * @returns the result file
 * @throws {UserError} if an option is wrong or keeps results from being written; and as {@linkcode runCell}
 *
 * @example
 * ```ts ignore
 * import { priorsExperiment } from "../../experiments/priors.ts";
 * import { runTable } from "./reproduce.ts";
 * const { cells } = await runTable(priorsExperiment, ["--seed", "100", "--epochs", "1", "--out", "runs/mine"]);
 * ```
 */
export async function runTable(experiment: Experiment, args: readonly string[] = []): Promise<ResultFile> {
  const options = parseExperimentArgs(commandLine(experiment), args);
  const { file, path } = await runExperiment(experiment, options, new AbortController().signal);
  if (file === null) throw new UserError(`${path}: not written. Leave --validation out.`);
  return file;
}

/** The help or the recipes, if the options ask for them instead of a run; else null. */
export function textAsked(experiment: Experiment, line: CommandLine, options: ExperimentOptions): string | null {
  if (options.help) return helpText(line);
  return options.printRecipe ? recipesText(experiment, options) : null;
}

/** Prints a result file's table and what it means. */
export function printTable(file: ResultFile): void {
  console.log(["", terminal(tableOf(file)), "", ...notesOf(file)].join("\n"));
}

/**
 * An experiment's command line.
 *
 * @throws {UserError} if its methods are not defined as they must be
 */
export function commandLine({ table, about, presets, methods, trials, source }: Experiment): CommandLine {
  checkMethods(methods);
  const [[, first]] = Object.entries(presets);
  return {
    about,
    command: `deno task reproduce:${table}`,
    presets: Object.keys(presets),
    methods: methods.map((method) => method.name),
    methodsByDefault: Object.fromEntries(
      Object.entries(presets).flatMap(([preset, { methods }]) => methods === undefined ? [] : [[preset, methods]]),
    ),
    trials,
    byDefault: first.byDefault,
    out: "runs",
    data: source,
  };
}

/**
 * Runs the cells that an experiment's options ask for.
 *
 * @param done is told of each cell that this call ran, before its result is written
 * @returns the result file and its path; null and the path if validation runs left none
 */
export async function runExperiment(
  experiment: Experiment,
  options: ExperimentOptions,
  stop: AbortSignal,
  done: (plan: CellPlan, finished: FinishedCell) => Promise<void> | void = () => {},
): Promise<{ file: ResultFile | null; path: string }> {
  const preset = experiment.presets[options.preset];
  const places = placesOf(experiment, options);
  let file = await existing(places.result);
  const trained = new Set<string>(); // by this call
  let engine: Engine | null = null;

  for (const { seed, trial, unknown } of conditionsOf(experiment, preset, options)) {
    const { dataset, split } = await unlessStopped(stop, experiment.data({ ...options, trial, seed, unknown }));
    const data = openSet(dataset, split, {
      seed,
      ...(options.validation !== undefined && { validationShare: options.validation }),
      ...(options.limit !== undefined && { limit: options.limit }),
    });
    for (const method of experiment.methods.filter(({ name }) => options.methods.includes(name))) {
      for (const recipe of recipesAsked(preset, method, options)) {
        const plan: CellPlan = {
          method,
          recipe,
          trial,
          seed,
          split,
          dataset: dataset.name,
          source: dataset.source,
          limit: options.limit ?? null,
          validation: options.validation ?? 0,
          settings: experiment.source === "generated" ? { p: options.p ?? DEFAULT_P } : {},
          ...(experiment.unknowns && { sharedTraining: dataset.trainSha256 ?? dataset.source.sha256 }),
        };
        const { id } = identify(plan);
        const before = file?.cells.find((cell) => cell.id === id);
        if (before !== undefined) {
          console.error(
            `${id}: finished before, ${
              before.finished.slice(0, 16)
            } by code ${before.code_version}; to run it again, ` +
              "choose another --out",
          );
          continue;
        }
        checkRecipe(plan.recipe, data.train); // before the engine is fetched
        checkGenerator(method, data.train.side);
        engine ??= await unlessStopped(stop, start(options));
        const training = identifyTraining(plan).id;
        const finished = await runCell(plan, data, engine, {
          table: experiment.table,
          directory: `${places.runs}/${training}`,
          resume: options.resume || trained.has(training),
          stop,
          label: id,
          measure: experiment.measure,
        });
        trained.add(training);
        if ("validationAccuracy" in finished) {
          const percent = (100 * finished.validationAccuracy).toFixed(1);
          console.log(`${id}: accuracy ${percent} % on ${data.validation!.labels.length} images held back`);
          continue; // recipes are tuned on these; figures of the test images stay unseen
        }
        await done(plan, finished);
        await writeScores(`${places.scores}/${experiment.table}.${options.preset}/${id}.npz`, finished.scores);
        const { table, paper } = experiment;
        const cell = { ...finished.cell, scores_file: `scores/${table}.${options.preset}/${id}.npz` };
        file = await addCell(places.result, { table, preset: options.preset, paper }, cell);
        console.error(`${id}: written to ${places.result}`);
      }
    }
  }
  return { file, path: places.result };
}

/** Waits for work, such as a download, but not after Ctrl-C: what such work left undone, its next start goes on with. */
async function unlessStopped<T>(stop: AbortSignal, work: T | Promise<T>): Promise<T> {
  const stopped = Promise.withResolvers<never>();
  const reject = () => stopped.reject(new Interrupted("Stopped. Run the same command again to go on."));
  stop.addEventListener("abort", reject);
  if (stop.aborted) reject();
  try {
    return await Promise.race([stopped.promise, work]);
  } finally {
    stop.removeEventListener("abort", reject);
  }
}

async function existing(path: string): Promise<ResultFile | null> {
  try {
    await Deno.stat(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
  }
  return await readResult(path);
}

async function start({ threads, device, precision }: ExperimentOptions): Promise<Engine> {
  if (precision === "bfloat16" && device !== "cpu") {
    throw new UserError(
      `--precision bfloat16: it is for processors; on ${device} convolutions of float32 multiply in TF32. Use float32.`,
    );
  }
  if (precision === "bfloat16" && !processor().avx512Bf16) {
    throw new UserError(
      `--precision bfloat16: ${processor().model} has no AVX512_BF16, it would be ten times slower. Use float32.`,
    );
  }
  return await startTensorFlow({ threads, device });
}

/** Where the runs and results of these options go: see {@linkcode reproduce}. */
export function placesOf({ table, own = false }: Experiment, options: ExperimentOptions): Places {
  const { preset, epochs, limit, validation, p, precision } = options;
  const asPublished = [epochs, limit, validation, p].every((value) => value === undefined) && precision === "float32";
  const byDefault = asPublished && options.out === "runs" && !own;
  const runs = `${options.out}/${table}.${preset}`;
  const folder = byDefault ? RESULTS : options.out;
  return { runs, result: `${folder}/${table}.${preset}.json`, scores: `${folder}/scores` };
}

/** What cells differ in beside method and recipe, in the order in which they run. */
function conditionsOf(experiment: Experiment, preset: Preset, options: ExperimentOptions) {
  return options.seeds.flatMap((seed) =>
    trialsOf(experiment, preset, options).flatMap((trial) =>
      (experiment.unknowns ?? [undefined]).map((unknown) => ({ seed, trial, unknown }))
    )
  );
}

/** Trials that were asked for, or those of the preset. */
function trialsOf({ trials }: Experiment, preset: Preset, options: ExperimentOptions): readonly number[] {
  if (trials.length === 0) return [0];
  return options.trials.length > 0 ? options.trials : preset.byDefault;
}
