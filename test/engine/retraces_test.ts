import { assertEquals, assertStringIncludes } from "@std/assert";
import { jit } from "../../lib/engine/jit.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { test } from "./traced.ts";

await startTensorFlow();

/** What is written to standard error meanwhile. */
function warnings(work: () => void): string[] {
  const said: string[] = [];
  const { error } = console;
  console.error = (line: string) => said.push(line);
  try {
    tf.tidy(work);
  } finally {
    console.error = error;
  }
  return said;
}

test("a function that is traced more than eight times is named once, with the shapes that vary", () => {
  const twice = jit(function twice(tree: { x: tf.Tensor }, by: tf.Tensor) {
    return tf.mul(tree.x, by);
  });
  const call = (n: number) => void twice({ x: tf.zeros([n]) }, tf.scalar(2));
  assertEquals(warnings(() => [1, 2, 3, 4, 5, 6, 7, 8, 1, 2].forEach(call)), []);
  const said = warnings(() => [9, 10, 11].forEach(call));
  assertEquals(said.length, 1);
  assertStringIncludes(said[0], "jit: twice was traced 9 times");
  assertStringIncludes(said[0], "(argument 0.x: float32[1], float32[2], ");
  assertStringIncludes(said[0], "float32[8], float32[9])");
});

test("a function without a name is named by its line", () => {
  const said = warnings(() => {
    const traced = jit((x: tf.Tensor) => tf.neg(x));
    for (let n = 0; n < 9; n++) traced(tf.zeros([n]));
  });
  assertStringIncludes(said[0], `jit: the function at ${new URL(import.meta.url).pathname}:`);
});

test("a function with arguments now and then says so", () => {
  const said = warnings(() => {
    const traced = jit((tree: { x: tf.Tensor; y?: tf.Tensor }) => tree.x);
    for (let n = 0; n < 9; n++) traced(n === 0 ? { x: tf.scalar(1) } : { x: tf.scalar(1), y: tf.zeros([n]) });
  });
  assertStringIncludes(said[0], "(argument 0.y: nothing, float32[1], ");
});
