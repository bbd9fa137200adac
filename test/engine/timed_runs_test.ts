import { assert, assertEquals, assertThrows } from "@std/assert";
import { jit } from "../../lib/engine/jit.ts";
import { engine, startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";

await startTensorFlow({ threads: 2 });

/** Those of a run that compute. */
const KINDS = ["Relu", "_MklBatchMatMulV2", "BatchMatMulV2", "Sum"];

Deno.test("a timed run tells each operation with what it takes and makes, in order, and leaves nothing behind", () => {
  const x = tf.ones([5, 4]) as tf.Tensor2D;
  const f = jit((x: tf.Tensor2D) => tf.sum(tf.matMul(tf.relu(x), x, false, true)));
  f(x).dispose(); // hands the values over
  const before = engine().binding.getNumOfTensors();
  const runs = f.timed(2, x);
  assertEquals(runs.length, 2);
  for (const run of runs) {
    const [relu, product, sum] = run.filter(({ operation }) => KINDS.includes(operation));
    assertEquals([relu.operation, product.operation.endsWith("MatMulV2"), sum.operation], ["Relu", true, "Sum"]);
    assertEquals([relu.outputs, product.outputs, sum.outputs], [["float32[5,4]"], ["float32[5,5]"], ["float32[]"]]);
    assert(sum.inputs[0].endsWith(product.name.split("/").at(-1)!), `${sum.inputs}`);
    assert(relu.start + relu.duration <= product.start && product.start + product.duration <= sum.start);
    assert(relu.device.endsWith("CPU:0"), relu.device);
  }
  assertEquals(engine().binding.getNumOfTensors(), before);
  x.dispose();
});

Deno.test("a timed run optimises the graph as a call does: what nobody needs is not computed", () => {
  const x = tf.ones([3]);
  const [run] = jit((x: tf.Tensor) => {
    tf.exp(x);
    return tf.mul(tf.sin(x), 1);
  }).timed(1, x);
  const kinds = run.map(({ operation }) => operation);
  assert(kinds.includes("Sin"));
  assert(!kinds.includes("Exp"), `${kinds}`);
  x.dispose();
});

Deno.test("a function that is a part of another is not timed by itself", () => {
  const inner = jit((x: tf.Tensor) => tf.neg(x));
  const x = tf.scalar(1);
  assertThrows(
    () =>
      jit((x: tf.Tensor) => {
        inner.timed(1, x);
        return x;
      })(x),
    Error,
    "no time of its own",
  );
  x.dispose();
});

Deno.test("what is given away cannot be run on twice, so such a function is not timed", () => {
  const given = jit((x: tf.Tensor) => tf.neg(x), { donate: [0] });
  const x = tf.scalar(1);
  assertThrows(() => given.timed(1, x), Error, "Leave out donate, or timed.");
  assertEquals(x.isDisposed, false);
  x.dispose();
});
