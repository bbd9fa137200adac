/** Softmax, GCPL, RPL, ARPL and the confusion loss of ARPL+CS against ARPL's code: logits, loss, and gradients for features and parameters. */
import { jit } from "../../lib/engine/jit.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { arplCs } from "../../lib/methods/arpl_cs.ts";
import { targetOf } from "../../lib/methods/method.ts";
import { lossAndGradients, toTensors } from "../../lib/training/step.ts";
import { arrayOf, Comparison, golden, type GoldenArray } from "./golden.ts";
import { handedBack, hostArray, learnedParameters, METHODS, POINTS, seenOf } from "./methods.ts";

interface Case {
  loss_name: string;
  options: string;
  temp: number;
  weight_pl: number;
  radius?: number;
  logits: GoldenArray;
  loss: number;
  grad_features: GoldenArray;
  grad_points: GoldenArray;
  grad_radius: number;
  fc_output: GoldenArray;
  grad_fc_weight: GoldenArray;
}

const file = await golden<{
  features: GoldenArray;
  labels: GoldenArray;
  points: GoldenArray;
  fc_weight: GoldenArray;
  cases: Case[];
  points_far: GoldenArray;
  fake_cases: {
    name: string;
    features_times: number;
    fake_loss: number;
    grad_features: GoldenArray;
    grad_points: GoldenArray;
  }[];
}>("losses_arpl");
const compared = new Comparison("losses_arpl.json");
const TOLERANCE = 1e-4;
await startTensorFlow();

for (const c of file.cases) {
  const name = `${c.loss_name} with options ${c.options}`;
  Deno.test(`${name} meets the reference's logits, loss and gradients`, () => {
    const method = METHODS[c.loss_name];
    const points = POINTS[c.loss_name];
    const learned = learnedParameters(c.loss_name, {
      weight: hostArray(file.fc_weight),
      points: file.points,
      radius: "radius" in c ? c.radius : undefined,
    });
    const params = toTensors({ feature: hostArray(file.features), method: learned });
    const label = tf.tensor1d(Int32Array.from(arrayOf(file.labels)), "int32");
    const options = { temperature: c.temp, pull: c.weight_pl, bound: c.weight_pl };

    const run = jit((p: typeof params, label: tf.Tensor1D) =>
      lossAndGradients(p, ({ feature, method: learned }) => {
        const seen = seenOf(feature as tf.Tensor2D);
        const logits = method.logits(learned, seen);
        const target = targetOf(label, logits.shape[1]);
        const loss = method.loss(learned, { ...seen, logits, label, target }, options);
        return { loss, aside: { logits, handedBack: handedBack(method, logits) } };
      })
    );
    const { loss, gradients, aside } = run(params, label);
    compared.array(`${name} logits`, aside.handedBack.dataSync(), c.logits, TOLERANCE);
    compared.scalar(`${name} loss`, loss.dataSync()[0], c.loss, TOLERANCE);
    compared.array(`${name} grad_features`, gradients.feature.dataSync(), c.grad_features, TOLERANCE);
    if (points === undefined) {
      compared.array(`${name} fc_output`, aside.logits.dataSync(), c.fc_output, TOLERANCE);
      compared.array(`${name} grad_fc_weight`, gradients.method.weight.dataSync(), c.grad_fc_weight, TOLERANCE);
      return;
    }
    compared.array(`${name} grad_points`, gradients.method[points].dataSync(), c.grad_points, TOLERANCE);
    if ("radius" in c) {
      compared.scalar(`${name} grad_radius`, gradients.method.radius.dataSync()[0], c.grad_radius, TOLERANCE);
    }
  });
}

for (const { name, ...c } of file.fake_cases) {
  Deno.test(`the confusion loss of ARPL+CS meets the reference's (${name})`, () => {
    const points = hostArray(name === "far" ? file.points_far : file.points);
    const feature = hostArray(file.features);
    feature.data = feature.data.map((value) => value * c.features_times);
    const run = jit((p: { feature: tf.Tensor; points: tf.Tensor }) =>
      lossAndGradients(p, ({ feature, points }) => ({
        loss: arplCs.confusion!.loss({ points }, seenOf(feature as tf.Tensor2D)),
        aside: {},
      }))
    );
    const { loss, gradients } = run(toTensors({ feature, points }));
    compared.scalar(`${name} fake_loss`, loss.dataSync()[0], c.fake_loss, TOLERANCE);
    compared.array(`${name} fake grad_features`, gradients.feature.dataSync(), c.grad_features, 1e-3);
    compared.array(`${name} fake grad_points`, gradients.points.dataSync(), c.grad_points, 1e-3);
  });
}

Deno.test("golden losses_arpl.json was compared", () => compared.report());
