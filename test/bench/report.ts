/** What the benchmark found: ratios over rounds, the table for the terminal, and `results/bench.json`. */
import type { Comparison, Work } from "./comparisons.ts";

/** Seconds of each round, by side. */
export interface Measured {
  /** Ours, `[rounds]`. */
  ours: number[];
  /** PyTorch's and JAX's, `[rounds]` for each way that ran. */
  others: Record<string, number[]>;
  /** Why a way did not run. */
  failed: Record<string, string>;
}

/** Median of several rounds, with the least and the greatest. */
export interface Spread {
  /** Middle one; of an even number the mean of the middle two. */
  median: number;
  /** Least. */
  min: number;
  /** Greatest. */
  max: number;
}

/** One row of the result. */
export interface Row {
  /** The comparison's name. */
  name: string;
  /** What was measured. */
  what: string;
  /** How many images a run works on, to turn seconds into images/s; absent where a run is one figure, or calls. */
  images?: number;
  /** How many calls a run makes, to turn seconds into those of one. */
  calls?: number;
  /** Seconds of a run, ours. */
  ours: Spread;
  /** Seconds of a run, PyTorch's and JAX's, by way. */
  others: Record<string, Spread>;
  /** The way of the others with the lowest median. */
  best: string;
  /** Its seconds over ours, round by round. */
  ratio: Spread;
  /** The ratio to reach. */
  target: number;
  /** Whether the median ratio reaches it. */
  reached: boolean;
  /** Ways that did not run, and why. */
  failed: Record<string, string>;
  /** Seconds of every round, as measured. */
  rounds: Pick<Measured, "ours" | "others">;
}

/** Median, least and greatest of a non-empty list. */
export function spread(values: number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted[sorted.length - 1] };
}

/**
 * The row of a comparison. The way that counts is the others' quickest over all rounds; its ratio is taken within each
 * round, so that what slows the machine for a while slows both sides.
 */
export function rowOf(comparison: Comparison, { ours, others, failed }: Measured): Row {
  const { name, what, work, target } = comparison;
  const spreads = Object.fromEntries(Object.entries(others).map(([way, seconds]) => [way, spread(seconds)]));
  const [best] = Object.keys(spreads).sort((a, b) => spreads[a].median - spreads[b].median);
  const ratio = spread(others[best].map((seconds, round) => seconds / ours[round]));
  return {
    name,
    what,
    ...counted(work),
    ours: spread(ours),
    others: spreads,
    best,
    ratio,
    target,
    reached: ratio.median >= target,
    failed,
    rounds: { ours, others },
  };
}

/** What a run does many of. */
function counted(work: Work): Pick<Row, "images" | "calls"> {
  if (work.kind === "oscr" || work.kind === "trace") return {};
  return work.kind === "call" ? { calls: work.size } : { images: work.size };
}

/** The table, one line a row. */
export function table(rows: Row[], memory: { bytes: number; target: number } | null): string {
  const lines = [["", "ours", "others' best", "", "ratio [min-max]", "target", ""]];
  for (const row of rows) {
    lines.push([
      row.what,
      speed(row.ours.median, row),
      speed(row.others[row.best].median, row),
      row.best,
      `${digits(row.ratio.median)}x [${digits(row.ratio.min)}-${digits(row.ratio.max)}]`,
      `${row.target}x`,
      row.reached ? "reached" : "NOT reached",
    ]);
  }
  if (memory !== null) {
    const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(2)} GB`;
    const reached = memory.bytes < memory.target;
    lines.push([
      "peak memory, training at B = 128",
      gigabytes(memory.bytes),
      "",
      "",
      "",
      `< ${gigabytes(memory.target)}`,
      reached ? "reached" : "NOT reached",
    ]);
  }
  const widths = lines[0].map((_, column) => Math.max(...lines.map((cells) => cells[column].length)));
  return lines.map((cells) => cells.map((cell, column) => cell.padEnd(widths[column])).join("  ").trimEnd()).join("\n");
}

function speed(seconds: number, { images, calls }: Pick<Row, "images" | "calls">): string {
  if (calls !== undefined) return `${digits(1e6 * seconds / calls)} us a call`;
  return images === undefined ? `${digits(1000 * seconds)} ms` : `${digits(images / seconds)} images/s`;
}

/** Three significant digits, thousands apart. */
function digits(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString("en", { minimumFractionDigits: value < 10 ? 2 : 0 });
}
