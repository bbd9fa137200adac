/** Puts the golden files' list of classifier32's arrays where our trees have them. */
import type { Layers } from "../../lib/backbones/backbone.ts";
import type { HostArray } from "../../lib/engine/host_array.ts";
import { formulaWeights, type ListedArray } from "./formula.ts";

/** Where an array of the reference's classifier32 stands in our trees, such as `conv1.gamma` for `bn1.weight`. */
export function placeOf(name: string): { tree: "params" | "state"; layer: string; array: string } | undefined {
  const [, kind, layer, array] = name.match(/^(conv|bn)(\d)\.(\w+)$/) ?? [];
  if (layer === undefined) return undefined; // fc, which belongs to the Softmax method, and bn10, which nothing uses
  const names: Record<string, ["params" | "state", string]> = {
    "conv weight": ["params", "kernel"],
    "bn weight": ["params", "gamma"],
    "bn bias": ["params", "beta"],
    "bn running_mean": ["state", "mean"],
    "bn running_var": ["state", "variance"],
  };
  const [tree, ours] = names[`${kind} ${array}`];
  return { tree, layer: `conv${layer}`, array: ours };
}

/** Weights by formula, as trees. */
export function formulaClassifier32(arrays: ListedArray[], seed: number) {
  const trees: { params: Layers<HostArray>; state: Layers<HostArray> } = { params: {}, state: {} };
  arrays.forEach((listed, k) => {
    const place = placeOf(listed.name);
    if (place !== undefined) {
      (trees[place.tree][place.layer] ??= {})[place.array] = formulaWeights(listed, k, seed);
    }
  });
  return trees;
}
