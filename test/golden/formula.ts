/**
 * The golden files' weights and images, which are given by formulas (README of the golden numbers) instead of arrays.
 */
import type { Layers } from "../../lib/backbones/backbone.ts";
import type { HostArray } from "../../lib/engine/host_array.ts";

/** An array of a network as `backbones.json` lists it. */
export interface ListedArray {
  /** PyTorch's name. */
  name: string;
  /** What it is, which decides its scale. */
  kind: "conv" | "conv_transpose" | "linear" | "gamma" | "variance" | "beta" | "mean" | "bias";
  /** Its shape in PyTorch: kernels [out, in, height, width], of transposed convolutions [in, out, height, width]. */
  shape: number[];
  /** Its shape here: kernels [height, width, in, out], of transposed convolutions [height, width, out, in]. */
  target_shape: number[];
}

/** The weights of an array, k being its position in its network's list; computed in float64, kernels transposed. */
export function formulaWeights({ kind, shape, target_shape }: ListedArray, k: number, seed: number): HostArray {
  const size = shape.reduce((product, n) => product * n, 1);
  const kernel = kind === "conv" || kind === "conv_transpose";
  const fanIn = kind === "conv_transpose" ? 4 * shape[0] : size / shape[0];
  const value = (n: number) => {
    const s = Math.sin(0.7 * ((n * n) % 8191) + 1.3 * k + seed);
    if (kernel || kind === "linear") return 2 / Math.sqrt(fanIn) * s;
    return kind === "gamma" || kind === "variance" ? 1 + 0.1 * s : 0.1 * s;
  };
  const data = Float32Array.from({ length: size }, (_, n) => value(n));
  return { shape: target_shape, data: kernel ? hwio(data, shape) : data };
}

/** Where an array of a reference network stands in our trees, such as `conv1.gamma` for `bn1.weight`. */
export interface Place {
  tree: "params" | "state";
  layer: string;
  array: string;
}

/** The place of an array, for the reference's names of its module and whether that is a convolution. */
export function placeIn(layer: string, module: "convolution" | "normalisation", array: string): Place {
  const names: Record<string, Record<string, [Place["tree"], string]>> = {
    convolution: { weight: ["params", "kernel"] },
    normalisation: {
      weight: ["params", "gamma"],
      bias: ["params", "beta"],
      running_mean: ["state", "mean"],
      running_var: ["state", "variance"],
    },
  };
  const [tree, ours] = names[module][array];
  return { tree, layer, array: ours };
}

/** Weights and running statistics by formula, as our trees; arrays without a place are left out. */
export function formulaTrees(
  arrays: ListedArray[],
  seed: number,
  placeOf: (name: string) => Place | undefined,
): Record<Place["tree"], Layers<HostArray>> {
  const trees: Record<Place["tree"], Layers<HostArray>> = { params: {}, state: {} };
  arrays.forEach((listed, k) => {
    const place = placeOf(listed.name);
    if (place !== undefined) {
      (trees[place.tree][place.layer] ??= {})[place.array] = formulaWeights(listed, k, seed);
    }
  });
  return trees;
}

/** From [out, in, height, width] to [height, width, in, out]. */
function hwio(data: Float32Array, [out, into, height, width]: number[]): Float32Array {
  const result = new Float32Array(data.length);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let i = 0; i < into; i++) {
        for (let o = 0; o < out; o++) result[at++] = data[((o * into + i) * height + y) * width + x];
      }
    }
  }
  return result;
}

/** The images of a training step, `[batch, side, side, 3]`: 0.5 + 0.5 sin(0.05 (n^2 mod 4093) + 2.1 label + 0.37 t + seed). */
export function trajectoryImages(labels: Int32Array, side: number, t: number, seed: number): Float32Array {
  const size = side * side * 3;
  return Float32Array.from(
    { length: labels.length * size },
    (_, n) => 0.5 + 0.5 * Math.sin(0.05 * ((n * n) % 4093) + 2.1 * labels[Math.floor(n / size)] + 0.37 * t + seed),
  );
}
