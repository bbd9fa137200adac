/**
 * Repeats a cell from its own record in a result file, and says whether the bits agree: every score of every test image.
 * With the same processor type and number of threads they do; elsewhere figures may move a little.
 */
import { dirname, resolve } from "node:path";
import { openSet } from "../datasets/open_set.ts";
import { type Device, deviceOf } from "../engine/device.ts";
import { startTensorFlow } from "../engine/tensorflow.ts";
import { runTask, stopSignal } from "../files/task.ts";
import { taskArguments, wholeNumber } from "../files/task_arguments.ts";
import { UserError } from "../files/user_error.ts";
import type { OpenSetMetrics } from "../metrics/open_set_metrics.ts";
import { readResult } from "../results/read.ts";
import type { Cell, ResultFile } from "../results/result.ts";
import { readScores, type RunScores } from "../results/scores.ts";
import type { Recipe } from "../training/recipe.ts";
import { runCell } from "./cell.ts";
import { datasetOf, listOf } from "./dataset_of.ts";
import { hardwareOf } from "./environment.ts";
import type { Experiment } from "./experiment.ts";
import type { CellPlan } from "./plan.ts";

const HELP = `Repeats a cell of a result file from its own record, and says whether the bits agree.

Usage: deno task rerun RESULT.json [options]

  --cell ID        which cell; needed where the file holds several
  --tolerance T    how far a figure may move where processor, threads or device are others; default 0.02
  --threads N      threads of the engine; default as recorded
  --device NAME    cpu, or gpu:0 for the first NVIDIA GPU; default cpu
  --data-dir DIR   where the data set lies, if it has files; without it, it is downloaded once
  --skip-damaged   leave out images that cannot be decoded, as the recorded run did
  --help           this text

Takes as long as the cell took. Exit code 1 if, with the recorded processor, threads and device, a score differs in one
bit, or elsewhere a figure by more than the tolerance. Writes nothing but the data set into the cache, the first time.`;

/** What to repeat. */
export interface RerunOptions {
  /** The result file. */
  path: string;
  /** Id of the cell; may be left out where there is but one. */
  cell?: string;
  /** How far a figure may move on another machine. */
  tolerance: number;
  /** Threads of the engine. */
  threads?: number;
  /** What the engine runs on; default the processor. */
  device?: Device;
  /** The folder of the data set's files. */
  dataDir?: string;
  /** Whether images that cannot be decoded are left out, as they were. */
  skipDamaged?: boolean;
}

/** How it went. */
export interface Rerun {
  /** Whether the exit code is 0. */
  agrees: boolean;
  /** How many scores differ in a bit. */
  differ: number;
  /** By how much the figure moved that moved most. */
  largest: number;
  /** What to print. */
  text: string;
}

/** The main function of the task. Ends the process: 0, 1 if the cell does not agree or after an error, 130 after Ctrl-C. */
export async function rerun(experiments: readonly Experiment[], args: readonly string[]): Promise<void> {
  await runTask(async () => {
    const options = parseRerunArgs(args);
    if (options === null) return console.log(HELP);
    const { agrees, text } = await rerunCell(options, experiments, stopSignal());
    console.log(text);
    return agrees ? 0 : 1;
  });
}

/**
 * The options of a command line; null if it asks for help.
 *
 * @throws {UserError} if it is wrong
 */
export function parseRerunArgs(args: readonly string[]): RerunOptions | null {
  const given = taskArguments(args, {
    task: "rerun",
    valued: ["cell", "tolerance", "threads", "device", "data-dir"],
    flags: ["skip-damaged"],
    paths: { count: 1, called: "result files" },
  });
  if (given === null) return null;
  const { values, paths: [path] } = given;
  const tolerance = Number(values.tolerance ?? 0.02);
  if (!(tolerance >= 0)) throw new UserError(`--tolerance ${values.tolerance}: give a number, 0 or more.`);
  const threads = wholeNumber("threads", values.threads, 1);
  const skipDamaged = given.flags["skip-damaged"];
  const device = deviceOf(values.device ?? "cpu");
  return { path, cell: values.cell, tolerance, threads, device, dataDir: values["data-dir"], skipDamaged };
}

/**
 * Repeats a cell.
 *
 * @param experiments where cells come from: they know methods and data by name
 * @throws {UserError} if the file, the cell or its scores are not there, or the cell is of a table, method or data that are
 * not known or not the same
 */
