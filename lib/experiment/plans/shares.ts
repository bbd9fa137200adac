/**
 * What each job of a plan has of its machine: a part of the processor's threads, or a GPU with a part of the threads beside.
 */
import type { Device } from "../../engine/device.ts";
import { UserError } from "../../files/user_error.ts";

/** A job's part. */
export interface Share {
  /** Threads of its engine. */
  threads: number;
  /** What its engine runs on. */
  device: Device;
}

/** What there is to share. */
export interface Machine {
  /** Processors. */
  cores: number;
  /** Memory of each GPU in bytes, by number; asked for only where GPUs are wanted. */
  gpuMemory: () => readonly number[];
}

/** What is wanted of it. */
export interface Wanted {
  /** Trainings at a time; undefined for one on the processor, and for as many as the GPUs take. */
  jobs?: number;
  /** Threads of each; undefined for the cores over the jobs. */
  threads?: number;
  /** `all` or numbers with commas between; undefined for the processor. */
  gpus?: string;
  /** Bytes of the largest training on the processor; null if one was not measured. */
  bytes: number | null;
}

/** As many as the engine takes. */
const MOST_THREADS = 127;

/**
 * How much of a GPU a training may take, against its memory on the processor: CUDA's own code, cuDNN's room to work in, and
 * an allocator that takes more than it needs come on top. Wide, for no GPU was at hand to measure it on.
 */
const GPU_MARGIN = 4;

/**
 * The parts of the jobs.
 *
 * On GPUs one job each, two where both are sure to fit; jobs that are asked for beyond or below that go round the GPUs.
 *
 * @throws {UserError} if there is no such GPU
 */
export function sharesOf({ jobs, threads, gpus, bytes }: Wanted, { cores, gpuMemory }: Machine): Share[] {
  const devices = gpus === undefined ? ["cpu" as Device] : devicesOf(gpus, gpuMemory(), bytes);
  const count = jobs ?? devices.length;
  const each = threads ?? Math.min(MOST_THREADS, Math.max(1, Math.floor(cores / count)));
  return Array.from({ length: count }, (_, k) => ({ threads: each, device: devices[k % devices.length] }));
}

/** The GPUs in the order in which jobs take them: each once, then those with room for two again. */
function devicesOf(gpus: string, memory: readonly number[], bytes: number | null): Device[] {
  const numbers = numbersOf(gpus, memory.length);
  const roomy = numbers.filter((number) => bytes !== null && memory[number] >= 2 * GPU_MARGIN * bytes);
  return [...numbers, ...roomy].map((number): Device => `gpu:${number}`);
}

function numbersOf(gpus: string, count: number): number[] {
  if (count === 0) {
    throw new UserError(
      `--gpus ${gpus}: no NVIDIA GPU can be seen here. Leave --gpus out to train on the processor; on a cluster, ask for ` +
        "nodes with GPUs (docs/cluster.md); deno task doctor says what is missing.",
    );
  }
  const seen = Array.from({ length: count }, (_, number) => number);
  if (gpus === "all") return seen;
  const numbers = gpus.split(",").map((text) => /^\s*\d+\s*$/.test(text) ? Number(text) : NaN);
  if (numbers.every((number) => number < count) && new Set(numbers).size === numbers.length) return numbers;
  throw new UserError(`--gpus ${gpus}: give all, or some of ${seen.join(",")}, each once, with commas between.`);
}

/** What tells a training of its part. */
export function optionsOf({ threads, device }: Share): string[] {
  return ["--threads", String(threads), ...(device === "cpu" ? [] : ["--device", device])];
}

/** What the jobs have, in a line. */
export function sharesText(shares: readonly Share[]): string {
  const [{ threads }] = shares;
  const jobs = shares.length === 1 ? "One training at a time" : `${shares.length} trainings at a time`;
  const devices = [...Map.groupBy(shares, ({ device }) => device)].map(([device, { length }]) => {
    if (device === "cpu") return "the processor";
    return length > 1 ? `${length} on ${device}` : device;
  });
  const of = `${threads} thread${threads > 1 ? "s" : ""}${shares.length > 1 ? " each" : ""}`;
  return `${jobs}: ${devices.join(", ")}, ${of}. Numbers repeat to the bit only with the same threads and device.`;
}
