/**
 * Traces 21 functions, of which only one is held, and has JavaScript collect its garbage. Prints as JSON what the held one
 * still computes, how many of TensorFlow's functions were made, and how many of them are left.
 */
import v8 from "node:v8";
import vm from "node:vm";
import { jit } from "../../lib/engine/jit.ts";
import { engine, startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";

v8.setFlagsFromString("--expose-gc");
const collect = vm.runInNewContext("gc") as () => void;
await startTensorFlow({ threads: 2 });
const { binding } = engine();
const x = tf.scalar(3);
const names: string[] = [];

function trace(): (x: tf.Tensor) => tf.Tensor {
  const fn = jit((x: tf.Tensor) => tf.add(1, jit.cond(tf.greater(x, 0), () => tf.square(x), () => x)));
  fn(x).dispose();
  names.push(...binding.functionsMade());
  return fn;
}

const held = trace();
for (let i = 0; i < 20; i++) trace();
for (let i = 0; i < 5; i++) {
  collect();
  await new Promise((resume) => setTimeout(resume, 10)); // the registry is told between tasks
}
const value = held(x).dataSync()[0];
const left = names.filter((name) => {
  try {
    binding.removeFunctions([name]);
    return true;
  } catch {
    return false; // it is not there any more
  }
});
console.log(JSON.stringify({ value, made: names.length, left: left.length }));
