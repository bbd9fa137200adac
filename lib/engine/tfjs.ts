/**
 * The whole of tfjs, ready: importing this file starts TensorFlow on all cores. `tf.node` is what tfjs-node has beside it:
 * images, saved models, TensorBoard.
 *
 * ```ts
 * import * as tf from "./tfjs.ts";
 *
 * tf.add(1, 2).print(); // 3
 * ```
 *
 * @module
 */
import { startTensorFlow } from "./tensorflow.ts";

await startTensorFlow();

export * from "@tensorflow/tfjs";
export { node } from "@tensorflow/tfjs-node-gpu/dist/node.js";
