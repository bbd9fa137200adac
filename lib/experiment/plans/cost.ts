/**
 * What a training costs: steps as measured in `results/bench.json`, times the steps of its recipe. To within a third: width
 * and side are scaled by a rule, not measured.
 */
import { resolve } from "node:path";
import { readJson } from "../../files/read.ts";
import type { Method } from "../../methods/method.ts";
import type { Recipe } from "../../training/recipe.ts";
import type { Experiment } from "../experiment.ts";

/** Seconds of a training image by the names of the bench's rows; `{}` where nothing was measured. */
export type MeasuredSteps = Readonly<Record<string, number>>;

/** What is needed of `results/bench.json`. */
export interface BenchRows {
  /** Threads that it was measured with. */
  threads?: number;
  /** Peak memory of a process that trains. */
  memory?: { bytes: number } | null;
  /** Rows by their names, with images of a step and its seconds. */
  rows: readonly { name: string; images?: number; ours: { median: number } }[];
}

const RESULTS = resolve(import.meta.dirname!, "../../../results");

/**
 * What `deno task bench` measured.
 *
 * @throws {UserError} if the file cannot be read, or is not JSON
 */
export function readBench(folder = RESULTS): Promise<BenchRows> {
  return readJson(`${folder}/bench.json`);
}

/**
 * What `deno task bench --device gpu:0` measured.
 *
 * @returns null if it has not run
 * @throws {UserError} if the file cannot be read, or is not JSON
 */
export async function readGpuBench(folder = RESULTS): Promise<BenchRows | null> {
  const path = `${folder}/bench-gpu.json`;
  return await Deno.stat(path).then(() => true, () => false) ? await readJson(path) : null;
}

/** The seconds of an image in each row that has images; `{}` where no bench was run. */
export function measuredSteps(bench: BenchRows | null): MeasuredSteps {
  return Object.fromEntries(
    (bench?.rows ?? []).flatMap(({ name, images, ours }) => images === undefined ? [] : [[name, ours.median / images]]),
  );
}

/** Side of the images that a backbone was measured on. */
const MEASURED_SIDE: Readonly<Record<string, number>> = { resnet18: 64 };

/**
 * Hours that a training takes on the bench's machine.
 *
 * @param images of training, about; without them nothing is known
 * @returns null if a row that is needed was not measured
 */
export function cellHours(
  { backbone, epochs, backmix }: Recipe,
  { name, confusion }: Method,
  images: Experiment["images"],
  steps: MeasuredSteps,
): number | null {
  if (images === undefined) return null;
  const plain = steps[backbone.name === "classifier32" ? rowOf(name, steps) : `${backbone.name}-float32`];
  const confusing = confusion === undefined ? 0 : steps[`${name}64-float32`];
  const withMaps = backmix === null ? 1 : steps["cam128-float32"] / steps["step128-float32"];
  // measured: at a quarter of classifier32's width an image takes a seventh of the time
  const { width } = backbone;
  const scale = (0.55 * width ** 2 + 0.45 * width) * (images.side / (MEASURED_SIDE[backbone.name] ?? 32)) ** 2;
  const seconds = images.count * epochs * scale * (plain * withMaps + confusing);
  return Number.isFinite(seconds) ? Number((seconds / 3600).toPrecision(3)) : null;
}

/**
 * A time as a reader wants it: in minutes below two hours, in whole hours from there on.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * assertEquals([0.001, 0.4, 1234.5].map(durationText), ["1 minute", "24 minutes", "1,235 hours"]);
 * ```
 */
export function durationText(hours: number): string {
  if (hours >= 2) return `${Math.round(hours).toLocaleString("en")} hours`;
  const minutes = Math.max(1, Math.round(60 * hours));
  return `${minutes} minute${minutes > 1 ? "s" : ""}`;
}

/** What the bench's memory was measured on: classifier32, images a step and their side (`test/bench/comparisons.ts`). */
const MEASURED_MEMORY = { batch: 128, side: 32 };

/**
 * Memory that the process of a training takes at its peak, as measured on the processor.
 *
 * @param measured bytes of the bench's training
 * @returns bytes; null of networks that the bench does not measure, other backbones and those that train with generated images
 */
export function trainingBytes(
  { backbone, batch }: Recipe,
  { confusion }: Method,
  images: Experiment["images"],
  measured: number | null,
): number | null {
  if (measured === null || images === undefined || backbone.name !== "classifier32" || confusion) return null;
  const { batch: usual, side } = MEASURED_MEMORY;
  return measured * Math.max(1, batch / usual * (images.side / side) ** 2); // what does not grow is not told apart
}

/** The row of a method's plain step; one without a row of its own costs what Softmax does, to within a tenth. */
function rowOf(method: string, steps: MeasuredSteps): string {
  const own = `${method}64-float32`;
  return method !== "arpl_cs" && own in steps ? own : "step64-float32";
}
