/**
 * Auxiliary batch normalisation (Xie et al., CVPR 2020; `models/ABN.py` of ARPL): scales, shifts and running statistics
 * of their own for images of another kind, on the same kernels.
 *
 * A backbone's parameters and state are passed in, so a second set of them is all it takes: any backbone runs with either,
 * and a pass moves only the statistics that it was given.
 */
import type { HostArray } from "../engine/host_array.ts";
import type { Stream } from "../engine/streams.ts";
import type { Tensor } from "../engine/tensors.ts";
import type { Backbone, Layers } from "./backbone.ts";

/** Names of the arrays that a normalisation learns. */
const LEARNED = ["gamma", "beta"];

/** Draws a second set for a backbone: every `gamma` and `beta`, and all running statistics, as the backbone draws its own. */
export function initAuxiliary(
  backbone: Backbone,
  random: Stream,
): { params: Layers<HostArray>; state: Layers<HostArray> } {
  const { params, state } = backbone.init(random);
  const layers = Object.entries(params).map(([layer, arrays]): [string, Record<string, HostArray>] => [
    layer,
    Object.fromEntries(Object.entries(arrays).filter(([name]) => LEARNED.includes(name))),
  ]);
  return { params: Object.fromEntries(layers.filter(([, arrays]) => Object.keys(arrays).length > 0)), state };
}

/** A backbone's parameters with the auxiliary set in place of its own scales and shifts. */
export function withAuxiliary(params: Layers<Tensor>, auxiliary: Layers<Tensor>): Layers<Tensor> {
  return Object.fromEntries(
    Object.entries(params).map(([layer, arrays]) => [layer, { ...arrays, ...auxiliary[layer] }]),
  );
}
