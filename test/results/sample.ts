/** A small run with made-up scores, for the tests of result files. */
import { stream } from "../../lib/engine/streams.ts";
import type { Cell, ResultHead } from "../../lib/results/result.ts";
import { figuresOf, resampledRun, type RunScores, type SideScores, writeScores } from "../../lib/results/scores.ts";

/** What all sample cells share. */
export const head: ResultHead = {
  table: "cifar10",
  preset: "quick",
  paper: { metrics: { auroc: 0.913 }, source: "BackMix, TPAMI 2025" },
};

const CLASSES = 3;

/** Scores of 40 known and 30 unknown images; a larger `gain` separates them better. */
export function sampleScores(gain: number, seed = 0): RunScores {
  const random = stream(seed, "sample");
  const side = (n: number, shift: number, label: (i: number) => number): SideScores => {
    const logit = Float32Array.from({ length: n }, () => random.normal() + shift);
    return {
      scores: { max_logit: logit, max_probability: Float64Array.from(logit, (x) => 1 / (1 + Math.exp(-x))) },
      label: Int32Array.from({ length: n }, (_, i) => label(i)),
      predicted: Int32Array.from({ length: n }, (_, i) => random.uniform() < 0.8 ? label(i) % CLASSES : 0),
      index: Int32Array.from({ length: n }, (_, i) => 2 * i),
    };
  };
  return { known: side(40, gain, (i) => i % CLASSES), unknown: side(30, 0, () => CLASSES) };
}

/** Writes the scores of a run into `folder` and gives its cell. */
export async function sampleCell(
  folder: string,
  { backmix = false, trial = 0, gain = 1 }: { backmix?: boolean; trial?: number; gain?: number } = {},
): Promise<Omit<Cell, "id">> {
  const scores = sampleScores(gain, trial);
  const scores_file = `scores/cifar10.quick.softmax${backmix ? "+backmix" : ""}.trial${trial}.npz`;
  await writeScores(`${folder}/${scores_file}`, scores);
  const options = { seed: 0, resamples: 20 };
  return {
    method: "softmax",
    backmix,
    trial,
    seed: 0,
    split: { protocol: "arpl", known: [0, 6, 4], unknown: [1, 2, 3, 5, 7, 8, 9] },
    recipe: { backbone: "classifier32", epochs: 6, rate: 0.1, backmix: backmix ? { foreground: 0.25 } : null },
    recipe_digest: backmix ? "b".repeat(16) : "a".repeat(16),
    data: { name: "cifar10", sha256: "0".repeat(64), official: false, limit: null, evaluated_on: "test", settings: {} },
    training: {
      epochs: 6,
      steps: 1404,
      images: 30000,
      last_loss: 0.123456789,
      wall_seconds: 1200,
      images_per_second: 150,
    },
    engine: { tensorflow: "2.18.0", tfjs: "4.22.0", deno: "2.9.6", threads: 2, precision: "float32", device: "cpu" },
    hardware: { processor: "a processor", cores: 2, memory_gib: 8 },
    code_version: "0123456",
    finished: "2025-01-02T03:04:05.678Z",
    scores_file,
    bootstrap: { level: 0.95, ...options },
    metrics: figuresOf(resampledRun(scores, CLASSES, options)),
    headline: "max_probability",
    extra: { cam_on_shape: backmix ? 0.5 : 0.25 },
  };
}
