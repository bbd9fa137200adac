/**
 * One call of a function of three arguments in a process of its own: `donate.ts PLACES`, the arguments' places that it
 * gives away, as JSON. Prints as JSON by how many megabytes the process's peak grew in the call, and what came of it.
 */
import { jit } from "../../lib/engine/jit.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { processMemory } from "../process_memory.ts";

const NUMBERS = 50_000_000; // 200 MB

await startTensorFlow({ threads: 2 });
const donate: number[] = JSON.parse(Deno.args[0]);
const step = jit((params: tf.Tensor, moments: tf.Tensor, rate: tf.Tensor) => {
  const next = tf.mul(moments, 0.5);
  return { params: tf.sub(tf.mul(params, rate), 1), moments: next };
}, donate.length === 0 ? {} : { donate });

const rate = tf.scalar(2);
tf.dispose(step(tf.ones([1]), tf.ones([1]), rate)); // what TensorFlow needs once
const params = tf.fill([NUMBERS], 3);
const moments = tf.fill([NUMBERS], 8);
const before = processMemory("VmHWM");
const made = step(params, moments, rate);
const grown = (processMemory("VmHWM") - before) / 2 ** 20;
const [a, b] = [made.params, made.moments].map((x) => x.slice(NUMBERS - 1, 1).dataSync()[0]);
console.log(JSON.stringify({ grown, values: [a, b] }));
