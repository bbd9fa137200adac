/** The kernels that this engine has beside or before tfjs-node's. */
import * as tf from "@tensorflow/tfjs";
import * as asTfjsSays from "./as_tfjs_says.ts";
import { compareStrings } from "./compare_strings.ts";
import { convolutions } from "./convolutions.ts";
import * as counting from "./counting.ts";
import { gatherV2 } from "./gather.ts";
import type { Kernel } from "./kernel.ts";
import { maxPoolWithArgmax } from "./max_pool_with_argmax.ts";
import { paddedPools } from "./pools.ts";
import * as ragged from "./ragged.ts";
import * as sparse from "./sparse.ts";
import * as strings from "./strings.ts";
import { transform } from "./transform.ts";

const kernels: Kernel[] = [
  ...Object.values(asTfjsSays),
  ...compareStrings,
  ...convolutions,
  ...Object.values(counting),
  gatherV2,
  maxPoolWithArgmax,
  ...paddedPools,
  ...Object.values(ragged),
  ...Object.values(sparse),
  ...Object.values(strings),
  transform,
];

/** Registers them, after tfjs-node's. */
export function registerKernels(): void {
  for (const { name: kernelName, after } of kernels) {
    const usual = tf.getKernel(kernelName, "tensorflow");
    if (usual) tf.unregisterKernel(kernelName, "tensorflow");
    tf.registerKernel({ ...usual, kernelName, backendName: "tensorflow", kernelFunc: after(usual?.kernelFunc) });
  }
}
