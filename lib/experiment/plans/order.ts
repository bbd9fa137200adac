/**
 * In which order a plan's trainings tell most: Softmax first, on all trials, for it is the cheapest and shows on each table
 * how far a difference goes from trial to trial; then all methods trial by trial, so that a row can be ended early.
 */
import type { PlannedCell } from "./planned.ts";

/** Whether a training is one of those that come first. */
export function comesFirst({ method }: Pick<PlannedCell, "method">): boolean {
  return method === "softmax";
}

/** The trainings in that order; a pair without and with BackMix stays together. */
export function inOrder(cells: readonly PlannedCell[]): PlannedCell[] {
  const turn = (cell: PlannedCell) => comesFirst(cell) ? -1 : cell.trial + cell.seed; // one of the two is 0
  return cells.toSorted((a, b) => turn(a) - turn(b));
}
