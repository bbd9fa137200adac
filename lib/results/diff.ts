/** Finds which numbers moved between two result files: the guard against a change of the program that changes results. */
import type { Cell, Figure, ResultFile } from "./result.ts";

/** A number, or another entry, that differs. */
export interface Moved {
  /** Id of its cell, or "paper". */
  cell: string;
  /** Where it stands there, such as "metrics.max_logit.auroc". */
  entry: string;
  /** In the first file; undefined if it is absent there. */
  before: unknown;
  /** In the second file; undefined if it is absent there. */
  after: unknown;
  /** How far a figure moved, in standard errors of its bootstrap interval. */
  errors?: number;
}

/** Half of the last digit that is stored. */
const ROUNDING = 5e-7;
/** A 95 % interval is as wide as this many standard errors. */
const WIDTH = 2 * 1.959964;

/**
 * What differs between two result files, in the cells of the first and in the figures that they are compared with. Times,
 * machine and versions are not compared; differences and means follow from the cells, and need no line of their own.
 *
 * @param before one file
 * @param after the other
 * @param threshold how many standard errors a figure may move and still count as the same; above 0 it lets the last loss
 * go free too, which has no error of its own. Other entries must agree
 */
export function movedBetween(before: ResultFile, after: ResultFile, threshold: number): Moved[] {
  const cells = new Map(after.cells.map((cell) => [cell.id, cell]));
  return [
    ...moved("paper", entriesOf("", before.paper ?? {}), entriesOf("", after.paper ?? {}), threshold),
    ...before.cells.flatMap((cell): Moved[] => {
      const other = cells.get(cell.id);
      if (other === undefined) return [{ cell: cell.id, entry: "", before: "there", after: undefined }];
      const [a, b] = [cell, other].map((one) => entriesOf("", compared(one, threshold === 0)));
      return moved(cell.id, a, b, threshold);
    }),
  ];
}

function moved(cell: string, a: Map<string, unknown>, b: Map<string, unknown>, threshold: number): Moved[] {
  return [...new Set([...a.keys(), ...b.keys()])].flatMap((entry): Moved[] => {
    const [before, after] = [a.get(entry), b.get(entry)];
    if (isFigure(before) && isFigure(after)) {
      const distance = Math.max(
        ...(["value", "low", "high"] as const).map((end) => Math.abs(before[end] - after[end])),
      );
      if (distance <= ROUNDING) return [];
      const spread = (before.high - before.low) / WIDTH;
      const errors = spread > 0 ? distance / spread : Infinity;
      return errors <= threshold ? [] : [{ cell, entry, before: before.value, after: after.value, errors }];
    }
    const same = before === after ||
      typeof before === "number" && typeof after === "number" && Math.abs(before - after) <= ROUNDING;
    return same ? [] : [{ cell, entry, before: shown(before), after: shown(after) }];
  });
}

/** Every compared entry by its path; a figure is one entry. */
function entriesOf(path: string, value: unknown, into = new Map<string, unknown>()): Map<string, unknown> {
  if (isFigure(value) || typeof value !== "object" || value === null) return into.set(path, value);
  for (const [key, part] of Object.entries(value)) entriesOf(path === "" ? key : `${path}.${key}`, part, into);
  return into;
}

function isFigure(value: unknown): value is Figure {
  return typeof value === "object" && value !== null && "value" in value && "low" in value && "high" in value;
}

function shown(value: unknown): unknown {
  return isFigure(value) ? value.value : value;
}

function compared({ split, recipe, data, training, metrics, headline, extra }: Cell, loss: boolean) {
  const { epochs, steps, images, last_loss } = training;
  const trained = { epochs, steps, images, ...(loss && { last_loss }) };
  return { split, recipe, data, training: trained, metrics, headline, extra: extra ?? {} };
}
