/**
 * One pass through a network whose layers are called by name: it finds their arrays, does what the mode asks, and
 * gathers the running statistics that training moves.
 */
import type { Tensor, Tensor4D } from "../engine/tensors.ts";
import type { Layers } from "./backbone.ts";
import {
  batchNormalisation,
  convolution,
  type Mode,
  normalisation,
  normalisedConvolution,
  type ScaleAndShift,
  type Statistics,
} from "./layers.ts";

/** A pass that has begun. */
export interface Pass {
  /** A layer's convolution, then its normalisation where it has one (`gamma` and `beta` beside its `kernel`). */
  convolution(layer: string, x: Tensor4D, stride?: 1 | 2): Tensor4D;
  /** A layer that only normalises. */
  normalisation(layer: string, x: Tensor4D): Tensor4D;
  /** Running statistics of the layers that the pass has been through: moved in training, else those that came in. */
  state: Layers<Tensor>;
}

/**
 * Begins a pass.
 *
 * @param weight of the batch's statistics in the running ones
 */
export function beginPass(params: Layers<Tensor>, state: Layers<Tensor>, mode: Mode, weight: number): Pass {
  const learned = (layer: string) => params[layer] as Record<string, Tensor> & ScaleAndShift<Tensor>;
  const running = (layer: string) => state[layer] as Record<string, Tensor> & Statistics<Tensor>;
  const moved: Layers<Tensor> = {};

  function normalised(layer: string, x: Tensor4D): Tensor4D {
    const result = batchNormalisation(x, learned(layer), running(layer), weight);
    moved[layer] = { ...result.running };
    return result.y;
  }

  return {
    state: moved,

    convolution(layer, x, stride = 1) {
      const kernel = params[layer].kernel as Tensor4D;
      if (!("gamma" in params[layer])) return convolution(x, kernel, stride);
      if (mode.training) return normalised(layer, convolution(x, kernel, stride));
      moved[layer] = state[layer];
      return normalisedConvolution(x, kernel, stride, learned(layer), running(layer));
    },

    normalisation(layer, x) {
      if (mode.training) return normalised(layer, x);
      moved[layer] = state[layer];
      return normalisation(x, learned(layer), running(layer));
    },
  };
}
