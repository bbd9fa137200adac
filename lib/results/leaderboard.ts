/** Merges result files that several people made into one table, and tells which were checked against their scores. */
import { dirname, relative, resolve } from "node:path";
import { resultsBelow } from "./below.ts";
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
 * @param progress is told of each file before its scores are read
 * @returns the files in the order of their paths, and what is wrong with those that cannot be read
 * @throws {UserError} if the folder cannot be read
 */
export async function entriesBelow(
  folder: string,
  progress: (path: string) => void = () => {},
): Promise<{ entries: Entry[]; refused: string[] }> {
  const { found: entries, refused } = await resultsBelow(folder, async (file, path) => {
    progress(path);
    return { path: relative(folder, path), file, standing: await standingOf(file, dirname(path)) };
  });
  return { entries, refused };
}

async function standingOf(file: ResultFile, folder: string): Promise<Standing> {
  for (const { scores_file } of file.cells) {
    if (!await Deno.stat(resolve(folder, scores_file)).then(() => true, () => false)) return "scores absent";
  }
  return (await recompute(file, folder)).every((one) => agrees(one)) ? "recomputed" : "differs";
}

/**
 * One row for each method of each file, by table and then by AUROC, the best first. Recipe (with a short digest of all that
 * decides its numbers) and data are shown, since options may have changed what the preset says.
 */
export function leaderboardOf(entries: readonly Entry[]): Table {
  const rows = entries.flatMap(({ path, file, standing }) => {
    const on = dataTitle(file);
    return file.summary.rows.map(({ cells, headline, metrics }) => {
      const cell = file.cells.find(({ id }) => id === cells[0])!;
      const { auroc, acc } = metrics[headline];
      const name = `${file.table}, ${file.preset}${on(cell)}`;
      const { limit, official } = cell.data;
      const data = [official ? "official" : "not official", ...(limit === null ? [] : [`${limit} images`])].join(", ");
      const recipe = `${cell.training.epochs} epochs, ${cell.recipe_digest.slice(0, 8)}`;
      const figures = [percentOf(auroc), percentOf(acc)];
      const text = [
        name,
        rowName(cell),
        words(headline),
        String(cells.length),
        ...figures,
        recipe,
        data,
        standing,
        path,
      ];
      return { name, auroc: auroc.mean, text };
    });
  });
  rows.sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : b.auroc - a.auroc);
  return [
    ["Table", "Method", "Score", "Runs", "AUROC", "ACC", "Recipe", "Data", "Figures", "File"],
    ...rows.map(({ text }) => text),
  ];
}
