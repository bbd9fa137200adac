/** Starts the engine on the device that is named, runs one operation at once and one traced, and prints `3 4`. */
import { deviceOf } from "../../lib/engine/device.ts";
import { jit } from "../../lib/engine/jit.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";

await startTensorFlow({ threads: 2, device: deviceOf(Deno.args[0] ?? "cpu") });
const sum = tf.add(1, 2);
const square = jit((x: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, tf.fill([1, 1, 1, 1], 4), 1, "same"))(
  tf.ones([1, 1, 1, 1]),
);
console.log(sum.dataSync()[0], square.dataSync()[0]);
