/**
 * What the benchmark compares, and the ratio each comparison is to reach (the targets that this project set itself).
 */
import type { BackboneName } from "../../lib/backbones/table.ts";
import type { Precision } from "../../lib/engine/jit.ts";

/** A piece of work that all sides can do; sent to them as it stands. */
export type Work =
  | NetworkWork
  /** A training step's first call: traced, compiled where that is the way, and run. */
  | { kind: "trace"; network: NetworkWork }
  /** `size` additions of three numbers, each a call of its own. */
  | { kind: "call"; size: number }
  /**
   * "pixels": BackMix's images of a batch of `size`, mixed and raw; "rand-augment", "cssr": a batch by that augmentation;
   * "oscr": OSCR of `size` known and unknown scores.
   */
  | { kind: "pixels" | "rand-augment" | "cssr" | "oscr"; size: number };

/** Work of a network. */
export interface NetworkWork {
  /**
   * "step": a training step with its loss read back, of ARPL+CS the one with generated images (all networks as wide as
   * published); "forward": logits in evaluation mode, batch normalisation folded into the kernels where the side can.
   */
  kind: "step" | "forward";
  /** The network. */
  backbone: BackboneName;
  /** Name of what judges its features; to measure maps or "forward", "softmax". */
  method: string;
  /** Side of an image in pixels. */
  side: number;
  /** Images in a batch. */
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
  /** How PyTorch's side does it. */
  ways: string[];
  /** How JAX's side does it, if it does; the quickest of all ways counts. */
  jax?: string[];
  /** How many times as fast as that we are to be. */
  target: number;
}

/** PyTorch as it is, with its images channels last, and compiled (forward: with frozen parameters). */
const NETWORK_WAYS = ["eager", "channels-last", "compiled"];

const JAX_JIT = ["JAX jit"];

const SOFTMAX_STEP = {
  kind: "step",
  backbone: "classifier32",
  method: "softmax",
  side: 32,
  size: 128,
  maps: false,
} as const;

/** PyTorch's ways on a GPU: its images channels last, and compiled for classifier32 with Softmax only, which takes a minute. */
const waysOnGpu = ({ backbone, method }: NetworkWork) =>
  NETWORK_WAYS.slice(1, backbone === "classifier32" && method === "softmax" ? 3 : 2);

/** The rows that need a network, at one precision. */
function networkComparisons(precision: Precision): Comparison[] {
  const row = (
    name: string,
    what: string,
    work: Partial<NetworkWork> & { size: number },
    { target = 1.1, jax }: Partial<Comparison> = {},
  ): Comparison => ({
    name: `${name}-${precision}`,
    what: `${what}, B = ${work.size}, ${precision}`,
    work: { ...SOFTMAX_STEP, precision, ...work },
    ways: NETWORK_WAYS,
    jax,
    target,
  });
  return [
    row("step128", "training step (Softmax, Linear)", { size: 128 }, { jax: JAX_JIT }),
    row("step64", "training step (Softmax, Linear)", { size: 64 }),
    row("cam128", "training step with CAM pass", { size: 128, maps: true }),
    ...["GCPL", "RPL", "ARPL", "PCSSR", "RCSSR"].map((title) =>
      row(`${title.toLowerCase()}64`, `training step of ${title}`, { method: title.toLowerCase(), size: 64 })
    ),
    row("arpl_cs64", "training step of ARPL+CS", { method: "arpl_cs", size: 64 }),
    row("forward1000", "forward", { kind: "forward", size: 1000 }, { target: 1.2, jax: JAX_JIT }),
    row("wide_resnet40_4", "WRN-40-4, training step", { backbone: "wide_resnet40_4", size: 32 }),
    row("resnet18", "ResNet-18 at 64 px, training step", { backbone: "resnet18", side: 64, size: 32 }),
    row("resnet34", "ResNet-34, training step", { backbone: "resnet34", size: 32 }),
  ];
}

/** All rows for a machine, or those that its GPU has a part in. */
export function comparisons({ bfloat16, kind = "cpu" }: { bfloat16: boolean; kind?: "cpu" | "gpu" }): Comparison[] {
  const all = allComparisons(bfloat16);
  if (kind === "cpu") return all;
  return all.flatMap(({ jax: _, ...row }) => {
    if (row.work.kind === "step" || row.work.kind === "forward") return [{ ...row, ways: waysOnGpu(row.work) }];
    return row.work.kind === "call" ? [row] : [];
  });
}

function allComparisons(bfloat16: boolean): Comparison[] {
  return [
    ...networkComparisons("float32"),
    ...(bfloat16 ? networkComparisons("bfloat16") : []),
    {
      name: "trace",
      what: "first call of a training step, B = 128, float32",
      work: { kind: "trace", network: { ...SOFTMAX_STEP, precision: "float32" } },
      ways: ["compiled"],
      jax: JAX_JIT,
      target: 1,
    },
    {
      name: "call",
      what: "addition of three numbers, called at once",
      work: { kind: "call", size: 1000 },
      ways: ["eager"],
      jax: ["JAX eager"],
      target: 1,
    },
    {
      name: "pixels",
      what: "BackMix pixel work, 1 thread",
      work: { kind: "pixels", size: 128 },
      ways: ["torchvision, as the reference"],
      target: 50,
    },
    {
      name: "rand-augment",
      what: "RandAugment (2, 9), 1 thread",
      work: { kind: "rand-augment", size: 128 },
      ways: ["torchvision"],
      target: 5,
    },
    {
      name: "cssr",
      what: "CSSR's augmentation, 1 thread",
      work: { kind: "cssr", size: 128 },
      ways: ["torchvision and Pillow, as the reference"],
      target: 5,
    },
    {
      name: "oscr",
      what: "OSCR of 10,000 + 10,000",
      work: { kind: "oscr", size: 10_000 },
      ways: ["NumPy, as the reference"],
      target: 100,
    },
  ];
}

/** Peak memory that a process which trains at B = 128 is to stay under, in bytes. */
export const MEMORY_TARGET = 0.9e9;

/** The work whose memory is measured. */
export const MEMORY_WORK: NetworkWork = { ...SOFTMAX_STEP, precision: "float32" };
