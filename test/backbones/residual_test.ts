import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { EVALUATION } from "../../lib/backbones/layers.ts";
import { residual, type ResidualName } from "../../lib/backbones/residual.ts";
import { stream } from "../../lib/engine/streams.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { leavesOf } from "../../lib/engine/tree.ts";
import { softmax } from "../../lib/methods/softmax.ts";
import { initialNetwork, toTensors, trainingStep } from "../../lib/training/step.ts";

await startTensorFlow();

const SIDE = 16; // pixels; no network asks for a certain size
const images = tf.tensor4d(
  Float32Array.from({ length: 2 * SIDE * SIDE * 3 }, (_, n) => Math.sin(n)),
  [2, SIDE, SIDE, 3],
);
const seed = tf.tensor1d([0, 0], "int32");

/**
 * As published, with one 3x3 convolution for each layer that the name counts: WRN's 40 counts the three shortcuts too,
 * ResNet's 18 and 34 the linear layer. `halving` is how often the side is halved.
 */
const PUBLISHED: Record<ResidualName, { channels: number; convolutions: number; halving: number }> = {
  wide_resnet40_4: { channels: 256, convolutions: 37, halving: 2 },
  resnet18: { channels: 512, convolutions: 17, halving: 3 },
  resnet34: { channels: 512, convolutions: 33, halving: 3 },
};

for (const [name, { channels, convolutions, halving }] of Object.entries(PUBLISHED)) {
  const narrow = residual(name as ResidualName, { width: 1 / 16 });
  const drawn = narrow.init(stream(0, "init"));
  const params = toTensors(drawn.params);
  const state = toTensors(drawn.state);

  Deno.test(`${name} has the published depth, and its width scales its channels`, () => {
    assertEquals(residual(name as ResidualName).channels, channels);
    assertEquals(narrow.channels, channels / 16);
    const kernels = [...leavesOf(drawn.params)].filter(([path]) => path.endsWith(".kernel"));
    const shortcuts = kernels.filter(([, { shape }]) => shape[0] === 1);
    assertEquals([kernels.length - shortcuts.length, shortcuts.length], [convolutions, 3]);
    const { map, feature } = narrow.apply(params, state, images, EVALUATION);
    const side = SIDE / 2 ** halving;
    assertEquals(map.shape, [2, side, side, channels / 16]);
    assertEquals(feature.shape, [2, channels / 16]);
  });

  Deno.test(`${name} in evaluation mode hands back the statistics that it got, and in training mode moves each`, () => {
    const judged = narrow.apply(params, state, images, EVALUATION);
    const trained = narrow.apply(params, state, images, { training: true, seed });
    assertEquals(Object.keys(judged.state).sort(), Object.keys(state).sort());
    assertEquals(Object.keys(trained.state).sort(), Object.keys(state).sort());
    for (const layer of Object.keys(state)) {
      for (const array of ["mean", "variance"]) {
        assertStrictEquals(judged.state[layer][array], state[layer][array]);
        assert(trained.state[layer][array].dataSync().join() !== state[layer][array].dataSync().join(), layer);
      }
    }
  });

  Deno.test(`${name} judges the same images alike, one by one or together`, () => {
    const first = tf.slice(images, 0, 1);
    const alone = narrow.apply(params, state, first, EVALUATION).feature.dataSync();
    const together = narrow.apply(params, state, images, EVALUATION).feature.dataSync();
    alone.forEach((value, i) => assert(Math.abs(value - together[i]) < 1e-5, `${value} and ${together[i]}`));
  });

  Deno.test(`${name} draws the same parameters from the same seed, and others from another`, () => {
    const stem = (seed: number) => narrow.init(stream(seed, "init")).params.stem.kernel.data;
    assertEquals(stem(0), drawn.params.stem.kernel.data);
    assert(stem(1).join() !== stem(0).join());
  });

  Deno.test(`a training step of ${name} moves every parameter`, () => {
    const optimiser = { momentum: 0.9, weightDecay: 0, nesterov: false };
    const network = initialNetwork(narrow, softmax, 2, stream(0, "init"));
    const input = { images, labels: tf.tensor1d([0, 1], "int32"), rate: tf.scalar(0.1), seed };
    const moved = trainingStep(narrow, softmax, { optimiser, precision: "float32" })(network, input).network;
    const before = leavesOf<tf.Tensor>(network.params);
    for (const [path, after] of leavesOf<tf.Tensor>(moved.params)) {
      assert(after.dataSync().join() !== before.get(path)!.dataSync().join(), path);
    }
  });
}
