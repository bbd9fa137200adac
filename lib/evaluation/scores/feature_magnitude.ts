/**
 * Length of the feature: a network answers strongly to what it was trained on (Dhamija et al., NeurIPS 2018; Vaze et al.,
 * ICLR 2022).
 */
import { type Score, score } from "./score.ts";

/** Euclidean norm of the feature. */
export const featureMagnitude: Score = score({
  name: "feature_magnitude",
  of: ({ features, channels }) =>
    Float64Array.from(
      { length: features.length / channels },
      (_, i) => Math.sqrt(features.subarray(i * channels, (i + 1) * channels).reduce((sum, x) => sum + x * x, 0)),
    ),
});
