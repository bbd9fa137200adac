/**
 * Adds finished runs to a result file. Cells accumulate over launches: a run that was made before replaces its cell, all
 * others stay. The layout is stable (keys sorted, cells sorted, numbers rounded), so that a diff shows what changed.
 */
import { dirname, resolve } from "node:path";
import { writeTextAtomic } from "../files/atomic.ts";
import { fileError } from "../files/file_error.ts";
import { waitForLock } from "../files/lock.ts";
import { UserError } from "../files/user_error.ts";
import { pairsOf, summarise } from "./aggregate.ts";
import { faultOf, parseResult } from "./read.ts";
import {
  type Cell,
  cellId,
  type PairedDifference,
  type ResultFile,
  type ResultHead,
  SCHEMA_VERSION,
} from "./result.ts";
import { rounded } from "./rounded.ts";
import { differencesOf, readScores, type ResampledRun, resampledRun } from "./scores.ts";

/** What to add to a result file. */
export interface Addition {
  /** The published figures to compare with. */
  paper: ResultHead["paper"];
  /** Runs whose scores lie at their `scores_file` already. */
  cells: readonly Omit<Cell, "id">[];
}

/**
 * Adds the cell of a finished run to a result file: see {@linkcode addCells}.
 *
 * @param head what its cells share; an existing file must have the same table and preset
 */
export async function addCell(path: string, head: ResultHead, cell: Omit<Cell, "id">): Promise<ResultFile> {
  return (await addCells(path, head, () => Promise.resolve({ paper: head.paper, cells: [cell] })))!;
}

/**
 * Adds cells of finished runs to a result file, which is made if it is not there. Their own paired differences are worked
 * out, those of other cells are taken as the file has them, and the summary is made anew.
 *
 * Their scores must have been written before, at `scores_file`: the paired differences are computed from them. Two
 * processes that add take turns. A cell that breaks the schema is a fault of the program; nothing is written then.
 *
 * @param path the result file
 * @param of its table and preset; an existing file must have the same
 * @param choose is given what the file holds, null if it is not there, while nobody else may change it, and says what to add;
 * ids are made here
 * @returns what was written; null if there was nothing to add
 * @throws {UserError} if the file is damaged, or of another table, preset or schema version, or cannot be written
 */
export async function addCells(
  path: string,
  { table, preset }: Pick<ResultHead, "table" | "preset">,
  choose: (before: ResultFile | null) => Promise<Addition>,
): Promise<ResultFile | null> {
  await using lock = await waitForLock(`${path}.lock`, path);
  const before = await existing(path, { table, preset });
  const addition = await choose(before);
  if (addition.cells.length === 0) return null;
  const added = addition.cells.map((cell): Cell => ({ ...roundedCell(cell), id: cellId(cell) }));
  const ids = new Set(added.map(({ id }) => id));
  const kept = before?.cells.filter(({ id }) => !ids.has(id)) ?? [];
  const cells = [...kept, ...added].sort((a, b) => compare(a.id, b.id));
  const others = before?.paired.filter((pair) => !ids.has(pair.with) && !ids.has(pair.without)) ?? [];
  const runs = new Map<string, Promise<ResampledRun>>(); // a cell may have many partners
  const runOf = (cell: Cell) => {
    const run = runs.get(cell.id) ?? resampledCell(cell, dirname(path));
    runs.set(cell.id, run);
    return run;
  };
  const paired = await differences(cells, runOf, others).catch((error) => {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(
      `${error.message} Until then ${path} cannot take ${
        [...ids].join(", ")
      }: restore that file or remove its cell, and ` +
        "run again with --resume.",
    );
  });

  const file: ResultFile = {
    table,
    preset,
    paper: addition.paper,
    schema_version: SCHEMA_VERSION,
    cells,
    paired,
    summary: summarise(cells, paired),
  };
  const fault = faultOf(JSON.parse(JSON.stringify(file)));
  if (fault) throw new TypeError(`${path}: would break the schema: ${fault}`);
  await lock.confirm();
  await writeTextAtomic(path, layout(file));
  return file;
}

/** The text of a result file: two spaces, keys sorted; a figure, and a list of numbers, stands on one line. */
export function layout(file: ResultFile): string {
  const oneLine = (part: string) => part.replace(/\s+/g, " ");
  return JSON.stringify(sortKeys(file), null, 2)
    .replace(/\[[\s\d.,-]+\]/g, (list) => oneLine(list).replace("[ ", "[").replace(" ]", "]"))
    .replace(
      /\{(?:\s+"\w+": (?:null|[-+\d.e]+),?)+\s+\}/g,
      (part) => oneLine(part).length < 80 ? oneLine(part) : part,
    ) + "\n";
}

/**
 * A cell's run, resampled from its scores.
 *
 * @param folder where the result file lies
 * @throws {UserError} if the scores are missing or damaged
 */
export async function resampledCell(
  { scores_file, split, bootstrap }: Cell,
  folder: string,
): Promise<ResampledRun> {
  const path = resolve(folder, scores_file);
  const scores = await readScores(path);
  try {
    return resampledRun(scores, split.known.length, bootstrap);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(`${path}: ${error.message}. The file is damaged: restore it, or run the cell again.`);
  }
}

/**
 * The paired differences of cells, from their scores.
 *
 * @param runOf gives a cell's run
 * @param before differences that are known and taken as they are
 * @throws {UserError} if scores are missing or damaged, or of other images in the two runs
 */
export async function differences(
  cells: readonly Cell[],
  runOf: (cell: Cell) => Promise<ResampledRun>,
  before: readonly PairedDifference[] = [],
): Promise<PairedDifference[]> {
  const paired: PairedDifference[] = [];
  for (const [a, b] of pairsOf(cells)) {
    const known = before.find((pair) => pair.with === a.id && pair.without === b.id);
    if (known !== undefined) {
      paired.push(known);
      continue;
    }
    const [first, second] = [await runOf(a), await runOf(b)];
    try {
      const metrics = differencesOf(first, second);
      paired.push({ with: a.id, without: b.id, metrics, ...extraDifference(a, b) });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new UserError(`${a.scores_file}, ${b.scores_file}: ${error.message}. Run both cells again.`);
    }
  }
  return paired;
}

function extraDifference(a: Cell, b: Cell): { extra?: Record<string, number> } {
  const names = Object.keys(a.extra ?? {}).filter((name) => b.extra?.[name] !== undefined);
  if (names.length === 0) return {};
  return { extra: rounded(Object.fromEntries(names.map((name) => [name, a.extra![name] - b.extra![name]]))) };
}

async function existing(path: string, of: Pick<ResultHead, "table" | "preset">): Promise<ResultFile | null> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw fileError(error, "read", path);
  }
  const file = parseResult(text, path);
  if (file.table !== of.table || file.preset !== of.preset) {
    throw new UserError(
      `${path}: holds table ${file.table}, preset ${file.preset}; this run is of ${of.table}, ${of.preset}. ` +
        "Choose another file.",
    );
  }
  return file;
}

/** The cell with what was measured rounded; recipe and checksums stay as they are. */
function roundedCell<Part extends Omit<Cell, "id">>(cell: Part): Part {
  const { metrics, training, hardware, extra } = cell;
  return { ...cell, ...rounded({ metrics, training, hardware, ...(extra && { extra }) }) };
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => compare(a, b)).map(([k, v]) => [k, sortKeys(v)]));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
