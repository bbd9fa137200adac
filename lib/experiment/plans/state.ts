/** How far a plan has come, told by results, runs and the notes of what ran it: from files alone, on any machine. */
import { join } from "node:path";
import { fileError } from "../../files/file_error.ts";
import { isLocked } from "../../files/lock.ts";
import { INTERRUPTED } from "../../files/task.ts";
import { readResult } from "../../results/read.ts";
import type { Cell } from "../../results/result.ts";
import { isLogLine, LOG, type LogLine } from "../../training/log.ts";
import { digest } from "../../training/recipe.ts";
import { parseExperimentArgs } from "../command_line.ts";
import type { Experiment } from "../experiment.ts";
import { commandLine, type Places, placesOf } from "../reproduce.ts";
import { type PlannedCell, trainingName } from "./planned.ts";

/** Where a planned training stands. */
export type Standing = "done" | "running" | "failed" | "stopped" | "waiting";

/** A planned training and where it stands. */
export interface CellState {
  /** What is planned. */
  cell: PlannedCell;
  /** Where it stands. */
  standing: Standing;
  /** Why, in a few words: how far it came, or what it said at its end. */
  note: string;
}

/** How the last attempt at a training ended. */
export interface Attempt {
  /** Exit code; above 128 a signal ended it. */
  code: number;
  /** How many attempts there were. */
  tries: number;
  /** The last line that it wrote. */
  said: string;
}

/** Where the notes about a plan's cells lie: `ID.json` how the last attempt ended, `ID.log` what it wrote. */
export function notesFolder(out: string): string {
  return join(out, "plan");
}

/**
 * Looks where each training stands.
 *
 * @param out the `--out` of the runs
 * @throws {UserError} if a result file is damaged, or a folder cannot be read
 */
export async function statesOf(
  cells: readonly PlannedCell[],
  experiments: readonly Experiment[],
  out: string,
): Promise<CellState[]> {
  const keyOf = ({ table, preset, less }: PlannedCell) => JSON.stringify([table, preset, less]);
  const tables = new Map<string, { done: Set<string>; runs: Map<string, Run> }>();
  for (const cell of cells) {
    const key = keyOf(cell);
    if (!tables.has(key)) {
      const experiment = experiments.find(({ table }) => table === cell.table)!;
      const args = ["--preset", cell.preset, "--out", out, ...cell.less];
      const places = placesOf(experiment, parseExperimentArgs(commandLine(experiment), args));
      const wanted = experiment.unknowns?.length ?? 1;
      tables.set(key, { done: await doneIn(places, wanted), runs: await runsIn(places) });
    }
  }
  // at once: whether a lock's holder on another machine lives may take seconds to tell
  return await Promise.all(cells.map(async (cell): Promise<CellState> => {
    const { done, runs } = tables.get(keyOf(cell))!;
    const name = trainingName(cell);
    if (done.has(name)) return { cell, standing: "done", note: "" };
    return { cell, ...await unfinished(cell, runs.get(name), out) };
  }));
}

/** Names of the trainings that the result file has, with each of so many sets of unknown images. */
async function doneIn({ result }: Places, wanted: number): Promise<Set<string>> {
  const there = await Deno.stat(result).then(() => true, () => false);
  const cells: Cell[] = there ? (await readResult(result)).cells : [];
  const counts = new Map<string, number>();
  for (const { recipe, ...cell } of cells.filter(({ split }) => split.protocol !== "cssr")) {
    const name = trainingName({ ...cell, recipe: digest(recipe) });
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return new Set(counts.keys().filter((name) => counts.get(name)! >= wanted));
}

/** A run's folder. */
interface Run {
  folder: string;
  /** How far it came. */
  far: string;
}

/** What the first line of a log tells of the run; runs of older versions do not tell what they were trained on. */
interface Told {
  recipe: unknown;
  seed: number;
  about?: { method: string; split: { trial: number } };
}

/** The runs, by the names of their trainings. */
async function runsIn({ runs }: Places): Promise<Map<string, Run>> {
  const entries = await Array.fromAsync(Deno.readDir(runs)).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return [];
    throw fileError(error, "read", runs);
  });
  const found = new Map<string, Run>();
  for (const { name, isDirectory } of entries) {
    if (!isDirectory) continue;
    const folder = `${runs}/${name}`;
    const { first, last } = await endsOf(`${folder}/${LOG}`);
    if (first?.event !== "start" || last === undefined) continue;
    const { recipe, seed, about } = first.run as unknown as Told;
    if (about?.split === undefined) continue;
    const training = { method: about.method, trial: about.split.trial, seed, recipe: digest(recipe) };
    const done = last.event === "step" ? last.step + 1 : last.step;
    found.set(trainingName(training), { folder, far: `step ${done} of ${first.steps}` });
  }
  return found;
}

async function unfinished(
  { id }: PlannedCell,
  run: Run | undefined,
  out: string,
): Promise<Pick<CellState, "standing" | "note">> {
  if (run !== undefined && await isLocked(`${run.folder}/lock`)) return { standing: "running", note: run.far };
  const attempt = await attemptAt(out, id);
  if (attempt !== null && attempt.code !== 0 && attempt.code !== INTERRUPTED) {
    const times = attempt.tries > 1 ? `${attempt.tries} attempts, the last: ` : "";
    return { standing: "failed", note: `${times}exit code ${attempt.code}: ${attempt.said}` };
  }
  return run === undefined ? { standing: "waiting", note: "" } : { standing: "stopped", note: run.far };
}

/** The note about a training's last attempt; null if there is none. */
export async function attemptAt(out: string, id: string): Promise<Attempt | null> {
  const text = await Deno.readTextFile(join(notesFolder(out), `${id}.json`)).catch(() => null);
  try {
    const attempt: Attempt | null = text === null ? null : JSON.parse(text);
    const { code, tries, said } = attempt ?? {};
    const sound = Number.isInteger(code) && Number.isInteger(tries) && typeof said === "string";
    return sound ? attempt : null;
  } catch {
    return null; // cut off: as good as none
  }
}

/** The first and the last whole line of a log, which may have a hundred thousand between, and one that is being written. */
async function endsOf(path: string): Promise<{ first?: LogLine; last?: LogLine }> {
  const text = await Deno.readTextFile(path).catch(() => "");
  const lines = text.split("\n").slice(0, -1);
  try {
    const ends = lines.length === 0 ? [] : [lines[0], lines.at(-1)!].map((line) => JSON.parse(line));
    const [first, last] = ends.filter(isLogLine);
    return { first, last };
  } catch {
    return {}; // damaged: as good as none
  }
}
