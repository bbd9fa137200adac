/**
 * What the benchmark compares, and the ratio each comparison is to reach (the targets that this project set itself).
 */
import type { Precision } from "../../lib/engine/jit.ts";

/** A piece of work that both sides can do; sent to them as it stands. */
export interface Work {
  /**
   * "step": a training step of classifier32 with its loss read back; "forward": logits in evaluation mode; "pixels": BackMix's
   * images of a batch, mixed and raw; "oscr": OSCR of known and unknown scores.
   */
  kind: "step" | "forward" | "pixels" | "oscr";
  /** Images in a batch; for "oscr" scores on each side. */
  size: number;
  /** Type in which convolutions multiply. */
  precision: Precision;
  /** Whether the step makes the raw images' class activation maps too. */
  maps: boolean;
}

/** One row of the table. */
export interface Comparison {
  /** Its name for `--only`. */
  name: string;
  /** What is measured, for the table. */
  what: string;
  /** The work. */
  work: Work;
  /** How PyTorch's side does it; the quickest counts. */
  ways: string[];
  /** How many times as fast as that we are to be. */
  target: number;
}

/** PyTorch as it is, with its images channels last, and compiled (forward: with frozen parameters). */
const NETWORK_WAYS = ["eager", "channels-last", "compiled"];

/** The rows that need a network, at one precision. */
function networkComparisons(precision: Precision): Comparison[] {
  const row = (name: string, what: string, kind: Work["kind"], size: number, target: number, maps = false) => ({
    name: `${name}-${precision}`,
    what: `${what}, ${precision}`,
    work: { kind, size, precision, maps },
    ways: NETWORK_WAYS,
    target,
  });
  return [
    row("step128", "training step, B = 128", "step", 128, 1.1),
    row("step64", "training step, B = 64", "step", 64, 1.1),
    row("cam128", "training step with CAM pass, B = 128", "step", 128, 1.1, true),
    row("forward1000", "forward, B = 1000", "forward", 1000, 1.2),
  ];
}

/** All rows for a machine. */
export function comparisons(options: { bfloat16: boolean }): Comparison[] {
  return [
    ...networkComparisons("float32"),
    ...(options.bfloat16 ? networkComparisons("bfloat16") : []),
    {
      name: "pixels",
      what: "BackMix pixel work, 1 thread",
      work: { kind: "pixels", size: 128, precision: "float32", maps: false },
      ways: ["torchvision, as the reference"],
      target: 50,
    },
    {
      name: "oscr",
      what: "OSCR of 10,000 + 10,000",
      work: { kind: "oscr", size: 10_000, precision: "float32", maps: false },
      ways: ["NumPy, as the reference"],
      target: 100,
    },
  ];
}

/** Peak memory that a process which trains at B = 128 is to stay under, in bytes. */
export const MEMORY_TARGET = 0.9e9;

/** The work whose memory is measured. */
export const MEMORY_WORK: Work = { kind: "step", size: 128, precision: "float32", maps: false };
