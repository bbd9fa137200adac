/**
 * Softmax, the plain classifier: a linear layer without bias (`loss/Softmax.py` and `fc` in ARPL).
 *
 *     logit_k = w_k . x        loss = CE(logit / T, y)
 *
 * Its class activation map is the original one (Zhou et al., CVPR 2016): since the feature is the mean over the cells,
 * the logit is the mean of w_y . cell.
 */
import { uniform } from "../engine/host_array.ts";
import { tf } from "../engine/tensorflow.ts";
import type { Tensor2D } from "../engine/tensors.ts";
import { cellDot, crossEntropy, type Method, method } from "./method.ts";

/** The method. Its loss divides the logits by `temperature` T, 1 as published. */
export const softmax: Method = method({
  name: "softmax",

  init: ({ classes, channels }, random) => ({
    weight: uniform(random, [classes, channels], 1 / Math.sqrt(channels)),
  }),

  logits: ({ weight }, { feature }) => tf.matMul(feature, weight as Tensor2D, false, true), // [B, K]

  loss: (_, { logits, target }, { temperature = 1 } = {}) => crossEntropy(tf.div(logits, temperature), target),

  evidence: ({ weight }, map, label) => cellDot(map, tf.gather(weight as Tensor2D, label)), // [B, h, w]

  score: "maxProbability",
});
