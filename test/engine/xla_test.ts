import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { jit } from "../../lib/engine/jit.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { leavesOf } from "../../lib/engine/tree.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { assertClose, normal, test } from "./traced.ts";

await startTensorFlow();

const xla = { xla: true };

function assertSame(actual: unknown, expected: unknown) {
  const wanted = leavesOf<tf.Tensor>(expected);
  for (const [path, tensor] of leavesOf<tf.Tensor>(actual)) assertClose(tensor, wanted.get(path)!, 1e-4);
}

test("XLA computes what the function computes at once, gradients too, now and later", async () => {
  const kernel = normal([3, 3, 3, 5], "kernel");
  const images = normal([4, 8, 8, 3], "images");
  const fn = (kernel: tf.Tensor, images: tf.Tensor) => {
    const loss = (kernel: tf.Tensor) => {
      const map = tf.relu(tf.conv2d(images as tf.Tensor4D, kernel as tf.Tensor4D, 2, "same"));
      return tf.sum(tf.square(tf.softmax(tf.mean(tf.maxPool(map as tf.Tensor4D, 2, 2, "same"), [1, 2])))) as tf.Scalar;
    };
    const { value, grad } = tf.valueAndGrad(loss)(kernel);
    return { value, grad };
  };
  const expected = fn(kernel, images);
  const compiled = jit(fn, xla);
  const now = compiled(kernel, images);
  const later = await compiled.later(kernel, images);
  assertSame(now, expected);
  assertEquals(later.grad.dataSync(), now.grad.dataSync());
  tf.dispose([kernel, images, expected, now, later]);
});

test("XLA compiles choices and loops", () => {
  tf.tidy(() => {
    const rows = normal([5, 3], "rows");
    const fn = (rows: tf.Tensor) => ({
      cond: jit.cond(tf.greater(tf.sum(rows), 0), () => tf.square(rows), () => tf.neg(rows)),
      while: jit.while(({ x }) => tf.less(tf.sum(x), 100), ({ x }) => ({ x: tf.mul(x, 2) }), { x: tf.abs(rows) }),
      scan: jit.scan((sum, row) => [tf.add(sum, row), tf.mul(sum, row)], tf.zeros([3]), rows),
    });
    assertSame(jit(fn, xla)(rows), fn(rows));
  });
});

test("an operation that XLA lacks is named with the line of the function", async () => {
  const x = normal([1, 8, 8, 2], "x");
  const filter = normal([2, 2, 2], "filter");
  let line = 0;
  const widened = jit((x: tf.Tensor, filter: tf.Tensor) => {
    const y = tf.square(x) as tf.Tensor4D;
    line = Number(new Error().stack!.match(/xla_test\.ts:(\d+)/)![1]) + 1;
    return tf.dilation2d(y, filter as tf.Tensor3D, 1, "same");
  }, xla);
  const failures = [
    assertThrows(() => widened(x, filter), UserError),
    assertThrows(() => widened(x, filter), UserError), // out of the cache
    await assertRejects(() => widened.later(x, filter), UserError),
  ];
  for (const { message } of failures) {
    assertStringIncludes(message, `xla_test.ts:${line}:`);
    assertStringIncludes(message, ": XLA has no kernel for Dilation2D, or none for these types. Move it out");
  }
  tf.dispose([x, filter]);
});

test("strings in a function for XLA are an error that says so, and the engine lives on", () => {
  const x = tf.tensor(["a"]);
  assertThrows(() => jit((x: tf.Tensor) => tf.reshape(x, [1, 1]), xla)(x), UserError, "Leave the strings out");
  assertEquals(tf.tidy(() => jit((x: tf.Tensor) => tf.neg(x), xla)(tf.scalar(2)).dataSync()[0]), -2);
  x.dispose();
});

test("an error of the function's own stays as it is under XLA", () => {
  const x = tf.zeros([2, 3]);
  const failing = jit(() => {
    throw new RangeError("no");
  }, xla);
  assertThrows(failing, RangeError, "no");
  x.dispose();
});

Deno.test("XLA and bfloat16 exclude each other", () => {
  const both = { xla: true, precision: "bfloat16" } as const;
  assertThrows(() => jit((x: tf.Tensor) => x, both), UserError, "Leave out xla");
});
