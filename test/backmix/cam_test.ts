import { assertEquals } from "@std/assert";
import { classActivationMaps } from "../../lib/backmix/cam.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";

await startTensorFlow();

Deno.test("a class activation map reaches from 0 to 1, whatever the evidence's sign and size", () => {
  const evidence = tf.tensor3d(Float32Array.from({ length: 64 }, (_, n) => -1000 - n), [1, 8, 8]);
  const values = [...classActivationMaps(evidence).dataSync()];
  assertEquals([values[0], values[63]], [1, 0]);
});

Deno.test("a flat class activation map is 0 everywhere, not NaN", () => {
  const maps = classActivationMaps(tf.fill([2, 4, 4], 3) as tf.Tensor3D);
  assertEquals([...maps.dataSync()], new Array(2 * 64).fill(0));
});
