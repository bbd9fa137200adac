/**
 * GCPL, generalised convolutional prototype learning (Yang et al., CVPR 2018; `loss/GCPLoss.py` in ARPL).
 *
 * Each class has a prototype p; an image belongs to the nearest, and what is far from all is unknown.
 *
 *     logit_k = -|x - p_k|^2 / d        loss = CE(logit / T, y) + w |x - p_y|^2 / 2d
 *
 * |x|^2 takes part in every logit alike, so GCPL is a linear classifier, 2 x . p_k - |p_k|^2, and this is its evidence. The
 * distance itself would point at the background: x, a mean over the cells, lies near its prototype, so most cells, which
 * are faint, lie nearer to it than the few that make the class.
 */
import { normal } from "../engine/host_array.ts";
import { tf } from "../engine/tensorflow.ts";
import type { Scalar, Tensor2D } from "../engine/tensors.ts";
import { cellDot, crossEntropy, meanSquaredDistance, type Method, method } from "./method.ts";

/** The method. Options of its loss: `temperature` T and `pull` w. */
export const gcpl: Method = method({
  name: "gcpl",

  init: ({ classes, channels }, random) => ({ prototypes: normal(random, [classes, channels], 0.1) }),

  logits: ({ prototypes }, { feature }) => tf.neg(meanSquaredDistance(feature, prototypes as Tensor2D)), // [B, K]

  loss: ({ prototypes }, { feature, logits, label, target }, { temperature = 1, pull = 0.1 } = {}) => {
    const distance = tf.mean(tf.squaredDifference(feature, tf.gather(prototypes, label))) as Scalar;
    return tf.add(crossEntropy(tf.div(logits, temperature), target), tf.mul(pull / 2, distance));
  },

  /** The part of the logit that differs from class to class, cell by cell: its mean over the cells is logit + |x|^2 / d. */
  evidence: ({ prototypes }, map, label) => {
    const own = tf.gather(prototypes as Tensor2D, label); // [B, d]
    const constant = tf.reshape(tf.sum(tf.square(own), 1), [-1, 1, 1]);
    return tf.div(tf.sub(tf.mul(2, cellDot(map, own)), constant), map.shape[3]); // [B, h, w]
  },

  score: "maxProbability",
});
