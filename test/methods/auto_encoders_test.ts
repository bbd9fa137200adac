import { assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import { jit } from "../../lib/engine/jit.ts";
import { stream } from "../../lib/engine/streams.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { cellLogits, drawAutoEncoders, logMeanProbability, ownCellLogits } from "../../lib/methods/auto_encoders.ts";
import { pcssr } from "../../lib/methods/pcssr.ts";
import { rcssr } from "../../lib/methods/rcssr.ts";
import { lossAndGradients, toTensors } from "../../lib/training/step.ts";

await startTensorFlow();

const random = stream(0, "auto_encoders_test");
const draw = (size: number) => Float32Array.from({ length: size }, () => random.normal());

Deno.test("an image's own class has in each cell the logit that all classes at once give it", () => {
  const [batch, side, channels, classes] = [3, 2, 8, 5];
  const params = toTensors(drawAutoEncoders({ classes, channels }, stream(0, "init")));
  const map = tf.tensor4d(draw(batch * side * side * channels), [batch, side, side, channels]);
  const labels = Int32Array.of(4, 0, 2);
  for (const sign of [-1, 1] as const) {
    const all = cellLogits(params, map, sign).dataSync();
    const own = ownCellLogits(params, map, tf.tensor1d(labels, "int32"), sign).dataSync();
    own.forEach((value, i) => {
      assertAlmostEquals(value, all[i * classes + labels[Math.floor(i / side ** 2)]], 1e-6);
      assertEquals(Math.sign(value), sign);
    });
  }
});

Deno.test("PCSSR's evidence is what is explained of a cell, RCSSR's what is left of it, in tenths", () => {
  // class 0 reconstructs the first two channels almost as they are, class 1 nothing
  const [small, large] = [1e-3, 1e3];
  const params = {
    encoders: tf.tensor3d([[[small, 0], [0, small], [0, 0]], [[0, 0], [0, 0], [0, 0]]]),
    decoders: tf.tensor3d([[[large, 0, 0], [0, large, 0]], [[large, 0, 0], [0, large, 0]]]),
  };
  const map = tf.tensor4d([1, -2, 4, 0, 0, 0, 1, -2, 4, 5, 5, 0], [2, 1, 2, 3]);
  const label = tf.tensor1d([0, 1], "int32");
  const near = (actual: tf.Tensor, expected: number[]) =>
    actual.dataSync().forEach((value, i) => assertAlmostEquals(value, expected[i], 1e-5));
  near(pcssr.evidence(params, map, label), [0.3, 0, 0, 0]);
  near(rcssr.evidence(params, map, label), [0.4, 0, 0.7, 1]);
});

Deno.test("the logits' softmax is the mean of the cells' softmax, and their logarithm outlives underflow", () => {
  const cells = tf.tensor4d([1, 2, 0, -1, 3, 3, 100, -100, -100, 100, -100, -100], [2, 1, 2, 3]);
  const logits = logMeanProbability(cells).arraySync() as number[][];
  const softmax = (row: number[]) => {
    const exponentials = row.map(Math.exp);
    return exponentials.map((e) => e / exponentials.reduce((a, b) => a + b));
  };
  const [a, b] = [softmax([1, 2, 0]), softmax([-1, 3, 3])];
  logits[0].forEach((logit, k) => assertAlmostEquals(Math.exp(logit), (a[k] + b[k]) / 2, 1e-6));
  [0, -200, -200].forEach((logit, k) => assertAlmostEquals(logits[1][k], logit, 1e-3)); // e^-200 is 0 in float32
});

Deno.test("classes in groups give what classes at once give, with their gradients, traced or not", () => {
  // 70 classes of 2,048 cells with 256 channels are 36.7 million numbers, more than are made at once
  const [batch, side, channels, classes] = [2, 32, 256, 70];
  const encoded = drawAutoEncoders({ classes, channels }, stream(0, "init"));
  const narrow = (all: typeof encoded.encoders, axis: 1 | 2): tf.Tensor =>
    tf.slice(tf.tensor(all.data, all.shape), [0, 0, 0], axis === 2 ? [classes, channels, 2] : [classes, 2, channels]);
  const params = {
    map: tf.tensor4d(draw(batch * side * side * channels), [batch, side, side, channels]),
    encoders: narrow(encoded.encoders, 2),
    decoders: narrow(encoded.decoders, 1),
  };
  const weight = tf.tensor4d(draw(batch * side * side * classes), [batch, side, side, classes]);
  const loss = (p: typeof params, weight: tf.Tensor) =>
    lossAndGradients(p, ({ map, encoders, decoders }) => {
      const logits = cellLogits({ encoders, decoders }, map as tf.Tensor4D, -1);
      return { loss: tf.mean(tf.mul(logits, weight)) as tf.Scalar, aside: { logits } };
    });
  const part = (p: typeof params, weight: tf.Tensor, first: number, size: number) =>
    loss({
      ...p,
      encoders: tf.slice(p.encoders, first, size),
      decoders: tf.slice(p.decoders, first, size),
    }, tf.slice(weight, [0, 0, 0, first], [-1, -1, -1, size]));

  const whole = jit(loss)(params, weight);
  const [low, high] = [part(params, weight, 0, 35), part(params, weight, 35, 35)];
  near(whole.aside.logits, tf.concat([low.aside.logits, high.aside.logits], 3));
  near(whole.gradients.encoders, tf.div(tf.concat([low.gradients.encoders, high.gradients.encoders], 0), 2));
  near(whole.gradients.decoders, tf.div(tf.concat([low.gradients.decoders, high.gradients.decoders], 0), 2));
  near(whole.gradients.map, tf.div(tf.add(low.gradients.map, high.gradients.map), 2));
});

function near(actual: tf.Tensor, expected: tf.Tensor): void {
  assertEquals(actual.shape, expected.shape);
  const error = tf.div(tf.max(tf.abs(tf.sub(actual, expected))), tf.max(tf.abs(expected))).dataSync()[0];
  assertLess(error, 1e-5);
}
