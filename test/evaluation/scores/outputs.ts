/** Outputs of a network that is not there, for tests of scores that are formulas of them. */
import type { ImageSet } from "../../../lib/datasets/image_set.ts";
import type { Evaluator, Outputs } from "../../../lib/evaluation/evaluator.ts";
import type { Score } from "../../../lib/evaluation/scores/score.ts";
import { softmax } from "../../../lib/methods/softmax.ts";

/** n images of which only their number counts. */
export function imagesOf(n: number, name = "test"): ImageSet {
  const index = Int32Array.from({ length: n }, (_, i) => 100 + i);
  return { name, side: 0, images: new Uint8Array(), labels: new Int32Array(n), index };
}

/** Features `[n, channels]` and logits `[n, classes]` from rows. */
export function outputsOf(features: number[][], logits: number[][] = features.map(() => [0])): Outputs {
  return {
    classes: logits[0].length,
    channels: features[0].length,
    features: Float32Array.from(features.flat()),
    logits: Float32Array.from(logits.flat()),
  };
}

/** What a score says of outputs, after it was shown those of training images. */
export async function scored(score: Score, outputs: Outputs, training: Outputs = outputs): Promise<Float64Array> {
  const [test, train] = [imagesOf(outputs.features.length / outputs.channels), imagesOf(1, "train")];
  const run = {
    method: softmax,
    outputs: (set: ImageSet) => Promise.resolve(set === train ? training : outputs),
  } as unknown as Evaluator;
  return await (await score.fit(run, train))(test);
}
