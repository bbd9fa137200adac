/**
 * Our backbones' arrays by the names and in the layout of the published PyTorch code: ARPL's `classifier32` and `resnet34`,
 * CSSR's `wide_resnet40_4` and `resnet18`. Kernels are [out, in, height, width] there, [height, width, in, out] here.
 */
import type { HostArray } from "../engine/host_array.ts";
import { mapTree } from "../engine/tree.ts";
import type { NamedArray } from "../files/arrays.ts";
import { UserError } from "../files/user_error.ts";
import type { Layers } from "./backbone.ts";
import type { BackboneName } from "./table.ts";

/** A network's arrays as our trees. */
export interface BackboneArrays {
  /** What the optimiser moves. */
  params: Layers<HostArray>;
  /** Running statistics. */
  state: Layers<HostArray>;
}

/** What PyTorch calls our arrays: those of a convolution, and those of the normalisation behind it. */
const ARRAYS: Record<string, string> = {
  kernel: "weight",
  gamma: "weight",
  beta: "bias",
  mean: "running_mean",
  variance: "running_var",
};

/** PyTorch's names of a layer's convolution and of its normalisation. */
type Modules = [convolution: string, normalisation: string];

const MODULES: Record<BackboneName, (layer: string) => Modules> = {
  classifier32: (layer) => [layer, layer.replace("conv", "bn")],
  resnet34: byBlock({
    stem: ["conv1", "bn1"],
    block: (stage, block) => `layer${stage}.${block}`,
    conv1: ["conv1", "bn1"],
    conv2: ["conv2", "bn2"],
    shortcut: ["shortcut.0", "shortcut.1"],
  }),
  resnet18: byBlock({
    stem: ["conv1.0", "conv1.1"],
    block: (stage, block) => `conv${stage + 1}_x.${block}`,
    conv1: ["residual_function.0", "residual_function.1"],
    conv2: ["residual_function.3", "residual_function.4"],
    shortcut: ["shortcut.0", "shortcut.1"],
  }),
  wide_resnet40_4: byBlock({
    stem: ["conv1", "block1.layer.0.bn1"], // the first block's normalisation follows the stem
    block: (stage, block) => `block${stage}.layer.${block}`,
    conv1: ["conv1", "bn2"],
    conv2: ["conv2", ""],
    shortcut: ["convShortcut", ""],
    norm: ["", "bn1"],
    last: ["", "bn1"],
  }),
};

/** The names of a network of blocks, whose layers are called `stem`, `stage1.0.conv1`, ..., `last`. */
function byBlock(
  { block, stem, last, ...parts }:
    & Record<"stem" | "conv1" | "conv2" | "shortcut", Modules>
    & { norm?: Modules; last?: Modules; block: (stage: number, block: number) => string },
): (layer: string) => Modules {
  return (layer) => {
    if (layer === "stem") return stem;
    if (layer === "last") return last!;
    const [, stage, number, part] = /^stage(\d)\.(\d+)\.(\w+)$/.exec(layer)!;
    const before = block(Number(stage), Number(number));
    const [convolution, normalisation] = parts[part as keyof typeof parts]!;
    return [`${before}.${convolution}`, `${before}.${normalisation}`];
  };
}

/**
 * PyTorch's name of an array, such as `bn1.running_mean` for `mean` of classifier32's layer `conv1`.
 *
 * @param array `kernel`, `gamma`, `beta`, `mean` or `variance`
 */
export function pytorchName(backbone: BackboneName, layer: string, array: string): string {
  const [convolution, normalisation] = MODULES[backbone](layer);
  return `${array === "kernel" ? convolution : normalisation}.${ARRAYS[array]}`;
}

/**
 * Takes a backbone's arrays out of a PyTorch state dictionary.
 *
 * @param arrays by PyTorch's names; those that are used are taken out of the map
 * @param form trees of the same form
 * @param where the file's path, for messages
 * @throws {UserError} if an array is missing or has another shape
 */
export function fromPytorch(
  backbone: BackboneName,
  arrays: Map<string, NamedArray>,
  form: BackboneArrays,
  where: string,
): BackboneArrays {
  return mapTree(form, (leaf, path) => {
    const [layer, array] = splitPath(path);
    return taken(arrays, pytorchName(backbone, layer, array), leaf.shape, where);
  }) as BackboneArrays;
}

/** A backbone's arrays as PyTorch's state dictionary has them; the other way round of {@linkcode fromPytorch}. */
export function toPytorch(backbone: BackboneName, trees: BackboneArrays): Map<string, NamedArray> {
  const arrays = new Map<string, NamedArray>();
  mapTree(trees, (leaf, path) => {
    const [layer, array] = splitPath(path);
    arrays.set(pytorchName(backbone, layer, array), inPytorchLayout(leaf as HostArray));
  });
  return arrays;
}

/**
 * An array of a PyTorch state dictionary.
 *
 * @throws {UserError} if it is missing
 */
export function found(arrays: ReadonlyMap<string, NamedArray>, name: string, where: string): NamedArray {
  const array = arrays.get(name);
  if (array !== undefined) return array;
  const names = [...arrays.keys()].slice(0, 5).join(", ");
  throw new UserError(
    `${where}: ${name} is missing; the file holds ${names}${
      arrays.size > 5 ? ", ..." : ""
    }. Name the network that it is ` +
      "of by --backbone, or export it under these names.",
  );
}

/**
 * Takes one array out of a PyTorch state dictionary.
 *
 * @param shape as we have it
 * @throws {UserError} if it is missing or has another shape
 */
export function taken(
  arrays: Map<string, NamedArray>,
  name: string,
  shape: readonly number[],
  where: string,
): HostArray {
  const array = found(arrays, name, where);
  const expected = pytorchShape(shape);
  if (array.dtype !== "F32" || array.shape.join() !== expected.join()) {
    throw new UserError(`${where}: ${name} is ${array.dtype} [${array.shape}], expected F32 [${expected}].`);
  }
  arrays.delete(name);
  const data = array.data as Float32Array;
  return { shape: [...shape], data: shape.length === 4 ? permuted(data, expected, [2, 3, 1, 0]) : data };
}

function inPytorchLayout({ shape, data }: HostArray): NamedArray {
  const turned = shape.length === 4 ? permuted(data, shape, [3, 2, 0, 1]) : data;
  return { dtype: "F32", shape: pytorchShape(shape), data: turned };
}

function pytorchShape(shape: readonly number[]): number[] {
  if (shape.length !== 4) return [...shape];
  const [height, width, into, out] = shape;
  return [out, into, height, width];
}

/** `params.stage1.0.conv1.kernel` as layer and array. */
function splitPath(path: string): [layer: string, array: string] {
  const [, layer, array] = /^\w+\.(.*)\.(\w+)$/.exec(path)!;
  return [layer, array];
}

/** The array with its axes in another order: axis i of the result is axis `order[i]`. */
function permuted(data: Float32Array, shape: readonly number[], order: readonly number[]): Float32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, n) => product * n, 1));
  const [a, b, c, d] = order.map((axis) => ({ size: shape[axis], stride: strides[axis] }));
  const result = new Float32Array(data.length);
  let at = 0;
  for (let i = 0; i < a.size; i++) {
    for (let j = 0; j < b.size; j++) {
      for (let k = 0; k < c.size; k++) {
        const from = i * a.stride + j * b.stride + k * c.stride;
        for (let l = 0; l < d.size; l++) result[at++] = data[from + l * d.stride];
      }
    }
  }
  return result;
}
