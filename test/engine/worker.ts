/** A worker that starts an engine of its own, and answers a number with its square. */
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";

const here = globalThis as unknown as {
  onmessage: (event: MessageEvent<number>) => void;
  postMessage(x: number): void;
};

here.onmessage = async ({ data }) => {
  await startTensorFlow({ threads: 1 });
  here.postMessage(tf.tidy(() => tf.square(data).dataSync()[0]));
};
