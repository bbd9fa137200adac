/** A backbone that normalises each colour by numbers of its own, as many published networks want it. */
import { tf } from "../engine/tensorflow.ts";
import type { Tensor4D } from "../engine/tensors.ts";
import type { Backbone } from "./backbone.ts";

/** What is subtracted from red, green and blue in [0, 1], and what they are then divided by. */
export interface ColourNormalisation {
  /** Subtracted. */
  mean: readonly number[];
  /** Divides; none is 0. */
  deviation: readonly number[];
}

/**
 * The backbone behind (x - mean) / deviation.
 *
 * @returns takes images in [0, 1], `[batch, side, side, 3]`
 */
export function normalised(backbone: Backbone, { mean, deviation }: ColourNormalisation): Backbone {
  return {
    ...backbone,
    apply(params, state, images, mode) {
      const seen = tf.div(tf.sub(images, tf.tensor1d([...mean])), tf.tensor1d([...deviation])) as Tensor4D;
      return backbone.apply(params, state, seen, mode);
    },
  };
}
