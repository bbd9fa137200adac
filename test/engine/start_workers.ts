/** Starts the engine in this process and in two workers of it at once, and prints what each of the three computed. */
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";

function squared(x: number): Promise<number> {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = ({ message }) => reject(new Error(message));
  worker.postMessage(x);
  return promise.finally(() => worker.terminate());
}

const asked = [3, 4].map(squared);
await startTensorFlow({ threads: 1 });
console.log(tf.square(2).dataSync()[0], ...await Promise.all(asked), tf.square(5).dataSync()[0]);
