import { assertAlmostEquals, assertEquals } from "@std/assert";
import { stream } from "../../lib/engine/streams.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { arpl } from "../../lib/methods/arpl.ts";
import { arplCs } from "../../lib/methods/arpl_cs.ts";
import { gcpl } from "../../lib/methods/gcpl.ts";
import { linear } from "../../lib/methods/linear.ts";
import type { Method } from "../../lib/methods/method.ts";
import { rpl } from "../../lib/methods/rpl.ts";
import { softmax } from "../../lib/methods/softmax.ts";
import { toTensors } from "../../lib/training/step.ts";

await startTensorFlow();

const [batch, channels, classes] = [3, 8, 4];
const random = stream(0, "method_test");
const draw = (size: number) => Float32Array.from({ length: size }, () => random.normal());
const labels = Int32Array.of(3, 0, 2);
const label = tf.tensor1d(labels, "int32");

for (const method of [softmax, linear, rpl, arpl, arplCs]) {
  Deno.test(`${method.name}: the evidence of a map of one cell is the logit of the image's class`, () => {
    const params = toTensors(method.init({ classes, channels }, stream(0, "init")));
    const map = tf.tensor4d(draw(batch * channels), [batch, 1, 1, channels]);
    const logits = method.logits(params, { map, feature: tf.mean(map, [1, 2]) }).dataSync();
    const evidence = method.evidence(params, map, label);
    assertEquals(evidence.shape, [batch, 1, 1]);
    evidence.dataSync().forEach((value, b) => assertAlmostEquals(value, logits[b * classes + labels[b]], 1e-5));
  });
}

/** What a method's logits have in common for all classes, which no evidence can tell. */
const shared: [Method, (squaredLength: number) => number][] = [[softmax, () => 0], [
  gcpl,
  (square) => -square / channels,
]];
for (const [method, common] of shared) {
  Deno.test(`${method.name}: the evidence's mean over the cells is what the logit says of the image's class`, () => {
    const params = toTensors(method.init({ classes, channels }, stream(0, "init")));
    const map = tf.tensor4d(draw(batch * 4 * 4 * channels), [batch, 4, 4, channels]);
    const feature = tf.mean(map, [1, 2]) as tf.Tensor2D;
    const squares = tf.sum(tf.square(feature), 1).dataSync();
    const logits = method.logits(params, { map, feature }).dataSync();
    const mean = tf.mean(method.evidence(params, map, label), [1, 2]).dataSync();
    mean.forEach((value, b) => {
      assertAlmostEquals(value + common(squares[b]), logits[b * classes + labels[b]], 1e-5);
    });
  });
}
