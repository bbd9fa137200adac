/** The table of a profile, which `deno task profile` prints, and writes for a document to `results/profile.json`. */
import type { OperationCost } from "../engine/operation_costs.ts";
import type { Table } from "./table.ts";

/** A step that was profiled. */
export interface Profile {
  /** Name of the method. */
  method: string;
  /** Name of the backbone. */
  backbone: string;
  /** Images in a batch. */
  batch: number;
  /** How many steps the costs are means of. */
  steps: number;
  /** What the kinds of operations cost a step, the dearest first. */
  costs: OperationCost[];
}

/** Those that take at least a hundredth of the time, the rest together, and all. */
export function profileTable({ costs }: Profile): Table {
  const dear = costs.filter(({ share }) => share >= 0.01);
  const rows = [...dear, sum("others", costs.slice(dear.length)), sum("all", costs)];
  return [
    ["Operation", "Calls", "ms", "Share"],
    ...rows.map(({ operation, calls, total, share }) => [
      operation,
      `${Math.round(calls)}`,
      (total / 1000).toFixed(2),
      `${(100 * share).toFixed(1)} %`,
    ]),
  ];
}

/** What was profiled. */
export function profileNote({ method, backbone, batch, steps }: Profile): string {
  return `A training step of ${method} with ${backbone}, B = ${batch}, float32; means of ${steps} steps.`;
}

function sum(operation: string, costs: OperationCost[]): OperationCost {
  const of = (key: "calls" | "total" | "share") => costs.reduce((sum, cost) => sum + cost[key], 0);
  return { operation, calls: of("calls"), total: of("total"), share: of("share") };
}
