/**
 * GCPL, generalised convolutional prototype learning (Yang et al., CVPR 2018; `loss/GCPLoss.py` in ARPL).
 *
 * Each class has a prototype p; an image belongs to the nearest, and what is far from all is unknown.
 *
 *     logit_k = -|x - p_k|^2 / d        loss = CE(logit / T, y) + w |x - p_y|^2 / 2d
 */
import { normal } from "../engine/host_array.ts";
import { tf } from "../engine/tensorflow.ts";
import type { Scalar, Tensor2D } from "../engine/tensors.ts";
import { cellDistance, crossEntropy, meanSquaredDistance, type Method, method } from "./method.ts";

/** The method. Options of its loss: `temperature` T and `pull` w. */
export const gcpl: Method = method({
  name: "gcpl",

  init: ({ classes, channels }, random) => ({ prototypes: normal(random, [classes, channels], 0.1) }),

  logits: ({ prototypes }, { feature }) => tf.neg(meanSquaredDistance(feature, prototypes as Tensor2D)), // [B, K]

  loss: ({ prototypes }, { feature, logits, label, target }, { temperature = 1, pull = 0.1 } = {}) => {
    const distance = tf.mean(tf.squaredDifference(feature, tf.gather(prototypes, label))) as Scalar;
    return tf.add(crossEntropy(tf.div(logits, temperature), target), tf.mul(pull / 2, distance));
  },

  evidence: ({ prototypes }, map, label) => tf.neg(cellDistance(map, tf.gather(prototypes as Tensor2D, label))),

  score: "maxProbability",
});
