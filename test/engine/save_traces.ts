/**
 * A start of a program that keeps its traces: `save_traces.ts FILE KEY`. Prints as JSON how often it traced, what its
 * function computes, and what was noted.
 */
import { jit } from "../../lib/engine/jit.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";

const [path, key] = Deno.args;
await startTensorFlow({ threads: 2 });
const notes: string[] = [];
console.error = (line: string) => notes.push(line);

let traced = 0;
const other = jit((x: tf.Tensor) => tf.exp(x)); // so that this process has functions of its own
other(tf.scalar(1));
const step = await jit.load(
  (tree: { x: tf.Tensor; sizes: [tf.Tensor] }) => {
    traced++;
    const y = jit.cond(tf.greater(tf.sum(tree.x), 0), () => tf.square(tree.x), () => tf.neg(tree.x));
    return { gradient: tf.grad((x) => tf.mul(x, tf.square(x)))(tree.x), list: [tf.mul(y, tree.sizes[0])] };
  },
  path,
  key,
);
const numbers = [[1, 2], [-3, -4], [0.1, 0.2, 0.3]].map((x) => {
  const { gradient, list: [y] } = step({ x: tf.tensor1d(x), sizes: [tf.scalar(10)] });
  return [...gradient.dataSync(), ...y.dataSync()];
});
const report = JSON.stringify({ traced, numbers, notes });
await jit.save(step, path, key);
console.log(report);
