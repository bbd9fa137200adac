/** What a result file says in several places must agree: a schema sees each place alone. */
import { cellId, type FiguresByScore, type MeansByScore, type ResultFile } from "./result.ts";

/**
 * What names a cell, a pair or a score that is not there, as `path: message`; null if nothing does.
 *
 * @param file valid by the schema
 */
export function brokenLink({ cells, paired, summary }: ResultFile): string | null {
  const byId = new Map(cells.map((cell) => [cell.id, cell]));
  const pairOf = new Map(paired.map((pair) => [pair.with, pair]));
  const odd = cells.findIndex((cell) => cell.id !== cellId(cell));
  if (odd >= 0) return `/cells/${odd}/id: is ${cells[odd].id}, but the cell is ${cellId(cells[odd])}`;
  if (byId.size < cells.length) return "/cells: one stands there twice";

  const loose = paired.findIndex(({ with: id, without }) => !byId.has(id) || !byId.has(without));
  if (loose >= 0) return `/paired/${loose}: names a cell that is not there`;
  for (const [place, row] of summary.rows.entries()) {
    const of = row.cells.map((id) => byId.get(id)?.metrics);
    if (!summedUp(row, of)) return `/summary/rows/${place}: names a cell or a score that is not there`;
  }
  for (const [place, row] of summary.paired.entries()) {
    const of = row.cells.map((id) => pairOf.get(id)?.metrics);
    if (!summedUp(row, of)) return `/summary/paired/${place}: names a pair or a score that is not there`;
  }
  const rowOf = new Map(summary.rows.flatMap((row) => row.cells.map((id) => [id, row.metrics] as const)));
  for (const [place, { headline, cells: ids }] of summary.paired.entries()) {
    const sides = ids.flatMap((id) => [id, pairOf.get(id)!.without]);
    const bare = sides.find((id) => rowOf.get(id)?.[headline] === undefined);
    if (bare !== undefined) return `/summary/paired/${place}: ${bare} is in no row with this score`;
  }
  return null;
}

/** Whether all of what a row sums up is there, with its scores. */
function summedUp(
  { headline, metrics }: { headline: string; metrics: MeansByScore<unknown> },
  of: readonly (FiguresByScore | undefined)[],
): boolean {
  const scores = Object.keys(metrics);
  return of.length > 0 && scores.includes(headline) &&
    of.every((figures) => figures !== undefined && scores.every((score) => Object.hasOwn(figures, score)));
}
