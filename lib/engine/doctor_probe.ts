/** Starts the engine for the doctor, adds 1 and 2, and prints what came of it as JSON. */
let answer: object;
try {
  const { startTensorFlow, tf } = await import("./tensorflow.ts"); // not before this, so that its failure is told too
  const { version, threads } = await startTensorFlow();
  const [sum] = tf.add(1, 2).dataSync();
  answer = sum === 3 ? { version, threads } : { fault: `it adds 1 and 2 to ${sum}.` };
} catch (error) {
  answer = { fault: error instanceof Error ? error.message.split("\n")[0] : String(error) };
}
console.log(JSON.stringify(answer));
