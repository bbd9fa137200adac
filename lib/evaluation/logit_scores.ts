/**
 * Open-set scores that any classifier's logits give, higher = more likely known: the maximum logit, the maximum softmax
 * probability (Hendrycks and Gimpel, ICLR 2017; Vaze et al., ICLR 2022) and the energy (Liu et al., NeurIPS 2020), and the
 * predicted class.
 */

/** Scores of n images. */
export interface LogitScores {
  /** Largest logit, `[n]`. */
  maxLogit: Float64Array;
  /** Largest softmax probability, `[n]`, in (0, 1]. */
  maxProbability: Float64Array;
  /** log sum exp of the logits, `[n]`, at least the largest logit. */
  energy: Float64Array;
  /** Class of the largest logit, the first of equal ones, `[n]`. */
  predicted: Int32Array;
}

/**
 * Scores each row of logits.
 *
 * The probability is 1 / sum exp(logit - largest), in float64: in float32 confident images would tie at 1.
 *
 * @param logits `[n, classes]`, row-major
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { logitScores } from "./logit_scores.ts";
 * const { maxLogit, maxProbability, predicted } = logitScores(Float32Array.of(0, 0, 3, 3), 2);
 * assertEquals([...maxLogit, ...maxProbability, ...predicted], [0, 3, 0.5, 0.5, 0, 0]);
 * ```
 */
export function logitScores(logits: Float32Array, classes: number): LogitScores {
  const n = logits.length / classes;
  const scores = {
    maxLogit: new Float64Array(n),
    maxProbability: new Float64Array(n),
    energy: new Float64Array(n),
    predicted: new Int32Array(n),
  };
  for (let i = 0; i < n; i++) {
    const row = logits.subarray(i * classes, (i + 1) * classes);
    let best = 0;
    for (let k = 1; k < classes; k++) if (row[k] > row[best]) best = k;
    const sum = row.reduce((total, logit) => total + Math.exp(logit - row[best]), 0);
    scores.maxLogit[i] = row[best];
    scores.maxProbability[i] = 1 / sum;
    scores.energy[i] = row[best] + Math.log(sum);
    scores.predicted[i] = best;
  }
  return scores;
}
