/** Class activation maps of images by a network and its method: for BackMix's bank, for figures, for measuring. */
import type { Backbone, Layers } from "../backbones/backbone.ts";
import { EVALUATION } from "../backbones/layers.ts";
import { classActivationMaps } from "../backmix/cam.ts";
import type { Tensor, Tensor1D, Tensor3D, Tensor4D } from "../engine/tensors.ts";
import type { Method } from "../methods/method.ts";

/** What a network has learnt: a tree of tensors. */
export interface LearntNetwork {
  /** What the optimiser moves. */
  params: {
    /** The backbone's parameters. */
    backbone: Layers<Tensor>;
    /** The method's parameters. */
    method: Record<string, Tensor>;
  };
  /** The backbone's running statistics. */
  state: Layers<Tensor>;
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
  images: Tensor4D,
  labels: Tensor1D,
): Tensor3D {
  const { map } = backbone.apply(params.backbone, state, images, EVALUATION);
  return classActivationMaps(method.evidence(params.method, map, labels));
}
