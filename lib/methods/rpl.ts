/**
 * RPL, reciprocal point learning (Chen et al., ECCV 2020; `loss/RPLoss.py` in ARPL).
 *
 * Each class has a reciprocal point p, which stands for all that is not of the class: an image belongs to the class whose
 * point is farthest. A learned radius R bounds the known classes' space.
 *
 *     logit_k = |x - p_k|^2 / d        loss = CE(logit / T, y) + w (logit_y - R)^2
 */
import { constant, normal } from "../engine/host_array.ts";
import { tf } from "../engine/tensorflow.ts";
import type { Scalar, Tensor2D } from "../engine/tensors.ts";
import { cellDistance, crossEntropy, meanSquaredDistance, type Method, method } from "./method.ts";

/** The method. Options of its loss: `temperature` T and `bound` w. */
export const rpl: Method = method({
  name: "rpl",

  init: ({ classes, channels }, random) => ({
    points: normal(random, [classes, channels], 0.1),
    radius: constant([1], 0),
  }),

  logits: ({ points }, { feature }) => meanSquaredDistance(feature, points as Tensor2D), // [B, K]

  loss: ({ points, radius }, { feature, logits, label, target }, { temperature = 1, bound = 0.1 } = {}) => {
    const distance = tf.mean(tf.squaredDifference(feature, tf.gather(points, label)), 1); // [B]
    const outside = tf.mean(tf.square(tf.sub(distance, radius))) as Scalar;
    return tf.add(crossEntropy(tf.div(logits, temperature), target), tf.mul(bound, outside));
  },

  evidence: ({ points }, map, label) => cellDistance(map, tf.gather(points as Tensor2D, label)), // [B, h, w]

  score: "maxProbability",
});
