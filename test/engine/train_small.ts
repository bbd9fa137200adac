/**
 * Trains a small network by traced steps in a process of its own: `train_small.ts WARM_UP STEPS`. Prints as JSON what
 * the steps after the warm-up left behind, and a digest of the weights.
 */
import { createHash } from "node:crypto";
import { jit } from "../../lib/engine/jit.ts";
import { stream } from "../../lib/engine/streams.ts";
import { engine, startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { disposeTree, leavesOf } from "../../lib/engine/tree.ts";

const [warmUp, steps] = Deno.args.map(Number);
await startTensorFlow({ threads: 2 });
const { binding } = engine();
const random = stream(0, "small");

function normal(shape: number[], deviation: number): tf.Tensor {
  const size = tf.util.sizeFromShape(shape);
  return tf.tensor(Float32Array.from({ length: size }, () => deviation * random.normal()), shape);
}

function loss([kernel, bias, dense]: tf.Tensor[], images: tf.Tensor4D, labels: tf.Tensor1D): tf.Scalar {
  const map = tf.relu(tf.add(tf.conv2d(images, kernel as tf.Tensor4D, 2, "same"), bias)); // [B, 8, 8, 8]
  const logits = tf.matMul(tf.mean(map, [1, 2]), dense as tf.Tensor2D); // [B, 4]
  return tf.losses.softmaxCrossEntropy(tf.oneHot(labels, 4), logits) as tf.Scalar;
}

const step = jit((params: tf.Tensor[], images: tf.Tensor4D, labels: tf.Tensor1D) => {
  const { value, grads } = tf.valueAndGrads((...params) => loss(params, images, labels))(params);
  return { loss: value, params: params.map((p, i) => tf.sub(p, tf.mul(0.1, grads[i]))) };
});

let params = [normal([3, 3, 3, 8], 0.3), tf.zeros([8]), normal([8, 4], 0.3)];

/** Half of the steps on a thread of their own, as training runs them. */
async function trainFor(count: number) {
  for (let i = 0; i < count; i++) {
    const images = normal([8, 16, 16, 3], 1) as tf.Tensor4D;
    const labels = tf.tensor1d(Int32Array.from({ length: 8 }, () => random.int(4)), "int32");
    const result = i % 2 === 0 ? step(params, images, labels) : await step.later(params, images, labels);
    disposeTree([params, images, labels, result.loss]);
    params = result.params;
  }
}

await trainFor(warmUp);
const handles = binding.getNumOfTensors();
const rss = Deno.memoryUsage().rss;
await trainFor(steps);
const digest = createHash("sha256");
for (const tensor of leavesOf<tf.Tensor>(params).values()) digest.update(tensor.dataSync() as Float32Array);
console.log(JSON.stringify({
  handles: binding.getNumOfTensors() - handles,
  megabytes: (Deno.memoryUsage().rss - rss) / 1e6,
  weights: digest.digest("hex"),
}));
