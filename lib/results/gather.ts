/**
 * Gathers results of several folders, of people or nodes, in one result file a table, without a database: what is sent twice
 * alike is taken once, what contradicts is named and left where it is. Nothing that was gathered before is changed.
 */
import { basename, dirname, join, resolve } from "node:path";
import { writeAtomic } from "../files/atomic.ts";
import { readBytes } from "../files/read.ts";
import { UserError } from "../files/user_error.ts";
import { agreeing, type Sent } from "./agreement.ts";
import { resultsBelow } from "./below.ts";
import { movedBetween } from "./diff.ts";
import { agrees, recomputeCell, shown } from "./recompute.ts";
import { type Cell, cellId, decidingDigest, type ResultFile, SCHEMA_VERSION } from "./result.ts";
import { addCells } from "./write.ts";

/** What came of a table. */
export interface GatheredTable {
  /** Its result file, with what was added. */
  path: string;
  /** Cells that were added. */
  added: number;
  /** Cells that were sent more than once, or were gathered before, with the same bits. */
  alike: number;
}

/** What came of gathering. */
export interface Gathered {
  /** Tables of which a cell was sent, by their paths. */
  tables: GatheredTable[];
  /** What was left out: which, where, and why. */
  leftOut: string[];
}

/**
 * Gathers result files.
 *
 * A cell is left out if its figures do not come out of the scores beside it, or it does not have the id and digest of what
 * it says; and with all that contradict it, if the same cell was sent with other bits, or if a table's cells disagree in
 * what they must share: images, and recipe but for BackMix and its rivals. What the target holds already is right then.
 *
 * @param folders searched whole
 * @param out gets `TABLE.PRESET.json` files, and their scores beside
 * @param progress is told of each file before it is checked
 * @throws {UserError} if a folder cannot be read, holds no result file, or `out` cannot be written
 */
export async function gather(
  folders: readonly string[],
  out: string,
  progress: (path: string) => void = () => {},
): Promise<Gathered> {
  const leftOut: string[] = [];
  const sent: Sent[] = [];
  for (const folder of folders) {
    const { found, refused } = await resultsBelow(folder, async (file, path) => {
      progress(path);
      return await soundCells(file, path);
    });
    if (found.length === 0 && refused.length === 0) {
      throw new UserError(`${folder}: holds no result file. Name folders with TABLE.PRESET.json files below.`);
    }
    sent.push(...found.flatMap(({ sound }) => sound));
    leftOut.push(...refused, ...found.flatMap(({ faults }) => faults));
  }
  const tables: GatheredTable[] = [];
  for (const [name, cells] of Map.groupBy(sent, ({ head }) => `${head.table}.${head.preset}`)) {
    const { disagreements, ...table } = await gatherTable(join(out, `${name}.json`), cells);
    leftOut.push(...disagreements.map((what) => `${name}, ${what}`));
    tables.push(table);
  }
  return { tables: tables.sort((a, b) => a.path < b.path ? -1 : 1), leftOut };
}

/** The cells that are what they say, and what is wrong with the others. */
async function soundCells(file: ResultFile, path: string): Promise<{ sound: Sent[]; faults: string[] }> {
  const { table, preset, paper, cells } = file;
  const name = `${table}.${preset}.json`;
  if (basename(path) !== name) {
    throw new UserError(`${path}: holds table ${table}, preset ${preset}. Call it ${name}, as it was written.`);
  }
  const [sound, faults]: [Sent[], string[]] = [[], []];
  for (const cell of cells) {
    const fault = await faultOf(cell, dirname(path));
    if (fault === null) sound.push({ head: { table, preset, paper }, cell, file: path });
    else faults.push(`${path}, ${cell.id}: ${fault}`);
  }
  return { sound, faults };
}

async function faultOf(cell: Cell, folder: string): Promise<string | null> {
  const { recipe, split, trial, data: { name, sha256, limit, settings } } = cell;
  const parts = { recipe, split: { ...split, dataset: name, trial }, data: sha256, limit, validation: 0, settings };
  if (cell.recipe_digest !== decidingDigest(parts) || cell.id !== cellId(cell) || !/^[\w+.-]+$/.test(cell.id)) {
    return "its id and digest are not those of the recipe, split and data that it names. It was edited: run it again.";
  }
  try {
    const { figures } = await recomputeCell(cell, folder);
    const wrong = figures.filter((one) => !agrees(one));
    if (wrong.length === 0) return null;
    const [{ figure, recorded, again }] = wrong;
    return `${wrong.length} figures do not come out of its scores, such as ${figure}: recorded ${shown(recorded)}, ` +
      `recomputed ${shown(again)}. Get the file again, or run the cell again.`;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

/** Adds what agrees; the table's lock is held from the comparison to the writing. */
async function gatherTable(path: string, sent: readonly Sent[]): Promise<GatheredTable & { disagreements: string[] }> {
  const { table, preset } = sent[0].head;
  const told = { path, added: 0, alike: 0, disagreements: [] as string[] };
  await addCells(path, { table, preset }, async (before) => {
    const there = before?.cells.map((cell): Sent => ({ head: before, cell, file: path })) ?? [];
    const { agreed, disagreements } = agreeing(sent, there);
    told.disagreements = disagreements;
    const cells: Omit<Cell, "id">[] = [];
    for (const [id, same] of Map.groupBy(agreed, ({ cell }) => cell.id)) {
      const held = there.filter(({ cell }) => cell.id === id);
      // of equal cells the oldest is kept, so that the order of folders, and who gathers first, do not matter
      const oldest = same.toSorted((a, b) => a.cell.finished < b.cell.finished ? -1 : 1);
      const [first, ...others] = [...held, ...oldest];
      const contradiction = await contradicting(first, others);
      if (contradiction !== null) {
        disagreements.push(`${id}: ${contradiction}`);
        continue;
      }
      told.alike += others.length;
      if (held.length > 0) continue;
      const scores_file = `scores/${table}.${preset}/${id}.npz`;
      await writeAtomic(join(dirname(path), scores_file), await scoresOf(first));
      cells.push({ ...first.cell, scores_file });
      told.added++;
    }
    return { paper: before?.paper ?? agreed[0]?.head.paper ?? null, cells };
  });
  return told;
}

/** Says which two of the cells of one id are not the same, and in what; null if all are. */
async function contradicting(first: Sent, others: readonly Sent[]): Promise<string | null> {
  for (const other of others) {
    const what = await difference(first, other);
    if (what !== null) return `${first.file} and ${other.file} differ: ${what}. Leave out the folder that is wrong.`;
  }
  return null;
}

/** What two cells of one id differ in, but for times, machine and versions; null if nothing. */
async function difference(a: Sent, b: Sent): Promise<string | null> {
  const alone = ({ head, cell }: Sent): ResultFile => ({
    ...head,
    schema_version: SCHEMA_VERSION,
    cells: [cell],
    paired: [],
    summary: { rows: [], paired: [] },
  });
  const [moved, ...more] = movedBetween(alone(a), alone(b), 0);
  if (moved !== undefined) {
    const count = more.length > 0 ? `, and ${more.length} entries more` : "";
    return `${moved.entry} ${JSON.stringify(moved.before)} and ${JSON.stringify(moved.after)}${count}`;
  }
  const [first, second] = await Promise.all([a, b].map(scoresOf));
  const same = first.length === second.length && first.every((byte, k) => byte === second[k]);
  return same ? null : "figures agree, but not the bits of their scores";
}

async function scoresOf({ cell, file }: Sent): Promise<Uint8Array> {
  const path = resolve(dirname(file), cell.scores_file);
  return await readBytes(path);
}
