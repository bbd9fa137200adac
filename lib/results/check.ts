/** Finds which numbers moved between two result files: the guard against a change of the program that changes results. */
import type { Cell, ResultFile } from "./result.ts";

/** A number, or another entry, that differs. */
export interface Moved {
  /** Where it stands, such as "softmax.trial0.seed0.1a2b3c4d metrics.max_logit.auroc.value". */
  path: string;
  /** In the first file; undefined if it is absent there. */
  before: unknown;
  /** In the second file; undefined if it is absent there. */
  after: unknown;
}

/**
 * What differs between two result files, cell by cell. Times, machine and versions are not compared.
 *
 * @param before one file
 * @param after the other
 * @param tolerance how far a figure may move and still count as the same
 */
export function movedBetween(before: ResultFile, after: ResultFile, tolerance: number): Moved[] {
  const a = flatten(before);
  const b = flatten(after);
  const same = (x: unknown, y: unknown) =>
    x === y || (typeof x === "number" && typeof y === "number" && Math.abs(x - y) <= tolerance);
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((path) => !same(a.get(path), b.get(path)))
    .map((path) => ({ path, before: a.get(path), after: b.get(path) }));
}

/** Every compared entry by its path. */
function flatten(file: ResultFile): Map<string, unknown> {
  const entries = new Map<string, unknown>();
  const add = (path: string, value: unknown) => {
    if (typeof value !== "object" || value === null) entries.set(path, value);
    else for (const [key, part] of Object.entries(value)) add(`${path}.${key}`, part);
  };
  add("paper", file.paper);
  for (const cell of file.cells) add(cell.id, compared(cell));
  for (const { with: id, without, metrics, extra } of file.paired) {
    add(`${id} - ${without}`, { metrics, extra: extra ?? {} });
  }
  add("summary", file.summary);
  return entries;
}

function compared({ split, recipe, data, training, metrics, headline, extra }: Cell) {
  const { epochs, steps, images, last_loss } = training;
  return { split, recipe, data, training: { epochs, steps, images, last_loss }, metrics, headline, extra: extra ?? {} };
}
