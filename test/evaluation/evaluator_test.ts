import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { UNIT } from "../../lib/augment/pixels.ts";
import { classifier32 } from "../../lib/backbones/classifier32.ts";
import type { ImageSet } from "../../lib/datasets/image_set.ts";
import { engine, startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { stream } from "../../lib/engine/streams.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import { evaluator } from "../../lib/evaluation/evaluator.ts";
import { Interrupted } from "../../lib/files/task.ts";
import { softmax } from "../../lib/methods/softmax.ts";
import { initialNetwork } from "../../lib/training/step.ts";

await startTensorFlow({ threads: 2 });
const { binding } = engine();
const CLASSES = 6;
const PIXELS = 32 * 32 * 3;
const backbone = classifier32({ width: 0.0625, dropout: 0.5 });
const recipe = { normalisation: UNIT, precision: "float32" } as const;

function imagesOf(n: number): ImageSet {
  const random = stream(0, "images");
  return {
    name: "test",
    side: 32,
    images: Uint8Array.from({ length: n * PIXELS }, () => random.int(256)),
    labels: Int32Array.from({ length: n }, (_, i) => i % CLASSES),
    index: Int32Array.from({ length: n }, (_, i) => i),
  };
}

/** The first images of a set. */
const first = (set: ImageSet, n: number): ImageSet => ({
  ...set,
  images: set.images.subarray(0, n * PIXELS),
  labels: set.labels.subarray(0, n),
});

/** Largest difference, as a share of the largest number. */
function error(actual: Float32Array, expected: Float32Array): number {
  assertEquals(actual.length, expected.length);
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return actual.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i])), 0) / largest;
}

Deno.test("logits and maps of every image are those of the network, whatever shares its pass", async () => {
  const network = initialNetwork(backbone, softmax, CLASSES, stream(0, "init"));
  const run = evaluator(backbone, softmax, recipe, network);
  const set = imagesOf(507); // a pass of 500 and one of 7
  const logits = await run.logits(set);
  const held = binding.getNumOfTensors(); // the network's, which reach the engine with their first use
  const maps = await run.maps(set);
  assertEquals([logits.length, maps.length], [507 * CLASSES, 507 * 64]);
  assert(maps.every((value) => value >= 0 && value <= 1));
  assertEquals(binding.getNumOfTensors(), held);

  const shown = [0, 1, 499, 500, 506];
  const [direct, directMaps] = tf.tidy(() => {
    const values = shown.flatMap((i) => [...set.images.subarray(i * PIXELS, (i + 1) * PIXELS)].map((v) => v / 255));
    const { map, feature } = backbone.apply(
      network.params.backbone,
      network.state,
      tf.tensor4d(values, [shown.length, 32, 32, 3]),
      { training: false },
    );
    const own = tf.gather(network.params.method.weight, shown.map((i) => i % CLASSES)); // [5, channels]
    const evidence = tf.sum(tf.mul(map, tf.reshape(own, [shown.length, 1, 1, -1])), 3); // [5, 4, 4]
    const low = tf.min(evidence, [1, 2], true), high = tf.max(evidence, [1, 2], true);
    const unit = tf.expandDims(tf.div(tf.sub(evidence, low), tf.sub(high, low)), 3) as tf.Tensor4D;
    return [
      tf.matMul(feature, network.params.method.weight as tf.Tensor2D, false, true).dataSync() as Float32Array,
      tf.image.resizeBilinear(unit, [8, 8], false, true).dataSync() as Float32Array,
    ];
  });
  const rows = (all: Float32Array, width: number) =>
    Float32Array.from(shown.flatMap((i) => [...all.subarray(i * width, (i + 1) * width)]));
  assertLess(error(rows(logits, CLASSES), direct), 1e-5);
  assertLess(error(rows(maps, 64), directMaps), 1e-3);

  const few = await run.logits(first(set, 3));
  assertLess(error(few, logits.slice(0, 3 * CLASSES)), 1e-5);
  assertEquals((await run.logits(first(set, 0))).length, 0);
  disposeTree(network);
});

Deno.test("an evaluation ends at a stop, and frees what it holds", async () => {
  const network = initialNetwork(backbone, softmax, CLASSES, stream(0, "init"));
  await evaluator(backbone, softmax, recipe, network).maps(imagesOf(1));
  const held = binding.getNumOfTensors();
  const run = evaluator(backbone, softmax, recipe, network, AbortSignal.abort());
  await assertRejects(() => run.logits(imagesOf(2)), Interrupted);
  const wrong = { ...imagesOf(2), labels: Int32Array.of(0, CLASSES) }; // a class that the network does not know
  await evaluator(backbone, softmax, recipe, network).maps(wrong).then(
    () => assert(binding.isUsingGpuDevice(), "an unknown class passed unseen"),
    () => {},
  );
  assertEquals(binding.getNumOfTensors(), held);
  disposeTree(network);
});
