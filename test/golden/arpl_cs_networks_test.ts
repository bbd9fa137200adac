/** ARPL+CS's three networks, and its confusion loss through them, against ARPL's code. */
import { assertEquals } from "@std/assert";
import { withAuxiliary } from "../../lib/backbones/auxiliary.ts";
import type { Layers } from "../../lib/backbones/backbone.ts";
import { discriminate } from "../../lib/backbones/discriminator.ts";
import { generate } from "../../lib/backbones/generator.ts";
import { EVALUATION } from "../../lib/backbones/layers.ts";
import { jit } from "../../lib/engine/jit.ts";
import { processor } from "../../lib/engine/library_machine.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { leavesOf } from "../../lib/engine/tree.ts";
import { softmax } from "../../lib/methods/softmax.ts";
import { lossAndGradients, toTensors } from "../../lib/training/step.ts";
import {
  backbone,
  batch,
  compareGenerated,
  drawn,
  file,
  method,
  noise,
  placeOfNormalisation,
  type Running,
  SIDE,
  type Sums,
} from "./arpl_cs.ts";
import { type Place, placeOf } from "./arpl_cs_weights.ts";
import { compareMap } from "./compare_map.ts";
import { formulaWeights } from "./formula.ts";
import { Comparison } from "./golden.ts";
import { hostArray, seenOf } from "./methods.ts";

const compared = new Comparison("arpl_cs.json, networks");
await startTensorFlow();

const networks = toTensors(drawn);
const { own, auxiliary, generator, discriminator } = networks;
const seed = tf.tensor1d([0, 0], "int32");
const training = { training: true, seed } as const;

Deno.test("the generator meets the reference's in both modes, with its gradients and statistics", () => {
  const evaluated = jit((g: typeof generator, noise: tf.Tensor2D) => generate(g.params, g.state, noise, false).images)(
    generator,
    noise(0),
  );
  compareGenerated(compared, "generator eval", evaluated, file.generator.eval, 1e-4);
  const run = jit((g: typeof generator, noise: tf.Tensor2D) =>
    lossAndGradients(g.params, (params) => {
      const { images, state } = generate(params, g.state, noise, true);
      return { loss: tf.mean(tf.square(images)) as tf.Scalar, aside: { images, state } };
    })
  );
  const { loss, gradients, aside } = run(generator, noise(0));
  compareGenerated(compared, "generator train", aside.images, file.generator.train, 1e-4);
  compared.scalar("generator objective", loss.dataSync()[0], file.generator.objective, 1e-3);
  compareSums("generator", "generator", file.generator.sum_abs_grad, { generator: gradients }, 1e-3);
  compareRunning("generator", file.generator.running, { generator: aside.state });
});

Deno.test("the discriminator meets the reference's in both modes, with its gradients and statistics", () => {
  const { images } = batch(0);
  const probability = (d: typeof discriminator, images: tf.Tensor4D) =>
    tf.sigmoid(discriminate(d.params, d.state, images, false).logit);
  const evaluated = jit(probability)(discriminator, images).dataSync();
  compared.array("discriminator eval", evaluated, file.discriminator.eval.probability, 1e-4);
  const run = jit((d: typeof discriminator, images: tf.Tensor4D) =>
    lossAndGradients(d.params, (params) => {
      const { logit, state } = discriminate(params, d.state, images, true);
      const probability = tf.sigmoid(logit);
      return { loss: tf.mean(tf.square(probability)) as tf.Scalar, aside: { probability, state } };
    })
  );
  const { loss, gradients, aside } = run(discriminator, images);
  const { train, objective, sum_abs_grad, running } = file.discriminator;
  compared.array("discriminator train", aside.probability.dataSync(), train.probability, 1e-4);
  compared.scalar("discriminator objective", loss.dataSync()[0], objective, 1e-3);
  compareSums("discriminator", "discriminator", sum_abs_grad, { discriminator: gradients }, 1e-3);
  compareRunning("discriminator", running, { discriminator: aside.state });
});

Deno.test("the classifier meets the reference's with either set of normalisations, and a pass moves only its own", () => {
  const { first_k, arrays } = file.networks.find(({ name }) => name === "classifier")!;
  const k = arrays.findIndex(({ name }) => name === "fc.weight");
  const fc = toTensors({ weight: formulaWeights(arrays[k], first_k + k, file.seed) });
  const { images } = batch(0);
  const sets = [
    { params: own.params, state: own.state },
    { params: withAuxiliary(own.params, auxiliary.params), state: auxiliary.state },
  ];
  const moved: Layers<tf.Tensor>[] = [];
  for (const mode of ["eval", "train"] as const) {
    for (const pass of file.classifier[mode]) {
      const run = jit(({ params, state }: typeof sets[0], images: tf.Tensor4D) =>
        backbone.apply(params, state, images, mode === "train" ? training : EVALUATION)
      );
      const { map, feature, state } = run(sets[pass.set], images);
      const path = `classifier ${mode} set ${pass.set}`;
      const { shape } = map;
      compareMap(compared, `${path} map`, { shape, values: map.dataSync() as Float32Array }, pass.feature_map, {
        all: 1e-4,
      });
      compared.array(`${path} feature`, feature.dataSync(), pass.feature, 1e-4);
      compared.array(`${path} logits`, softmax.logits(fc, { map, feature }).dataSync(), pass.logits, 1e-4);
      if (mode === "train") moved[pass.set] = state;
    }
  }
  compareRunning("classifier", file.classifier.running, { own: moved[0], auxiliary: moved[1] });
});

