/**
 * ARPL, adversarial reciprocal point learning (Chen et al., TPAMI 2022; `loss/ARPLoss.py`).
 *
 * As in RPL an image belongs to the class whose reciprocal point p is farthest, here by distance and by angle; a learned
 * radius R bounds how far from p_y the class y may lie.
 *
 *     logit_k = |x - p_k|^2 / d - p_k . x        loss = CE(logit / T, y) + w max(0, |x - p_y|^2 / d - R + 1)
 */
import { constant, normal } from "../engine/host_array.ts";
import { tf } from "../engine/tensorflow.ts";
import type { Scalar, Tensor2D } from "../engine/tensors.ts";
import { cellDistance, cellDot, crossEntropy, meanSquaredDistance, type Method, method } from "./method.ts";

/** The method. Options of its loss: `temperature` T and `bound` w. */
export const arpl: Method = method({
  name: "arpl",

  init: ({ classes, channels }, random) => ({
    points: normal(random, [classes, channels], 0.1),
    radius: constant([1], 0),
  }),

  logits: ({ points }, { feature }) =>
    tf.sub(
      meanSquaredDistance(feature, points as Tensor2D),
      tf.matMul(feature, points as Tensor2D, false, true),
    ), // [B, K]

  loss: ({ points, radius }, { feature, logits, label, target }, { temperature = 1, bound = 0.1 } = {}) => {
    const distance = tf.mean(tf.squaredDifference(feature, tf.gather(points, label)), 1); // [B]
    const outside = tf.mean(tf.relu(tf.add(tf.sub(distance, radius), 1))) as Scalar;
    return tf.add(crossEntropy(tf.div(logits, temperature), target), tf.mul(bound, outside));
  },

  evidence: ({ points }, map, label) => {
    const point = tf.gather(points as Tensor2D, label);
    return tf.sub(cellDistance(map, point), cellDot(map, point)); // [B, h, w]
  },

  score: "maxLogit",
});
