import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { CENTRED } from "../../lib/augment/pixels.ts";
import { classifier32 } from "../../lib/backbones/classifier32.ts";
import { backboneOf } from "../../lib/backbones/table.ts";
import { discriminate } from "../../lib/backbones/discriminator.ts";
import { generate } from "../../lib/backbones/generator.ts";
import { stream } from "../../lib/engine/streams.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { leavesOf } from "../../lib/engine/tree.ts";
import { mapsOf } from "../../lib/evaluation/maps.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { arpl } from "../../lib/methods/arpl.ts";
import { arplCs } from "../../lib/methods/arpl_cs.ts";
import { checkGenerator, drawNoise, initialConfusion } from "../../lib/training/confusing_step.ts";
import { optimiserOf } from "../../lib/training/optimiser.ts";
import { trainingPasses } from "../../lib/training/passes.ts";
import { initialNetwork, type Network, type StepInput } from "../../lib/training/step.ts";

await startTensorFlow();

const BATCH = 6;
const CLASSES = 3;
const backbone = classifier32({ width: 0.125 });
const recipe = {
  optimiser: { momentum: 0.9, weightDecay: 1e-4, nesterov: false },
  normalisation: CENTRED,
  precision: "float32",
} as const;
const [confusing, plain] = trainingPasses(backbone, arplCs, recipe);
const random = stream(0, "confusing_step_test");
const pixels = () =>
  tf.tensor4d(Float32Array.from({ length: BATCH * 32 * 32 * 3 }, () => random.uniform() * 4 - 2), [BATCH, 32, 32, 3]);
const input: StepInput = {
  images: pixels(),
  labels: tf.tensor1d([0, 1, 2, 1, 0, 2], "int32"),
  rate: tf.scalar(0.05),
  seed: tf.tensor1d([5, 6], "int32"),
};
const optimiser = optimiserOf(recipe.optimiser);
const network: Network = {
  ...initialNetwork(backbone, arplCs, CLASSES, stream(0, "init"), optimiser),
  confusion: initialConfusion(backbone, arplCs.confusion!, optimiser, { side: 32, width: 1 / 16 }, stream(0, "gan")),
};

/** Which parts of a network differ from what they were: its paths down to `params`, `state` or `moments`. */
function movedParts(after: Network, from = network): string[] {
  const before = leavesOf<tf.Tensor>(from);
  const moved = [...leavesOf<tf.Tensor>(after)].filter(([path, tensor]) => {
    const old = before.get(path)!.dataSync();
    return tensor.dataSync().some((value, i) => value !== old[i]);
  });
  return [...new Set(moved.map(([path]) => path.match(/^(confusion\.\w+\.)?\w+/)![0]))].sort();
}

const OWN = ["moments", "params", "state"];
const ALL = ["auxiliary", "discriminator", "generator"].flatMap((part) =>
  OWN.map((tree) => `confusion.${part}.${tree}`)
);

Deno.test("an epoch goes over the images twice: once with generated images, once plainly; other methods once", () => {
  assertEquals(movedParts(confusing(network, input).network), [...ALL, ...OWN]);
  assertEquals(movedParts(plain(network, input).network), OWN);
  assertEquals(trainingPasses(backbone, arpl, recipe).length, 1);
});

Deno.test("a plain step is ARPL's to the bit", () => {
  const [step] = trainingPasses(backbone, arpl, recipe);
  const { confusion: _, ...own } = network;
  const expected = leavesOf<tf.Tensor>(step(own, input).network);
  const ours = leavesOf<tf.Tensor>(plain(network, input).network);
  for (const [path, tensor] of expected) assertEquals(ours.get(path)!.dataSync(), tensor.dataSync(), path);
});

Deno.test("what the classifier sees of real images is what it sees in a plain step", () => {
  const withGenerated = confusing(network, input), without = plain(network, input);
  const { classification, classifierConfusion } = withGenerated.terms!;
  assertAlmostEquals(classification.dataSync()[0], without.loss.dataSync()[0], 1e-5);
  assertEquals(withGenerated.correct.dataSync(), without.correct.dataSync());
  const total = classification.dataSync()[0] + 0.1 * classifierConfusion.dataSync()[0];
  assertAlmostEquals(withGenerated.loss.dataSync()[0], total, 1e-5);
  const { state } = withGenerated.network;
  for (const [path, tensor] of leavesOf<tf.Tensor>(without.network.state)) {
    const ours = leavesOf<tf.Tensor>(state).get(path)!.dataSync();
    tensor.dataSync().forEach((value, i) => assertAlmostEquals(ours[i], value, 1e-4, path));
  }
});

