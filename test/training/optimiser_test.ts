import { assertEquals, assertThrows } from "@std/assert";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { adam, sgd } from "../../lib/training/optimiser.ts";
import { toTensors } from "../../lib/training/step.ts";

await startTensorFlow();

Deno.test("plain gradient descent subtracts rate times gradient", () => {
  const params = { layer: { kernel: tf.tensor1d([1, 2]) } };
  const { init, update } = sgd();
  const gradients = { layer: { kernel: tf.tensor1d([4, -8]) } };
  const moved = update(params, gradients, toTensors(init(params)), tf.scalar(0.25));
  assertEquals([...moved.params.layer.kernel.dataSync()], [0, 4]);
});

Deno.test("an optimiser refuses gradients of another form", () => {
  const params = { a: tf.scalar(1), b: tf.scalar(2) };
  for (const optimiser of [sgd(), adam()]) {
    const moments = toTensors(optimiser.init(params));
    assertThrows(() => optimiser.update(params, { a: tf.scalar(1) }, moments, tf.scalar(1)), TypeError, "b:");
  }
});
