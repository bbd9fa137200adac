/** What tfjs-core's own specs leave open about this engine's kernels. */
import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { jit } from "../../../lib/engine/jit.ts";
import { UserError } from "../../../lib/files/user_error.ts";
import { engine, startTensorFlow, tf } from "../../../lib/engine/tensorflow.ts";

await startTensorFlow({ threads: 2 });

const draw = (seed?: number) => tf.multinomial(tf.zeros([1000]) as tf.Tensor1D, 8, seed);

Deno.test("multinomial draws by its seed, a fraction is one, and without a seed it draws anew", () => {
  tf.tidy(() => {
    assertEquals(draw(3.14).arraySync(), draw(3.14).arraySync());
    assertNotEquals(draw(3.14).arraySync(), draw(3.15).arraySync());
    assertNotEquals(draw().arraySync(), draw().arraySync());
  });
});

Deno.test("a traced multinomial needs a seed: without one it would draw the same each time", () => {
  tf.tidy(() => {
    assertThrows(() => jit(() => draw())(), UserError, "JavaScript draws a random number here");
    assertEquals(jit(() => draw(3))().arraySync(), draw(3).arraySync());
  });
});

Deno.test("unique finds NaN once, whatever its bits, and both zeros as one", () => {
  tf.tidy(() => {
    const nan = tf.div(0, tf.tensor1d([0, 1])); // the first has another sign than JavaScript's
    const { values, indices } = tf.unique(tf.concat([nan, tf.tensor1d([NaN, -0, 1.5])]) as tf.Tensor1D);
    assertEquals([...values.dataSync()], [NaN, 0, 1.5]);
    assertEquals([...indices.dataSync()], [0, 1, 0, 1, 2]);
  });
});

Deno.test("einsum refuses a label that no input has, and still computes a trace", () => {
  tf.tidy(() => {
    const x = tf.tensor2d([[1, 2], [3, 4]]);
    assertThrows(() => tf.einsum("ij->in", x), Error, "label n not present");
    assertEquals(tf.einsum("ii->", x).dataSync()[0], 5);
  });
});

Deno.test("texts compare by their characters, each with each where the shapes say so", () => {
  tf.tidy(() => {
    const a = tf.tensor2d([["b"], [""]], [2, 1], "string");
    assertEquals([...tf.less(a, tf.tensor1d(["a", "b", "ba"])).dataSync()], [0, 0, 1, 1, 1, 1]);
  });
});

Deno.test("operations on int64 leave no handle behind, also when they fail", () => {
  const before = engine().binding.getNumOfTensors();
  tf.tidy(() => {
    const { outputShape } = tf.sparse.sparseReshape([[0, 1]], [2, 6], [3, -1]);
    assertEquals([...outputShape.dataSync()], [3, 4]);
    assertThrows(() => tf.sparse.sparseReshape([[0, 1]], [2, 6], [5, -1]), Error, "SparseReshape(int64[1,2]");
  });
  assertEquals(engine().binding.getNumOfTensors(), before);
});
