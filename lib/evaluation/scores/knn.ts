/**
 * Distance to the k-th nearest training image in the space of normalised features (Sun et al., "Out-of-distribution
 * detection with deep nearest neighbors", ICML 2022).
 *
 *     z = x / |x|        score = -|z - z_(k)|
 *
 * k = 50 is their choice for CIFAR-10; with fewer training images it is their number. 10,000 images against 30,000 take a
 * few seconds: all dot products as matrix products, a block of images at a time.
 */
import { tf } from "../../engine/tensorflow.ts";
import type { Outputs } from "../evaluator.ts";
import { type Score, score } from "./score.ts";

const K = 50;
/** How many dot products are held at once: 64 MB of float32. */
const AT_ONCE = 2 ** 24;

/** The score, in [-2, 0]. */
export const knn: Score = score({
  name: "knn",
  fit: normalised,
  of: (outputs, bank) => nearest(normalised(outputs), bank, outputs.channels, K),
});

/** Features of length 1, `[n, channels]`; a feature of length 0 stays. */
function normalised({ features, channels }: Outputs): Float32Array {
  const unit = new Float32Array(features.length);
  for (let from = 0; from < features.length; from += channels) {
    const row = features.subarray(from, from + channels);
    const length = Math.sqrt(row.reduce((sum, x) => sum + x * x, 0));
    unit.set(row.map((x) => length > 0 ? x / length : 0), from);
  }
  return unit;
}

/**
 * Minus the distance to the k-th nearest row of the bank. Which row that is, dot products in float32 tell; how far it is,
 * is worked out in float64, since 2 - 2 dot of near ones would be rounding error.
 *
 * @param queries rows of length 1, `[n, channels]`
 * @param bank rows of length 1, `[m, channels]`
 */
function nearest(queries: Float32Array, bank: Float32Array, channels: number, k: number): Float64Array {
  const n = queries.length / channels, m = bank.length / channels;
  const block = Math.max(1, Math.floor(AT_ONCE / m));
  const scores = new Float64Array(n);
  const rows = tf.tensor2d(bank, [m, channels]);
  for (let from = 0; from < n; from += block) {
    const some = queries.subarray(from * channels, (from + block) * channels);
    const found = tf.tidy(() => {
      const dots = tf.matMul(tf.tensor2d(some, [some.length / channels, channels]), rows, false, true); // [block, m]
      return tf.topk(dots, Math.min(k, m)).indices.dataSync();
    });
    const kept = Math.min(k, m);
    for (let i = 0; i < some.length / channels; i++) {
      const at = found[i * kept + kept - 1];
      scores[from + i] = -distance(some.subarray(i * channels), bank.subarray(at * channels), channels);
    }
  }
  rows.dispose();
  return scores;
}

function distance(a: Float32Array, b: Float32Array, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += (a[i] - b[i]) ** 2;
  return Math.sqrt(sum);
}
