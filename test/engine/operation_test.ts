import { assertEquals, assertThrows } from "@std/assert";
import { operation, type, withGradient } from "../../lib/engine/operation.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";

await startTensorFlow();

Deno.test("operation runs what tfjs has no function for", () => {
  const [quotient] = operation("DivNoNan", [tf.tensor1d([1, 1]), tf.tensor1d([2, 0])], { T: type("float32") });
  assertEquals([...quotient.dataSync()], [0.5, 0]);
});

Deno.test("operation passes TensorFlow's refusal on, with the operation's name", () => {
  assertThrows(() => operation("NoSuchOperation", [], {}), Error, "NoSuchOperation");
});

Deno.test("withGradient gives a value the gradient that it is told", () => {
  const cube = (x: tf.Tensor) => {
    const [value] = operation("Pow", [x, tf.scalar(3)], { T: type("float32") });
    return withGradient(value, [x], [x], (dy, [x]) => [tf.mul(dy, tf.mul(3, tf.square(x)))]);
  };
  assertEquals([...tf.grad((x) => tf.mul(2, cube(x)))(tf.tensor1d([1, 2])).dataSync()], [6, 24]);
});
