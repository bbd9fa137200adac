import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { classifier32 } from "../../lib/backbones/classifier32.ts";
import { EVALUATION } from "../../lib/backbones/layers.ts";
import { stream } from "../../lib/engine/streams.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { toTensors } from "../../lib/training/step.ts";

await startTensorFlow();

const narrow = classifier32({ width: 0.25, dropout: 0.5 });
const drawn = narrow.init(stream(0, "init"));
const params = toTensors(drawn.params);
const state = toTensors(drawn.state);
const images = tf.tensor4d(Float32Array.from({ length: 2 * 32 * 32 * 3 }, (_, n) => Math.sin(n)), [2, 32, 32, 3]);
const seed = (n: number) => tf.tensor1d([0, n], "int32");

Deno.test("classifier32's width scales its channels", () => {
  assertEquals(narrow.channels, 32);
  assertEquals(drawn.params.conv1.kernel.shape, [3, 3, 3, 16]);
  assertEquals(drawn.params.conv9.kernel.shape, [3, 3, 32, 32]);
  const { map, feature } = narrow.apply(params, state, images, EVALUATION);
  assertEquals([map.shape, feature.shape], [[2, 4, 4, 32], [2, 32]]);
});

Deno.test("classifier32 in evaluation mode moves no statistics and drops nothing", () => {
  const first = narrow.apply(params, state, images, EVALUATION);
  const second = narrow.apply(params, state, images, EVALUATION);
  assertEquals(first.feature.dataSync(), second.feature.dataSync());
  assertStrictEquals(first.state.conv5.mean, state.conv5.mean);
});

Deno.test("classifier32 in training mode drops maps by the seed", () => {
  const feature = (n: number) => {
    const { feature } = narrow.apply(params, state, images, { training: true, seed: seed(n) });
    return [...feature.dataSync()];
  };
  assertEquals(feature(1), feature(1));
  assert(feature(1).join() !== feature(2).join());
});
