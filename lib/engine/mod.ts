/**
 * TensorFlow inside Deno: tfjs's operations on TensorFlow's own C library, and whole functions traced into one call of it.
 *
 * ```ts
 * import { jit, startTensorFlow, tf } from "./mod.ts";
 *
 * await startTensorFlow({ threads: 2 });
 * const norm = jit((x: tf.Tensor) => tf.sqrt(tf.sum(tf.square(x))));
 * norm(tf.tensor1d([3, 4])).print(); // 5
 * ```
 *
 * @module
 */
export { type Engine, type EngineOptions, startTensorFlow, tf } from "./tensorflow.ts";
export { type Device, deviceOf } from "./device.ts";
export type { LayersModel, Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from "./tensors.ts";
export { jit, type JitOptions, type Jitted, type Precision, type Rewrites } from "./jit.ts";
export { dataParallel, type Share } from "./data_parallel.ts";
export type { TimedOperation } from "./step_stats.ts";
export { disposeTree, type Leaf, leavesOf, type Mapped, mapTree } from "./tree.ts";
export type { Attribute } from "./attributes.ts";
export { type AttributeValue, flag, float, int, ints, operation, text, type, withGradient } from "./operation.ts";
export { constant, type HostArray, normal, uniform } from "./host_array.ts";
export { type Stream, stream } from "./streams.ts";
export { openSummaries, type Summaries } from "./summaries.ts";