Deno.test("generated images are normalised as the recipe normalises real ones", () => {
  const { generator, discriminator } = network.confusion!;
  const { first } = drawNoise(BATCH, arplCs.confusion!.noise, input.seed);
  const { images } = generate(generator.params, generator.state, first, true);
  const normalised = tf.div(tf.sub(images, 0.5), 0.25) as tf.Tensor4D; // CENTRED
  const { logit } = discriminate(discriminator.params, discriminator.state, normalised, true);
  const expected = tf.mean(tf.softplus(logit)).dataSync()[0]; // mean of -log(1 - sigmoid(logit))
  assertAlmostEquals(confusing(network, input).terms!.discriminatorFake.dataSync()[0], expected, 1e-5);
});

Deno.test("equal steps give equal bits, another seed other noise", () => {
  const kernel = (seed: number[]) => {
    const { network: after } = confusing(network, { ...input, seed: tf.tensor1d(seed, "int32") });
    return after.confusion!.generator.params.image.kernel.dataSync();
  };
  assertEquals(kernel([5, 6]), kernel([5, 6]));
  assert(kernel([5, 6]).join() !== kernel([5, 7]).join());
});

Deno.test("noise is normal, and that of the classifier another than that of the generator", () => {
  const { first, second } = drawNoise(200, 100, tf.tensor1d([1, 2], "int32"));
  const values = [...first.dataSync(), ...second.dataSync()];
  const n = values.length; // 40,000: standard errors of mean and of mean square are 0.005 and 0.007
  assertAlmostEquals(values.reduce((sum, x) => sum + x, 0) / n, 0, 0.025);
  assertAlmostEquals(values.reduce((sum, x) => sum + x * x, 0) / n, 1, 0.035);
  const product = values.slice(0, n / 2).reduce((sum, x, i) => sum + x * values[n / 2 + i], 0) / (n / 2);
  assertAlmostEquals(product, 0, 0.035);
});

Deno.test("the maps of a step are those of the classifier before it, with its own normalisations", () => {
  const raw = pixels();
  const { maps } = confusing(network, { ...input, raw });
  const expected = mapsOf(backbone, arplCs, network, raw, input.labels).dataSync();
  maps!.dataSync().forEach((value, i) => assertAlmostEquals(value, expected[i], 1e-4));
});

for (
  const [name, side] of [["wide_resnet40_4", 32], ["resnet34", 32], ["resnet18", 64], ["classifier32", 64]] as const
) {
  Deno.test(`ARPL+CS moves all parts of ${name} at ${side} px`, () => {
    const backbone = backboneOf({ name, width: 1 / 16, dropout: 0 });
    const before: Network = {
      ...initialNetwork(backbone, arplCs, CLASSES, stream(0, "init"), optimiser),
      confusion: initialConfusion(backbone, arplCs.confusion!, optimiser, { side, width: 1 / 32 }, stream(0, "gan")),
    };
    const values = Float32Array.from({ length: BATCH * side * side * 3 }, () => random.uniform() * 4 - 2);
    const images = tf.tensor4d(values, [BATCH, side, side, 3]);
    const [confusing] = trainingPasses(backbone, arplCs, recipe);
    const after = confusing(before, { ...input, images, raw: images });
    assert(Number.isFinite(after.loss.dataSync()[0]));
    assertEquals(movedParts(after.network, before), [...ALL, ...OWN]);
    assertEquals(after.maps!.shape, [BATCH, 8, 8]);
  });
}

Deno.test("a side that there is no generator for is refused with those that there are", () => {
  checkGenerator(arpl, 48);
  for (const side of [32, 64]) checkGenerator(arplCs, side);
  const { message } = assertThrows(() => checkGenerator(arplCs, 48), UserError);
  assertEquals(message, "arpl_cs: there is no generator for images of 48 px. It works with 32 and 64 px.");
});
