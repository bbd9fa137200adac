/** Merges result files that several people made into one table, and tells which were checked against their scores. */
import { dirname, relative } from "node:path";
import { fileError } from "../files/file_error.ts";
import { UserError } from "../files/user_error.ts";
import { readResult } from "./read.ts";
import { agrees, recompute } from "./recompute.ts";
import type { ResultFile } from "./result.ts";
import { dataTitle, percentOf, rowName, type Table, words } from "./table.ts";

/** Whether a file's figures come out of the scores beside it. */
export type Standing = "recomputed" | "differs" | "scores absent";

/** A file that was sent. */
export interface Entry {
  /** Its path below the folder. */
  path: string;
  /** What it holds. */
  file: ResultFile;
  /** What its figures are worth. */
  standing: Standing;
}

/**
 * Reads all result files below a folder, and recomputes those that have their scores.
 *
 * @param progress is told of each file before it is checked
 * @returns the files in the order of their paths, and what is wrong with those that cannot be read
 * @throws {UserError} if the folder cannot be read
 */
export async function entriesBelow(
  folder: string,
  progress: (path: string) => void = () => {},
): Promise<{ entries: Entry[]; refused: string[] }> {
  const [entries, refused]: [Entry[], string[]] = [[], []];
  for (const path of (await jsonBelow(folder)).sort()) {
    progress(path);
    try {
      const file = await readResult(path);
      entries.push({ path: relative(folder, path), file, standing: await standingOf(file, dirname(path)) });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      refused.push(error.message);
    }
  }
  return { entries, refused };
}

async function standingOf(file: ResultFile, folder: string): Promise<Standing> {
  try {
    return (await recompute(file, folder)).every((one) => agrees(one)) ? "recomputed" : "differs";
  } catch (error) {
    if (error instanceof UserError) return "scores absent";
    throw error;
  }
}

async function jsonBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const path = `${folder}/${name}`;
      if (isDirectory) found.push(...await jsonBelow(path));
      else if (name.endsWith(".json")) found.push(path);
    }
  } catch (error) {
    throw fileError(error, "read", folder);
  }
  return found;
}

/** One row for each method of each file, by table and then by AUROC, the best first. */
export function leaderboardOf(entries: readonly Entry[]): Table {
  const rows = entries.flatMap(({ path, file, standing }) => {
    const on = dataTitle(file);
    return file.summary.rows.map(({ cells, headline, metrics }) => {
      const cell = file.cells.find(({ id }) => id === cells[0])!;
      const { auroc, acc } = metrics[headline];
      const name = `${file.table}, ${file.preset}`;
      const figures = [percentOf(auroc), percentOf(acc)];
      const text = [name, rowName(cell) + on(cell), words(headline), String(cells.length), ...figures, standing, path];
      return { name, auroc: auroc.mean, text };
    });
  });
  rows.sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : b.auroc - a.auroc);
  return [["Table", "Method", "Score", "Runs", "AUROC", "ACC", "Figures", "File"], ...rows.map(({ text }) => text)];
}
