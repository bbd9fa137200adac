/** Puts the golden files' list of classifier32's arrays where our trees have them. */
import { formulaTrees, type ListedArray, type Place, placeIn } from "./formula.ts";

/** Where an array of the reference's classifier32 stands in our trees, such as `conv1.gamma` for `bn1.weight`. */
export function placeOf(name: string): Place | undefined {
  const [, kind, layer, array] = name.match(/^(conv|bn)(\d)\.(\w+)$/) ?? [];
  if (layer === undefined) return undefined; // fc, which belongs to the Softmax method, and bn10, which nothing uses
  return placeIn(`conv${layer}`, kind === "conv" ? "convolution" : "normalisation", array);
}

/** Weights by formula, as trees. */
export function formulaClassifier32(arrays: ListedArray[], seed: number) {
  return formulaTrees(arrays, seed, placeOf);
}