Deno.test("the confusion loss of generated images meets the reference's, with its gradients", () => {
  const { points } = toTensors({ points: hostArray(file.points) });
  const channels = points.shape[1]!;
  // zeros that are added to images and features: their gradients are those of images and features
  const zeros = { image: tf.zeros([file.batch, SIDE, SIDE, 3]), feature: tf.zeros([file.batch, channels]) };
  const kernels = Object.fromEntries(Object.entries(own.params).map(([layer, { kernel }]) => [layer, { kernel }]));
  const learnt = { generator: generator.params, kernels, auxiliary: auxiliary.params, points, zeros };
  const run = jit((p: typeof learnt, states: Record<string, Layers<tf.Tensor>>, noise: tf.Tensor2D) =>
    lossAndGradients(p, (p) => {
      const { images } = generate(p.generator, states.generator, noise, true);
      const seen = backbone.apply(
        withAuxiliary(p.kernels, p.auxiliary),
        states.auxiliary,
        tf.add(images, p.zeros.image),
        training,
      );
      const feature = tf.add(seen.feature, p.zeros.feature) as tf.Tensor2D;
      const loss = method.confusion.loss({ points: p.points }, seenOf(feature));
      return { loss, aside: { feature } };
    })
  );
  const { loss, gradients, aside } = run(learnt, { generator: generator.state, auxiliary: auxiliary.state }, noise(0));
  const expected = file.confusion;
  compared.scalar("confusion loss", loss.dataSync()[0], expected.loss, 1e-4);
  compared.array("confusion feature", aside.feature.dataSync(), expected.feature, 1e-4);
  compared.array("confusion grad_feature", gradients.zeros.feature.dataSync(), expected.grad_feature, 1e-4);
  compared.array("confusion grad_points", gradients.points.dataSync(), expected.grad_points, 1e-4);
  const { shape } = gradients.zeros.image;
  const values = gradients.zeros.image.dataSync() as Float32Array;
  compareMap(compared, "confusion grad_image", { shape, values }, expected.grad_image, { all: 5e-2 });
  for (const [network, sums] of Object.entries(expected.sum_abs_grad)) {
    compareSums(`confusion ${network}`, network, sums, { ...gradients, own: gradients.kernels }, 5e-3);
  }
});

if (processor().avx512Bf16) {
  Deno.test("in bfloat16 the forward passes in training mode and the confusion loss stay within 3e-2", () => {
    const points = toTensors({ points: hostArray(file.points) });
    const { images } = batch(0);
    const run = jit((n: typeof networks, points: { points: tf.Tensor }, images: tf.Tensor4D, noise: tf.Tensor2D) => {
      const made = generate(n.generator.params, n.generator.state, noise, true).images;
      const { logit } = discriminate(n.discriminator.params, n.discriminator.state, images, true);
      const scales = withAuxiliary(n.own.params, n.auxiliary.params);
      const sets = [[n.own.params, n.own.state], [scales, n.auxiliary.state]] as const;
      const confused = backbone.apply(scales, n.auxiliary.state, made, training);
      return {
        made,
        probability: tf.sigmoid(logit),
        features: sets.map(([params, state]) => backbone.apply(params, state, images, training).feature),
        confusion: method.confusion.loss(points, confused),
      };
    }, { precision: "bfloat16" });
    const { made, probability, features, confusion } = run(networks, points, images, noise(0));
    compareGenerated(compared, "bfloat16 generator", made, file.generator.train, 3e-2);
    compared.array("bfloat16 discriminator", probability.dataSync(), file.discriminator.train.probability, 3e-2);
    for (const { set, feature } of file.classifier.train) {
      compared.array(`bfloat16 classifier set ${set}`, features[set].dataSync(), feature, 3e-2);
    }
    compared.scalar("bfloat16 confusion", confusion.dataSync()[0], file.confusion.loss, 3e-2);
  });
} else {
  console.log("arpl_cs.json: this processor has no AVX512_BF16, bfloat16 is not compared");
}

Deno.test("golden arpl_cs.json was compared, but for its steps", () => compared.report());

type Gradients = Partial<Record<Place["network"], Layers<tf.Tensor>>>;

/** Compares sums of absolute gradients; each of our gradients must be asked for. */
function compareSums(path: string, network: string, sums: Sums, gradients: Gradients, tolerance: number): void {
  const names = file.networks.find(({ name }) => name === network)!.arrays.map(({ name }) => name);
  for (const [name, expected] of Object.entries(sums)) {
    const { network: of, layer, array } = placeOf(network, name, names)!;
    const ours = gradients[of]![layer][array].dataSync();
    const sum = Array.from(ours).reduce((sum, value) => sum + Math.abs(value), 0);
    compared.scalar(`${path} sum_abs_grad ${name}`, sum, expected, tolerance);
  }
  const parts = network === "classifier" ? [gradients.own, gradients.auxiliary] : [gradients[network as "generator"]];
  const count = parts.reduce((count, part) => count + leavesOf(part).size, 0);
  assertEquals(count, Object.keys(sums).length, `${path}: gradients`);
}

function compareRunning(network: string, running: Running, states: Gradients): void {
  for (const { name, mean, variance } of running) {
    const { network: of, layer } = placeOfNormalisation(name);
    const ours = states[of]![layer];
    compared.array(`${network} running ${name} mean`, ours.mean.dataSync(), mean, 1e-4);
    compared.array(`${network} running ${name} variance`, ours.variance.dataSync(), variance, 1e-4);
  }
}
