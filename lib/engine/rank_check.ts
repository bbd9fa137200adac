/**
 * Refuses what TensorFlow would not refuse but end the whole process for: the kernels of convolutions, and of some
 * gradients, abort where an input is of another rank, or a list of strides of another length.
 *
 * The list was found by running each operation that tfjs's kernels use with inputs of other ranks, sizes and types, and
 * with other attributes.
 */
import type { Attribute } from "./attributes.ts";
import { describe } from "./trace.ts";

/** A rank; or, in brackets, how many numbers a vector of sizes has. */
type Expected = number | [number];

/** What the operations' inputs must be. */
const INPUTS: Record<string, Expected[]> = {
  AvgPoolGrad: [[4], 4],
  AvgPool3DGrad: [[5], 5],
  Conv2D: [4, 4],
  Conv2DBackpropFilter: [4, [4], 4],
  Conv2DBackpropInput: [[4], 4, 4],
  Conv3D: [5, 5],
  Conv3DBackpropFilterV2: [5, [5], 5],
  Conv3DBackpropInputV2: [[5], 5, 5],
  DepthwiseConv2dNative: [4, 4],
  DepthwiseConv2dNativeBackpropFilter: [4, [4], 4],
  DepthwiseConv2dNativeBackpropInput: [[4], 4, 4],
};

/** Attributes that have a number for each dimension of an image. */
const BY_DIMENSION = ["strides", "dilations", "ksize"];

/** Whether an operation is one of those; the shapes of others need not be asked for. */
export function isChecked(name: string): boolean {
  return name in INPUTS || name === "ScatterNd";
}

/**
 * Checks an operation that {@linkcode isChecked}.
 *
 * @throws {Error} the operation with its inputs, and which of them is wrong
 */
export function checkRanks(name: string, attributes: Attribute[], inputs: { shape: number[]; dtype: number }[]): void {
  if (name === "ScatterNd") return checkScatter(inputs);
  const expected = INPUTS[name];
  const wrong = (what: string) => new Error(`${describe(name, inputs)}: ${what}`);
  for (const [i, rank] of expected.entries()) {
    if (inputs[i] === undefined) continue; // TensorFlow says that it is missing
    const { shape } = inputs[i];
    if (Array.isArray(rank)) {
      if (`${shape}` !== `${rank}`) throw wrong(`input ${i} must be a vector of ${rank} sizes`);
    } else if (shape.length !== rank) throw wrong(`input ${i} must have rank ${rank}, has ${shape.length}`);
  }
  const dimensions = expected.flat().at(-1)!;
  for (const { name: attribute, value } of attributes) {
    if (BY_DIMENSION.includes(attribute) && Array.isArray(value) && value.length !== dimensions) {
      throw wrong(`${attribute} must have ${dimensions} numbers, has ${value.length}`);
    }
  }
}

/** All but the last dimension of the indices say where, so the values must have those dimensions too. */
function checkScatter(inputs: { shape: number[]; dtype: number }[]): void {
  const [indices, values] = inputs;
  if (values === undefined || values.shape.length >= indices.shape.length - 1) return;
  throw new Error(
    `${describe("ScatterNd", inputs)}: the values must have rank ${indices.shape.length - 1} or more, have ` +
      `${values.shape.length}`,
  );
}
