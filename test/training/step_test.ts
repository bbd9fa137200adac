import { assert, assertAlmostEquals, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { classifier32 } from "../../lib/backbones/classifier32.ts";
import { stream } from "../../lib/engine/streams.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { leavesOf } from "../../lib/engine/tree.ts";
import { mapsOf } from "../../lib/evaluation/maps.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { arpl } from "../../lib/methods/arpl.ts";
import { gcpl } from "../../lib/methods/gcpl.ts";
import { linear } from "../../lib/methods/linear.ts";
import { pcssr } from "../../lib/methods/pcssr.ts";
import { rcssr } from "../../lib/methods/rcssr.ts";
import { rpl } from "../../lib/methods/rpl.ts";
import { softmax } from "../../lib/methods/softmax.ts";
import {
  initialNetwork,
  lossAndGradients,
  type StepInput,
  type StepResult,
  trainingStep,
} from "../../lib/training/step.ts";

await startTensorFlow();

const backbone = classifier32({ width: 0.25 });
const recipe = { optimiser: { momentum: 0.9, weightDecay: 1e-4, nesterov: false }, precision: "float32" } as const;
const step = trainingStep(backbone, softmax, recipe);
const random = stream(0, "step_test");
const pixels = () => tf.tensor4d(Float32Array.from({ length: 4 * 32 * 32 * 3 }, random.uniform), [4, 32, 32, 3]);
const input: StepInput = {
  images: pixels(),
  labels: tf.tensor1d([0, 1, 2, 1], "int32"),
  rate: tf.scalar(0.05),
  seed: tf.tensor1d([5, 6], "int32"),
};
const network = initialNetwork(backbone, softmax, 3, stream(0, "init"));

Deno.test("the maps of a step are those of the network before it, in evaluation mode, and change nothing else", () => {
  const raw = pixels();
  const with_ = step(network, { ...input, raw });
  const without = step(network, input);
  const { maps } = with_;
  const before = mapsOf(backbone, softmax, network, raw, input.labels);
  const difference = tf.max(tf.abs(tf.sub(maps!, before))).dataSync()[0];
  assert(difference < 1e-4, `maps differ by ${difference}`);
  assertEquals(without.maps, undefined);
  assertEquals(with_.loss.dataSync(), without.loss.dataSync());
  const { conv1 } = with_.network.state;
  assertEquals(conv1.mean.dataSync(), without.network.state.conv1.mean.dataSync());
});

Deno.test("equal steps give equal bits, and another seed another loss", () => {
  const kernel = () => step(network, input).network.params.backbone.conv1.kernel.dataSync();
  assertEquals(kernel(), kernel());
  const loss = (seed: number[]) => step(network, { ...input, seed: tf.tensor1d(seed, "int32") }).loss.dataSync()[0];
  assert(loss([1, 1]) !== loss([1, 2]));
});

Deno.test("with lambda 1 the other labels change nothing: loss, count and network are the plain step's, bit for bit", () => {
  for (const method of [softmax, gcpl, rpl, arpl, linear, pcssr, rcssr]) {
    const step = trainingStep(backbone, method, { ...recipe, smoothing: 0.1 });
    const network = initialNetwork(backbone, method, 3, stream(0, "init"));
    const plain = step(network, input);
    const mixed = step(network, {
      ...input,
      mixed: { labels: tf.tensor1d([2, 1, 0, 0], "int32"), lambda: tf.scalar(1) },
    });
    assertEquals(mixed.loss.dataSync(), plain.loss.dataSync(), method.name);
    assertEquals(mixed.correct.dataSync(), plain.correct.dataSync());
    const moved = leavesOf<tf.Tensor>(mixed.network);
    for (const [name, tensor] of leavesOf<tf.Tensor>(plain.network)) {
      assertEquals(moved.get(name)!.dataSync(), tensor.dataSync(), `${method.name}: ${name}`);
    }
  }
});

Deno.test("a mixed step's loss, count and gradient are those of both labels, weighed by lambda", () => {
  const lambda = 0.3;
  const others = tf.tensor1d([2, 1, 0, 0], "int32");
  const rate = tf.scalar(1e-3);
  for (const method of [softmax, gcpl, rpl, arpl, linear, pcssr, rcssr]) {
    const step = trainingStep(backbone, method, { ...recipe, optimiser: { ...recipe.optimiser, weightDecay: 0 } });
    const network = initialNetwork(backbone, method, 3, stream(0, "init"));
    const a = step(network, { ...input, rate });
    const b = step(network, { ...input, rate, labels: others });
    const mixed = step(network, { ...input, rate, mixed: { labels: others, lambda: tf.scalar(lambda) } });
    const weighed = (of: (result: StepResult) => tf.Tensor) => {
      const [x, y] = [of(a).dataSync(), of(b).dataSync()];
      return Array.from(x, (value, i) => lambda * value + (1 - lambda) * y[i]);
    };
    assertAlmostEquals(mixed.loss.dataSync()[0], weighed(({ loss }) => loss)[0], 1e-5);
    assertAlmostEquals(mixed.correct.dataSync()[0], weighed(({ correct }) => correct)[0], 1e-5);
    for (const name of leavesOf(mixed.network.moments).keys()) { // after one step they are the gradients
      const gradient = (result: StepResult) => leavesOf<tf.Tensor>(result.network.moments).get(name)!;
      const expected = weighed(gradient);
      const most = Math.max(...expected.map(Math.abs));
      gradient(mixed).dataSync().forEach((value, i) =>
        assert(Math.abs(value - expected[i]) <= 1e-4 * most + 1e-9, `${method.name}: ${name}`)
      );
    }
  }
});

Deno.test("repeated steps on one batch lower its loss, and count what is right", () => {
  let current = network;
  let first = NaN, last = NaN, correct = 0;
  for (let t = 0; t < 20; t++) {
    const result = step(current, { ...input, seed: tf.tensor1d([0, t], "int32") });
    last = result.loss.dataSync()[0];
    correct = result.correct.dataSync()[0];
    if (t === 0) first = last;
    current = result.network;
  }
  assert(last < first / 2, `loss ${first} -> ${last}`);
  assert(Number.isInteger(correct) && correct >= 0 && correct <= 4);
});

Deno.test("lossAndGradients differentiates by each leaf of a tree and hands other results out", () => {
  const params = { a: tf.tensor1d([1, 2]), b: { c: tf.scalar(3) } };
  const { loss, gradients, aside } = lossAndGradients(params, ({ a, b }) => ({
    loss: tf.mul(tf.sum(tf.square(a)), b.c) as tf.Scalar, // (1 + 4) * 3
    aside: { twice: tf.mul(a, 2) },
  }));
  assertEquals(loss.dataSync()[0], 15);
  assertEquals([...gradients.a.dataSync()], [6, 12]);
  assertEquals([...gradients.b.c.dataSync()], [5]);
  assertEquals([...aside.twice.dataSync()], [2, 4]);
});

Deno.test("lossAndGradients names a parameter that no gradient reaches", () => {
  const params = { a: tf.scalar(1), unused: tf.scalar(1) };
  const forward = ({ a }: typeof params) => ({ loss: tf.square(a) as tf.Scalar, aside: {} });
  const { message } = assertThrows(() => lossAndGradients(params, forward, "Method mine: "), UserError);
  assertMatch(message, /^Method mine: no gradient reaches unused, since .* leave it out of init\.$/);
});
