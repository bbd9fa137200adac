/** The table of `results/bench.json` or `bench-gpu.json`, which `deno task bench` writes, for a document. */
import type { Table } from "./table.ts";

/** What the table needs of the file. */
export interface Bench {
  /** Commit that was measured. */
  code_version: string;
  /** Where. */
  hardware: { processor: string; cores: number; avx512: boolean; gpu?: string };
  /** The load of the machine beside it. */
  load: { busy: boolean };
  /** Rounds of each row. */
  rounds: number;
  /** A row for each piece of work. */
  rows: readonly {
    what: string;
    images?: number;
    calls?: number;
    ours: { median: number };
    others: Record<string, { median: number }>;
    best: string;
    ratio: { median: number; min: number; max: number };
  }[];
}

/** A row for each piece of work: the speed of both sides, and their ratio, above 1 where this project is faster. */
export function benchTable({ rows }: Bench): Table {
  return [
    ["Work", "quickest other way", "there", "here", "ratio (least to greatest)"],
    ...rows.map(({ what, ours, others, best, ratio, ...counted }) => [
      what,
      best,
      speed(others[best].median, counted),
      speed(ours.median, counted),
      `${ratio.median.toFixed(2)} (${ratio.min.toFixed(2)} to ${ratio.max.toFixed(2)})`,
    ]),
  ];
}

/** Where and how it was measured. */
export function benchNote({ hardware, load, rounds, code_version }: Bench): string {
  const { processor, cores, avx512, gpu } = hardware;
  const said = [
    `Medians of ${rounds} rounds`,
    gpu,
    `${processor}, ${cores} cores, ${avx512 ? "AVX-512" : "no AVX-512"}`,
    `code ${code_version}`,
    load.busy && "other work ran on the machine",
  ];
  return `${said.filter(Boolean).join("; ")}.`;
}

function speed(seconds: number, { images, calls }: { images?: number; calls?: number }): string {
  if (calls !== undefined) return `${Number((1e6 * seconds / calls).toPrecision(3))} us a call`;
  if (images === undefined) return `${Number((1000 * seconds).toPrecision(3))} ms`;
  return `${Number((images / seconds).toPrecision(3)).toLocaleString("en")} images/s`;
}
