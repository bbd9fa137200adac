/** Puts the golden files' lists of arrays of ARPL+CS's networks where our trees have them. */
import type { Layers } from "../../lib/backbones/backbone.ts";
import type { HostArray } from "../../lib/engine/host_array.ts";
import { placeOf as placeInClassifier32 } from "./classifier32_weights.ts";
import { formulaWeights, type ListedArray } from "./formula.ts";

/** Parameters and running statistics. */
export interface Trees {
  /** What is learnt. */
  params: Layers<HostArray>;
  /** Running statistics. */
  state: Layers<HostArray>;
}

/** Where an array stands. */
export interface Place {
  /** In which of our trees: the classifier's own or auxiliary set, or that of generator or discriminator. */
  network: "own" | "auxiliary" | "generator" | "discriminator";
  /** Whether it is learnt. */
  tree: "params" | "state";
  /** Its layer. */
  layer: string;
  /** Its name in the layer. */
  array: string;
}

const NORMALISATION: Record<string, [tree: Place["tree"], array: string]> = {
  weight: ["params", "gamma"],
  bias: ["params", "beta"],
  running_mean: ["state", "mean"],
  running_var: ["state", "variance"],
};

/**
 * Where an array stands; undefined for `fc` and `bn10`, which ARPL+CS does not use.
 *
 * @param network the reference's: "classifier", "generator" or "discriminator"
 * @param names of all its arrays
 */
export function placeOf(network: string, name: string, names: readonly string[]): Place | undefined {
  if (network === "classifier") {
    const set = name.includes(".bns.1.") ? "auxiliary" : "own";
    const place = placeInClassifier32(name.replace(/^(bn\d+)\.bns\.\d/, "$1"));
    return place && { network: set, ...place };
  }
  if (network !== "generator" && network !== "discriminator") throw new Error(`${network}: an unknown network`);
  const [, module, kind] = name.match(/^main\.(\d+)\.(\w+)$/) ?? [];
  if (module === undefined) return { network, tree: "params", layer: "linear", array: name.split(".").at(-1)! };
  const position = Number(module);
  const [before, after] = [`main.${position}.bias`, `main.${position + 1}.bias`].map((bias) => names.includes(bias));
  const [tree, array] = before ? NORMALISATION[kind] : ["params", "kernel"] as const;
  if (network === "discriminator") {
    return { network, tree, layer: `conv${Math.floor((position + 1) / 3) + 1}`, array };
  }
  const layer = before || after ? `grow${Math.floor(position / 3) + 1}` : "image";
  return { network, tree, layer, array };
}

/** Weights by formula, as trees. */
export function formulaTrees(
  networks: readonly { name: string; first_k: number; arrays: ListedArray[] }[],
  seed: number,
): Record<Place["network"], Trees> {
  const empty = (): Trees => ({ params: {}, state: {} });
  const trees = { own: empty(), auxiliary: empty(), generator: empty(), discriminator: empty() };
  for (const { name, first_k, arrays } of networks) {
    const names = arrays.map((array) => array.name);
    arrays.forEach((listed, i) => {
      const place = placeOf(name, listed.name, names);
      if (place === undefined) return;
      (trees[place.network][place.tree][place.layer] ??= {})[place.array] = formulaWeights(listed, first_k + i, seed);
    });
  }
  return trees;
}
