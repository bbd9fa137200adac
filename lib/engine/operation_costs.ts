/** What of a run took the time, by kinds of operations. */
import type { TimedOperation } from "./step_stats.ts";

/** What the operations of a kind cost. */
export interface OperationCost {
  /** The kind, such as "Conv2D". */
  operation: string;
  /** How many ran, in one run. */
  calls: number;
  /** Microseconds that they took in one run, without what they called. */
  total: number;
  /** Of the time of all kinds, in [0, 1]. */
  share: number;
}

/**
 * The kinds of operations, the dearest first; means over runs.
 *
 * @param runs each run's operations, in the order in which they began
 */
export function operationCosts(runs: TimedOperation[][]): OperationCost[] {
  const costs = new Map<string, { calls: number; total: number }>();
  for (const [{ operation }, own] of runs.flatMap(ownTimes)) {
    const cost = costs.get(operation) ?? { calls: 0, total: 0 };
    costs.set(operation, { calls: cost.calls + 1, total: cost.total + own });
  }
  const all = [...costs.values()].reduce((sum, { total }) => sum + total, 0);
  return [...costs].map(([operation, { calls, total }]) => ({
    operation,
    calls: calls / runs.length,
    total: total / runs.length,
    share: total / all,
  })).sort((a, b) => b.total - a.total);
}

/** What each operation took by itself: its time, less that of the operations which ran within it. */
function ownTimes(run: TimedOperation[]): [TimedOperation, number][] {
  const own = new Map(run.map((operation) => [operation, operation.duration]));
  const end = ({ start, duration }: TimedOperation) => start + duration;
  const open: TimedOperation[] = []; // those that run, the innermost last
  for (const operation of run) {
    while (open.length > 0 && end(open.at(-1)!) <= operation.start) open.pop();
    const caller = open.findLast((other) => end(other) >= end(operation));
    if (caller !== undefined) own.set(caller, own.get(caller)! - operation.duration);
    open.push(operation);
  }
  return [...own];
}
