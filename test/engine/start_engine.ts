/** Starts the engine, runs one operation at once and one traced, and prints `3 4`. */
import { jit } from "../../lib/engine/jit.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";

await startTensorFlow({ threads: 2 });
const sum = tf.add(1, 2);
const square = jit((x: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, tf.fill([1, 1, 1, 1], 4), 1, "same"))(
  tf.ones([1, 1, 1, 1]),
);
console.log(sum.dataSync()[0], square.dataSync()[0]);
