/** CSSR's score through a whole network, against its equations in float64. */
import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { UNIT } from "../../../lib/augment/pixels.ts";
import type { Backbone } from "../../../lib/backbones/backbone.ts";
import { classifier32 } from "../../../lib/backbones/classifier32.ts";
import type { ImageSet } from "../../../lib/datasets/image_set.ts";
import { stream } from "../../../lib/engine/streams.ts";
import { engine, startTensorFlow, tf } from "../../../lib/engine/tensorflow.ts";
import { disposeTree } from "../../../lib/engine/tree.ts";
import { evaluator } from "../../../lib/evaluation/evaluator.ts";
import { cssr } from "../../../lib/evaluation/scores/cssr.ts";
import { Interrupted } from "../../../lib/files/task.ts";
import type { Method } from "../../../lib/methods/method.ts";
import { pcssr } from "../../../lib/methods/pcssr.ts";
import { rcssr } from "../../../lib/methods/rcssr.ts";
import { initialNetwork, type Network } from "../../../lib/training/step.ts";

await startTensorFlow();
const { binding } = engine();
const [CLASSES, SIDE, PIXELS] = [3, 32, 32 * 32 * 3];
const narrow = classifier32({ width: 0.0625 });
/** With larger kernels, so that features are around 1 without training. */
const backbone: Backbone = {
  ...narrow,
  init(random) {
    const drawn = narrow.init(random);
    for (const { kernel } of Object.values(drawn.params)) kernel.data = kernel.data.map((value) => 8 * value);
    return drawn;
  },
};
const recipe = { normalisation: UNIT, precision: "float32" } as const;

/** Noise of unlike contrast. */
function imagesOf(n: number, seed: number): ImageSet {
  const random = stream(seed, "images");
  const images = Uint8Array.from(
    { length: n * PIXELS },
    (_, i) => random.int(256) * (Math.floor(i / PIXELS) % 7 + 1) / 7,
  );
  const labels = Int32Array.from({ length: n }, (_, i) => i % CLASSES);
  return { name: "test", side: SIDE, images, labels, index: Int32Array.from(labels, (_, i) => i) };
}

for (const method of [pcssr, rcssr]) {
  Deno.test(`${method.name}: the score of every image is that of the equations, whatever shares its pass`, async () => {
    const network = initialNetwork(backbone, method, CLASSES, stream(0, "init"));
    const run = evaluator(backbone, method, recipe, network);
    const [training, test] = [imagesOf(123, 1), imagesOf(105, 2)]; // passes of 100, and of 23 and 5
    await run.logits(test);
    const held = binding.getNumOfTensors();
    const scores = await (await cssr.fit(run, training))(test);
    assertEquals(binding.getNumOfTensors(), held);
    const expected = byEquations(method, network, training, test);
    scores.forEach((score, i) => assertAlmostEquals(score, expected[i], 1e-4)); // of numbers around 1
    disposeTree(network);
  });
}

Deno.test("a stop in the midst of CSSR's score frees what it holds", async () => {
  const network = initialNetwork(backbone, pcssr, CLASSES, stream(0, "init"));
  await evaluator(backbone, pcssr, recipe, network).logits(imagesOf(1, 1));
  const held = binding.getNumOfTensors();
  const run = evaluator(backbone, pcssr, recipe, network, AbortSignal.abort());
  await assertRejects(() => cssr.fit(run, imagesOf(3, 1)), Interrupted);
  assertEquals(binding.getNumOfTensors(), held);
  disposeTree(network);
});

/** A feature map as cells of channels, the predicted class, and what the method says of its cells. */
interface Seen {
  cells: number[][];
  predicted: number;
  s0: number;
}

/** The equations of cssr.ts, image after image. */
function byEquations(method: Method, network: Network, training: ImageSet, test: ImageSet): number[] {
  const train = seenOf(method, network, training), known = seenOf(method, network, test);
  const channels = train[0].cells[0].length;
  const range = [...Array(channels).keys()], classes = [...Array(CLASSES).keys()];
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / (values.length || 1);
  const gram = ({ cells }: Seen) =>
    range.flatMap((i) => range.map((j) => cells.reduce((sum, f) => sum + f[i] ** 8 * f[j] ** 8, 0) ** (1 / 8)));
  const grams = train.map(gram);
  const of = (k: number) => train.flatMap(({ predicted }, m) => predicted === k ? [m] : []);
  const A = classes.map((k) =>
    range.map((i) => mean(of(k).map((m) => mean(train[m].cells.map((f) => Math.abs(f[i]))))))
  );
  const P = A.map((a) => a.map((value, i) => value / classes.reduce((sum, k) => sum + A[k][i], 0)));
  const B = classes.map((k) =>
    range.flatMap((i) => range.map((j) => mean(of(k).map((m) => grams[m][i * channels + j]))))
  );
  const parts = (seen: Seen) => [
    seen.s0,
    mean(seen.cells.map((f) => mean(range.map((i) => P[seen.predicted][i] * f[i])))),
    gram(seen).reduce((sum, g, at) => sum + g * B[seen.predicted][at], 0),
  ];
  const seen = train.map(parts);
  const spread = [0, 1, 2].map((part) => {
    const middle = mean(seen.map((s) => s[part]));
    return { middle, deviation: Math.sqrt(mean(seen.map((s) => (s[part] - middle) ** 2))) };
  });
  return known.map((one) =>
    parts(one).reduce((sum, s, part) => sum + (s - spread[part].middle) / (spread[part].deviation + 1e-8), 0)
  );
}

function seenOf(method: Method, { params, state }: Network, set: ImageSet): Seen[] {
  const n = set.labels.length;
  const { cells, classes, s0 } = tf.tidy(() => {
    const images = tf.tensor4d(Float32Array.from(set.images, (v) => v / 255), [n, SIDE, SIDE, 3]);
    const { map, feature } = backbone.apply(params.backbone, state, images, { training: false });
    const predicted = tf.argMax(method.logits(params.method, { map, feature }), 1) as tf.Tensor1D;
    const s0 = tf.mean(method.cellScore!(params.method, map, predicted), [1, 2]);
    return { cells: tf.reshape(map, [n, -1, map.shape[3]]), classes: predicted, s0 };
  });
  const maps = cells.arraySync() as number[][][];
  const seen = maps.map((cells, i) => ({ cells, predicted: classes.dataSync()[i], s0: s0.dataSync()[i] }));
  tf.dispose([cells, classes, s0]);
  return seen;
}
