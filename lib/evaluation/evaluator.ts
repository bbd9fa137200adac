/** Runs a trained network over any number of images: logits, and class activation maps. */
import { decodeBatch, type Normalisation, pixelValues } from "../augment/pixels.ts";
import type { Backbone } from "../backbones/backbone.ts";
import { EVALUATION } from "../backbones/layers.ts";
import type { ImageSet } from "../datasets/image_set.ts";
import { jit, type Precision } from "../engine/jit.ts";
import { tf } from "../engine/tensorflow.ts";
import { Interrupted } from "../files/task.ts";
import { UserError } from "../files/user_error.ts";
import type { Method } from "../methods/method.ts";
import { type LearntNetwork, mapsOf } from "./maps.ts";

/** Images in a pass; the last pass is filled up with the first image, so that all have one shape. */
const BATCH = 500;

/** A network in evaluation mode. Its functions throw `UserError` where the method gives NaN. */
export interface Evaluator {
  /** Logits of each image, `[n, classes]`, row-major. */
  logits(set: ImageSet): Promise<Float32Array>;
  /** The class activation map of each image for the label that it has, `[n, 8, 8]`, in [0, 1]. */
  maps(set: ImageSet): Promise<Float32Array>;
}

/**
 * Makes a network ready for evaluation.
 *
 * @param network stays the caller's, who frees it when the evaluator is no longer needed
 * @param recipe what the network was trained on
 * @param stop ends an evaluation: its promise is then rejected with `Interrupted`
 */
export function evaluator(
  backbone: Backbone,
  method: Method,
  recipe: { normalisation: Normalisation; precision: Precision },
  network: LearntNetwork,
  stop?: AbortSignal,
): Evaluator {
  const { params, state } = network;
  const values = pixelValues(recipe.normalisation);
  const learnt = { params, state };
  const logits = jit((network: LearntNetwork, images: tf.Tensor4D, _labels: tf.Tensor1D) => {
    const seen = backbone.apply(network.params.backbone, network.state, images, EVALUATION);
    return method.logits(network.params.method, seen) as tf.Tensor;
  }, recipe);
  const maps = jit(
    (network: LearntNetwork, images: tf.Tensor4D, labels: tf.Tensor1D): tf.Tensor =>
      mapsOf(backbone, method, network, images, labels),
    recipe,
  );

  async function over(set: ImageSet, pass: typeof logits, what: string): Promise<Float32Array> {
    const n = set.labels.length;
    const batch = Math.min(BATCH, n);
    const pixels = new Float32Array(batch * set.side * set.side * 3);
    let results = new Float32Array();
    for (let first = 0; first < n; first += batch) {
      if (stop?.aborted) {
        throw new Interrupted("Stopped in the evaluation. Run the same command with --resume to go on.");
      }
      const indices = Array.from({ length: batch }, (_, k) => first + k < n ? first + k : 0);
      decodeBatch({ bytes: set.images, side: set.side }, indices, values, pixels);
      const labels = indices.map((i) => set.labels[i]);
      const numbers = await numbersOf(pass, pixels, [batch, set.side, set.side, 3], labels);
      const width = numbers.length / batch;
      if (first === 0) results = new Float32Array(n * width);
      results.set(numbers.subarray(0, Math.min(batch, n - first) * width), first * width);
    }
    const bad = results.findIndex(Number.isNaN);
    if (bad >= 0) throw notANumber(method, what, `image ${Math.floor(bad * n / results.length)} of part ${set.name}`);
    return results;
  }

  async function numbersOf(
    pass: typeof logits,
    pixels: Float32Array,
    shape: [number, number, number, number],
    labels: number[],
  ): Promise<Float32Array> {
    const images = tf.tensor4d(pixels, shape);
    const wanted = tf.tensor1d(labels, "int32");
    try {
      const result = await pass.later(learnt, images, wanted);
      const numbers = result.dataSync() as Float32Array;
      result.dispose();
      return numbers;
    } finally {
      tf.dispose([images, wanted]);
    }
  }

  return { logits: (set) => over(set, logits, "logits"), maps: (set) => over(set, maps, "evidence") };
}

/** What to tell whoever wrote a method that gives NaN though its network is finite. */
export function notANumber({ name }: Method, what: string, where: string): UserError {
  return new UserError(
    `Method ${name}: ${what} of ${where} holds NaN. The network is finite, so look in ${what} for a division by zero, ` +
      "or the root or logarithm of a number that may be negative.",
  );
}
