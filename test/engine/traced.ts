/** What the tests of traced functions share. */
import { assert, assertEquals } from "@std/assert";
import { stream } from "../../lib/engine/streams.ts";
import { engine, tf } from "../../lib/engine/tensorflow.ts";

/** Normal numbers, by the purpose's name. */
export function normal(shape: number[], purpose: string): tf.Tensor {
  const random = stream(0, purpose);
  return tf.tensor(Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random.normal()), shape);
}

/** Whether all numbers agree to a part of the largest. */
export function assertClose(actual: tf.Tensor, expected: tf.Tensor, tolerance = 1e-6) {
  assertEquals(actual.shape, expected.shape);
  assertEquals(actual.dtype, expected.dtype);
  const a = Array.from(actual.dataSync());
  const b = Array.from(expected.dataSync());
  const largest = Math.max(...b.map(Math.abs));
  a.forEach((x, i) => assert(Math.abs(x - b[i]) <= tolerance * largest, `at ${i}: ${x}, expected ${b[i]}`));
}

/** Runs a test, and checks that it leaves no tensor, in tfjs or in the binding, that was not there before. */
export function test(name: string, fn: () => void | Promise<void>) {
  Deno.test(name, async () => {
    const tensors = tf.memory().numTensors;
    const handles = engine().binding.getNumOfTensors();
    await fn();
    assertEquals(tf.memory().numTensors, tensors, "tensors of tfjs");
    assertEquals(engine().binding.getNumOfTensors(), handles, "tensors of the binding");
  });
}
