/**
 * ViM, virtual-logit matching (Wang et al., CVPR 2022): what of a feature lies outside the space that training features
 * fill becomes the logit of one more class, "unknown".
 *
 *     R = eigenvectors of mean(x x^T) but for those of the D largest eigenvalues
 *     a = mean over training of (largest logit) / mean over training of |x R|
 *     score = log sum exp(logits) - a |x R|
 *
 * which orders images as one minus the virtual class's probability does. The publication moves the origin to where all
 * logits are 0, -(W^T)^+ b; linear layers here have no bias b, so it stays. D is half the feature's length, as theirs is
 * (1000 of 2048).
 *
 * The scale a takes logits to be positive for known images, as those of a linear layer are. Where the mean of the largest
 * is not (negative distances, log probabilities), each image's logits are first freed of their mean over the classes,
 * which changes no probability.
 */
import { flag, operation, type } from "../../engine/operation.ts";
import { tf } from "../../engine/tensorflow.ts";
import type { Tensor2D } from "../../engine/tensors.ts";
import type { Outputs } from "../evaluator.ts";
import { logitScores } from "../logit_scores.ts";
import { type Score, score } from "./score.ts";

interface Residual {
  /** R, `[channels, channels - D]`. */
  basis: Float32Array;
  /** Factor a. */
  scale: number;
  /** Whether logits are freed of their mean. */
  centred: boolean;
}

/** The score. */
export const vim: Score = score({
  name: "vim",

  fit(training): Residual {
    const basis = residualBasis(training);
    const lengths = mean(residuals(training, basis));
    const plain = mean(logitScores(training.logits, training.classes).maxLogit);
    const centred = plain <= 0;
    const largest = centred ? mean(logitScores(centredLogits(training), training.classes).maxLogit) : plain;
    return { basis, scale: lengths > 0 ? largest / lengths : 0, centred };
  },

  of(outputs, { basis, scale, centred }) {
    const { energy } = logitScores(centred ? centredLogits(outputs) : outputs.logits, outputs.classes);
    return residuals(outputs, basis).map((length, i) => energy[i] - scale * length);
  },
});

/** R: TensorFlow gives the eigenvectors in columns, those of the smallest eigenvalues first. */
function residualBasis({ features, channels }: Outputs): Float32Array {
  return tf.tidy(() => {
    const x = featuresOf({ features, channels });
    const moment = tf.div(tf.matMul(x, x, true, false), x.shape[0]); // [channels, channels]
    const [, vectors] = operation("SelfAdjointEigV2", [moment], { compute_v: flag(true), T: type("float32") }, 2);
    return tf.slice(vectors, [0, 0], [channels, Math.floor(channels / 2)]).dataSync() as Float32Array;
  });
}

/** |x R| of each image, `[n]`. */
function residuals(outputs: Outputs, basis: Float32Array): Float64Array {
  const { channels } = outputs;
  const lengths = tf.tidy(() => {
    const r = tf.tensor2d(basis, [channels, basis.length / channels]);
    return tf.norm(tf.matMul(featuresOf(outputs), r), 2, 1).dataSync() as Float32Array;
  });
  return Float64Array.from(lengths);
}

function featuresOf({ features, channels }: Pick<Outputs, "features" | "channels">): Tensor2D {
  return tf.tensor2d(features, [features.length / channels, channels]);
}

function centredLogits({ logits, classes }: Outputs): Float32Array {
  const centred = new Float32Array(logits.length);
  for (let from = 0; from < logits.length; from += classes) {
    const row = logits.subarray(from, from + classes);
    const middle = mean(row);
    centred.set(row.map((logit) => logit - middle), from);
  }
  return centred;
}

function mean(values: Float32Array | Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