export async function rerunCell(
  options: RerunOptions,
  experiments: readonly Experiment[],
  stop: AbortSignal,
): Promise<Rerun> {
  const { path, tolerance, dataDir, skipDamaged } = options;
  const file = await readResult(path);
  const cell = cellOf(file, path, options.cell);
  const experiment = experiments.find(({ table }) => table === file.table);
  const method = experiment?.methods.find(({ name }) => name === cell.method);
  if (experiment === undefined || method === undefined) {
    throw new UserError(
      `${path}: no experiment is called ${file.table} with the method ${cell.method}. See experiments/.`,
    );
  }
  const recorded = await readScores(resolve(dirname(path), cell.scores_file));

  const { split: { protocol, known, unknown }, trial, seed, data: { name, sha256, limit, settings } } = cell;
  const threads = options.threads ?? cell.engine.threads;
  const engine = await startTensorFlow({ threads, device: options.device });
  const lists = listOf(protocol);
  const wanted = { dataDir, trial, protocol: lists, seed, threads, skipDamaged, p: settings.p };
  const { dataset } = await datasetOf(experiment, { name, sha256 }, wanted);
  const split = { protocol, dataset: name, trial, known, unknown };
  const plan: CellPlan = {
    ...{ method, recipe: cell.recipe as unknown as Recipe, trial, seed, split, dataset: name, source: dataset.source },
    ...{ limit, validation: 0, settings },
  };
  const directory = await Deno.makeTempDir();
  try {
    const images = openSet(dataset, split, { seed, ...(limit !== null && { limit }) });
    const run = { table: file.table, directory, resume: false, stop, label: cell.id };
    const finished = await runCell(plan, images, engine, run);
    if ("validationAccuracy" in finished) throw new Error("a cell without validation share gave a validation result");
    const here = hardwareOf().processor;
    const there = cell.hardware.processor; // older records name the model only, without its kind
    const alike = cell.engine.threads === threads && cell.engine.device === engine.device &&
      cell.hardware.gpu === engine.gpu &&
      (here === there || here.startsWith(`${there} (`));
    return verdict(cell, finished.cell, equalBits(recorded, finished.scores), alike, tolerance);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function cellOf({ cells }: ResultFile, path: string, id?: string): Cell {
  const found = id === undefined && cells.length === 1 ? cells[0] : cells.find((cell) => cell.id === id);
  if (found !== undefined) return found;
  const what = id === undefined ? `holds ${cells.length} cells` : `has no cell ${id}`;
  throw new UserError(`${path}: ${what}. Name one by --cell: ${cells.map((cell) => cell.id).join(", ")}.`);
}

/** How many scores there are, and how many differ in a bit. */
function equalBits(a: RunScores, b: RunScores): { scores: number; differ: number } {
  let [scores, differ] = [0, 0];
  for (const side of ["known", "unknown"] as const) {
    for (const [name, before] of Object.entries(a[side].scores)) {
      const after = b[side].scores[name];
      scores += before.length;
      for (let i = 0; i < before.length; i++) if (!Object.is(before[i], after?.[i])) differ++;
    }
  }
  return { scores, differ };
}

/** What to say of a repeated cell; `alike` if processor, threads and device are the recorded ones. */
export function verdict(
  before: Cell,
  after: Pick<Cell, "metrics" | "hardware" | "engine">,
  { scores, differ }: { scores: number; differ: number },
  alike: boolean,
  tolerance: number,
): Rerun {
  const machine = ({ hardware, engine }: Pick<Cell, "hardware" | "engine">) =>
    `${hardware.processor}, ${engine.threads} threads` +
    (engine.device === "cpu" ? "" : ` beside the ${hardware.gpu ?? engine.device}`);
  const lines = [`${before.id}: recorded on ${machine(before)}, repeated on ${machine(after)}.`];
  if (differ === 0) {
    return { agrees: true, differ, largest: 0, text: [...lines, `All ${scores} scores agree to the bit.`].join("\n") };
  }
  let largest = { figure: "", by: 0 };
  for (const [score, figures] of Object.entries(before.metrics)) {
    for (const name of Object.keys(figures) as (keyof OpenSetMetrics)[]) {
      if (name === "threshold95") continue; // a score, on no common scale
      const by = Math.abs(figures[name].value - after.metrics[score][name].value);
      if (by >= largest.by) largest = { figure: `${score} ${name}`, by };
    }
  }
  lines.push(
    `${differ} of ${scores} scores differ; the figure that moved most is ${largest.figure}, by ${
      largest.by.toFixed(6)
    }.`,
  );
  const agrees = !alike && largest.by <= tolerance;
  lines.push(
    alike
      ? "Processor's name, threads and device are the recorded ones, so the bits should agree: another version of the " +
        "program, of TensorFlow, or another processor of that name made the difference."
      : `Other processors, threads and devices give other bits; within ${tolerance} that counts as the same: ${
        agrees ? "yes" : "NO"
      }.`,
  );
  return { agrees, differ, largest: largest.by, text: lines.join("\n") };
}
