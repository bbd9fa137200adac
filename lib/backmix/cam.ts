/**
 * Class activation maps (Zhou et al., CVPR 2016): where in an image a method sees the image's class, on BackMix's grid of
 * 8x8 cells and scaled to [0, 1].
 */
import { tf } from "../engine/tensorflow.ts";
import type { Tensor3D, Tensor4D } from "../engine/tensors.ts";
import { CELLS } from "./foreground.ts";

/**
 * Scales each map from its smallest to its largest value to [0, 1], without cutting off negative values first, and
 * resizes it bilinearly to 8x8 (half-pixel centres, edges repeated).
 *
 * @param evidence what the method's `evidence` gives, `[batch, height, width]`
 * @returns `[batch, 8, 8]` in [0, 1]; a map that is flat tells nothing and becomes 0 everywhere
 */
export function classActivationMaps(evidence: Tensor3D): Tensor3D {
  const [batch, height, width] = evidence.shape;
  const lowest = tf.min(evidence, [1, 2], true); // [B, 1, 1]
  const range = tf.sub(tf.max(evidence, [1, 2], true), lowest);
  const unit = tf.divNoNan(tf.sub(evidence, lowest), range); // [B, h, w]
  const resized = tf.image.resizeBilinear(
    tf.reshape(unit, [batch, height, width, 1]) as Tensor4D,
    [CELLS, CELLS],
    false,
    true,
  );
  return tf.reshape(resized, [batch, CELLS, CELLS]);
}
