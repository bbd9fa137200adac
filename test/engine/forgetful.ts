/** A program that forgets its tensors: prints, as JSON, what is left of them. Runs with JavaScript's collector exposed. */
import { engine, startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";

const collect = (globalThis as unknown as { gc: () => void }).gc;
const { binding } = await startTensorFlow({ threads: 2 }).then(engine);
const state =
  () => [binding.getNumOfTensors(), tf.memory().numTensors, tf.memory().numDataBuffers, tf.memory().numBytes];
const settled = async () => {
  for (let turn = 0; turn < 5; turn++) {
    collect();
    await new Promise((done) => setTimeout(done, 10)); // collected data are freed between two turns
  }
  return state();
};

const kept = tf.tensor1d([1, 2, 3]);
kept.add(0).dispose(); // hands its values over
const before = await settled();
(() => {
  for (let i = 0; i < 1000; i++) {
    const sum = tf.add(kept, tf.scalar(i)); // on the engine
    tf.reshape(sum, [3, 1]); // a second tensor of the same data
    tf.tensor1d([i, i], "bool"); // still in JavaScript
    tf.tensor1d([`text ${i}`]);
    tf.complex([i], [i]);
  }
})();
const forgotten = state();
const after = await settled();

const resident = () => Deno.memoryUsage().rss;
const small = resident();
for (let i = 0; i < 100_000; i++) tf.add(kept, kept).dispose();
const grown = resident() - small;
console.log(JSON.stringify({ before, forgotten, after, end: state(), kept: [...kept.dataSync()], grown }));
