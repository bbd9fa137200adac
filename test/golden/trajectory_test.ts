/** Whole training steps against the reference's: forward pass, loss, gradients, batch statistics and optimiser together. */
import { classifier32 } from "../../lib/backbones/classifier32.ts";
import { EVALUATION } from "../../lib/backbones/layers.ts";
import { jit } from "../../lib/engine/jit.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import { sgd } from "../../lib/training/optimiser.ts";
import { type Network, toTensors, trainingStep } from "../../lib/training/step.ts";
import { formulaClassifier32 } from "./classifier32_weights.ts";
import { formulaWeights, type ListedArray, trajectoryImages } from "./formula.ts";
import { Comparison, golden, type GoldenArray } from "./golden.ts";
import { handedBack, learnedParameters, METHODS, POINTS } from "./methods.ts";

interface Case {
  loss_name: string;
  losses: GoldenArray;
  feature_after: GoldenArray;
  logits_after: GoldenArray;
  running_mean_last_after: GoldenArray;
  points_after: GoldenArray;
  radius_after?: number;
}

const file = await golden<{
  seed: number;
  classes: number;
  steps: number;
  batch: number;
  learning_rate: number;
  momentum: number;
  weight_decay: number;
  points: GoldenArray;
  cases: Case[];
}>("trajectory");
const { models } = await golden<{ models: { name: string; arrays: ListedArray[] }[] }>("backbones");
const { arrays } = models.find(({ name }) => name === "classifier32")!;
const SIDE = 32;
const FC = 200; // k of fc.weight in this file
const compared = new Comparison("trajectory.json");
await startTensorFlow();

for (const c of file.cases) {
  Deno.test(`${file.steps} steps of ${c.loss_name} go as the reference's`, () => {
    const method = METHODS[c.loss_name];
    const points = POINTS[c.loss_name];
    const drawn = formulaClassifier32(arrays, file.seed);
    const width = drawn.params.conv9.gamma.shape[0];
    const fc: ListedArray = {
      name: "fc",
      kind: "linear",
      shape: [file.classes, width],
      target_shape: [file.classes, width],
    };
    const learned = learnedParameters(c.loss_name, {
      weight: formulaWeights(fc, FC, file.seed),
      points: file.points,
      radius: "radius_after" in c ? 0 : undefined,
    });
    const params = { backbone: drawn.params, method: learned };
    const optimiser = { momentum: file.momentum, weightDecay: file.weight_decay, nesterov: false };
    let network: Network = toTensors({ params, state: drawn.state, moments: sgd(optimiser).init(params) });

    const backbone = classifier32({ dropout: 0 });
    const step = trainingStep(backbone, method, { optimiser, precision: "float32" });
    const losses: number[] = [];
    for (let t = 0; t < file.steps; t++) {
      const input = { ...batch(t), rate: tf.scalar(file.learning_rate), seed: tf.tensor1d([0, t], "int32") };
      const result = step(network, input);
      losses.push(result.loss.dataSync()[0]);
      disposeTree({ network, input, loss: result.loss, correct: result.correct });
      network = result.network;
    }
    const evaluate = jit(({ params, state }: Network, images: tf.Tensor4D) => {
      const { map, feature } = backbone.apply(params.backbone, state, images, EVALUATION);
      return { feature, handedBack: handedBack(method, method.logits(params.method, { map, feature })) };
    });
    const after = evaluate(network, batch(0).images);

    const loose = c.loss_name === "Softmax" || c.loss_name === "ARPLoss" ? 1e-1 : 1e-3;
    const learnedAfter = network.params.method;
    compared.array(`${c.loss_name} losses`, losses, c.losses, 2e-3);
    compared.array(`${c.loss_name} feature_after`, after.feature.dataSync(), c.feature_after, loose);
    compared.array(`${c.loss_name} logits_after`, after.handedBack.dataSync(), c.logits_after, loose);
    const mean = network.state.conv9.mean.dataSync();
    compared.array(`${c.loss_name} running_mean_last_after`, mean, c.running_mean_last_after, 2e-3);
    if (points === undefined) return;
    compared.array(`${c.loss_name} points_after`, learnedAfter[points].dataSync(), c.points_after, 2e-3);
    if ("radius_after" in c) {
      compared.scalar(`${c.loss_name} radius_after`, learnedAfter.radius.dataSync()[0], c.radius_after!, 1e-4);
    }
  });
}

Deno.test("golden trajectory.json was compared", () => compared.report());

/** Images and labels of step t. */
function batch(t: number): { images: tf.Tensor4D; labels: tf.Tensor1D } {
  const labels = Int32Array.from({ length: file.batch }, (_, i) => (i + t) % file.classes);
  const images = trajectoryImages(labels, SIDE, t, file.seed);
  return {
    images: tf.tensor4d(images, [file.batch, SIDE, SIDE, 3]),
    labels: tf.tensor1d(labels, "int32"),
  };
}
