/** A long training: memory, tensors, TensorFlow's functions and open files stay what they are. */
import { commandOf, start } from "../experiment/child.ts";
import { MOST_FAULTS, type Row, type Subject } from "./subject.ts";
import type { Sample } from "./steps_child.ts";

const child = new URL("steps_child.ts", import.meta.url).pathname;
/** Memory may grow so much in the second half, in bytes: in a long run less than a kilobyte a step. */
const MOST = 10e6;

/** Trains in a process of its own. */
export const steps: Subject = {
  name: "long-training",
  claim: "A training of any length needs the memory, tensors, functions and files of a short one.",
  counts: { full: 20_000, short: 400 },
  async run({ count, tick }) {
    const { code, output, errors } = await start(commandOf(child, [String(count)], ["--allow-all"])).ended;
    if (code !== 0) throw new Error(errors);
    const samples: Sample[] = JSON.parse(output);
    tick(count);
    return [rowOf(samples)];
  },
};

/** What samples tell: counts do not change, and the second half's memory lies on no rising line. */
export function rowOf(samples: readonly Sample[]): Row {
  const settled = samples.slice(Math.floor(samples.length / 2));
  const faults = (["tensors", "functions", "files"] as const).flatMap((what) => {
    const counts = new Set(settled.map((sample) => sample[what]));
    return counts.size === 1 ? [] : [`the number of ${what} changes: ${[...counts].slice(0, MOST_FAULTS).join(", ")}`];
  });
  const slope = slopeOf(settled.map(({ step }) => step), settled.map(({ memory }) => memory));
  const { step, tensors, functions, files, memory } = settled.at(-1)!;
  const grown = slope * (step - settled[0].step);
  if (grown > MOST) faults.push(`memory grows by ${kilobytes(grown)} from step ${settled[0].step} to step ${step}`);
  const note =
    `${(memory / 1e6).toFixed(0)} MB, ${kilobytes(1000 * slope)} more in a thousand steps; ${tensors} tensors, ` +
    `${functions} functions, ${files} open files throughout`;
  return { what: "training steps", tried: step, faults, note };
}

const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(0)} kB`;

/** Slope of the line of least squares. */
function slopeOf(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  const across = x.reduce((sum, value, i) => sum + (value - mx) * (y[i] - my), 0);
  return across / x.reduce((sum, value) => sum + (value - mx) ** 2, 0);
}
