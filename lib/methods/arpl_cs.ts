/**
 * ARPL+CS, ARPL with confusing samples (Chen et al., TPAMI 2022; `train_cs` and `fake_loss` of ARPL's code).
 *
 * A generator G learns to make images that a discriminator D takes for real, and that the classifier, with normalisations
 * of their own, finds equally unlike every class; the classifier learns to find them so. Parameters, logits, evidence and
 * score are ARPL's. With D(x) the probability that x is real, z noise, f(x) the feature of a generated image:
 *
 *     p = softmax(|f - p_k|^2 / d)        H = exp(mean over images of sum_k p_k log p_k), which is at least 1 / classes
 *     D: -log D(x) - log(1 - D(G(z)))     G: -log D(G(z)) + beta H(G(z))     classifier: ARPL's loss + beta H(G(z))
 *
 * In each batch they move in this order, each seeing the ones before it as moved. An epoch goes over the images twice, as
 * published: once so, once with ARPL's loss alone.
 *
 * Generated images lie in (0, 1) and are normalised as the recipe normalises real ones, for D and the classifier alike;
 * the reference does not normalise. With BackMix the real images are the mixed ones.
 */
import { tf } from "../engine/tensorflow.ts";
import type { Scalar, Tensor2D } from "../engine/tensors.ts";
import { arpl } from "./arpl.ts";
import { meanSquaredDistance, type Method, method } from "./method.ts";

/** The method. Options of its loss: ARPL's `temperature` and `bound`, and `confusion` beta. */
export const arplCs: Method = method({
  ...arpl,
  name: "arpl_cs",

  confusion: {
    loss: ({ points }, { feature }) => {
      const log = tf.logSoftmax(meanSquaredDistance(feature, points as Tensor2D)); // [B, K]
      const negativeEntropy = tf.sum(tf.mul(tf.exp(log), log), 1); // [B]
      return tf.exp(tf.mean(negativeEntropy)) as Scalar;
    },
    weight: 0.1,
    noise: 100,
    channels: { generator: 64, discriminator: 64 },
    adam: { rate: 2e-4, beta1: 0.5, beta2: 0.999 },
  },
});
