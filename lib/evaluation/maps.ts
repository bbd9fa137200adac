/** Class activation maps of images by a network and its method: for BackMix's bank, for figures, for measuring. */
import type { Backbone, Layers } from "../backbones/backbone.ts";
import { EVALUATION } from "../backbones/layers.ts";
import { classActivationMaps } from "../backmix/cam.ts";
import type { tf } from "../engine/tensorflow.ts";
import type { Method } from "../methods/method.ts";

/** What a network has learnt: a tree of tensors. */
export interface LearntNetwork {
  /** What the optimiser moves. */
  params: {
    /** The backbone's parameters. */
    backbone: Layers<tf.Tensor>;
    /** The method's parameters. */
    method: Record<string, tf.Tensor>;
  };
  /** The backbone's running statistics. */
  state: Layers<tf.Tensor>;
}

/**
 * Class activation maps of images, in evaluation mode.
 *
 * @param images as the recipe normalises them, `[batch, side, side, 3]`
 * @param labels the class to look for in each image, int32 `[batch]`
 * @returns `[batch, 8, 8]` in [0, 1]
 */
export function mapsOf(
  backbone: Backbone,
  method: Method,
  { params, state }: LearntNetwork,
  images: tf.Tensor4D,
  labels: tf.Tensor1D,
): tf.Tensor3D {
  const { map } = backbone.apply(params.backbone, state, images, EVALUATION);
  return classActivationMaps(method.evidence(params.method, map, labels));
}
