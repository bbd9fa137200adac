/** The backbones against PyTorch's, with weights and images by formula: forward, gradients, running statistics. */
import { assert, assertEquals } from "@std/assert";
import { classifier32 } from "../../lib/backbones/classifier32.ts";
import { EVALUATION } from "../../lib/backbones/layers.ts";
import { jit } from "../../lib/engine/jit.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { leavesOf } from "../../lib/engine/tree.ts";
import { softmax } from "../../lib/methods/softmax.ts";
import { lossAndGradients, toTensors } from "../../lib/training/step.ts";
import { formulaClassifier32, placeOf } from "./classifier32_weights.ts";
import { formulaWeights, type ListedArray } from "./formula.ts";
import { Comparison, golden, type GoldenArray } from "./golden.ts";

interface Pass {
  feature_map: {
    shape: number[];
    mean: number;
    std: number;
    values?: GoldenArray;
    first64: GoldenArray;
    mean_of_image: GoldenArray;
    std_of_image: GoldenArray;
  };
  feature: GoldenArray;
  logits: GoldenArray;
}

interface Model {
  name: string;
  side: number;
  arrays: ListedArray[];
  eval: Pass;
  train: Pass;
  objective_of: string;
  objective: number;
  running: { name: string; mean: GoldenArray; variance: GoldenArray }[];
  grad_first_conv: { name: string; kernel: GoldenArray };
  sum_abs_grad: Record<string, number>;
  without_gradient: string[];
}

const file = await golden<{ seed: number; batch: number; models: Model[] }>("backbones");
const compared = new Comparison("backbones.json");
await startTensorFlow();

for (const model of file.models) {
  if (!model.name.startsWith("classifier32")) {
    console.log(`backbones.json: ${model.name} is not there yet, its values are not compared`);
    continue;
  }
  Deno.test(`${model.name} meets the reference's forward pass, gradients and running statistics`, () => {
    const drawn = formulaClassifier32(model.arrays, file.seed);
    const k = model.arrays.findIndex(({ name }) => name === "fc.weight");
    const params = toTensors({
      backbone: drawn.params,
      method: { weight: formulaWeights(model.arrays[k], k, file.seed) },
    });
    const state = toTensors(drawn.state);
    const shape: [number, number, number, number] = [file.batch, model.side, model.side, 3];
    const size = shape.reduce((product, n) => product * n);
    const pixels = Float32Array.from({ length: size }, (_, n) => 0.5 + 0.5 * Math.sin(0.01 * n + file.seed));
    const images = tf.tensor4d(pixels, shape);
    const seed = tf.tensor1d([0, 0], "int32");
    const { apply } = classifier32({ dropout: 0 });

    const evaluate = jit((p: typeof params, s: typeof state, images: tf.Tensor4D) => {
      const { map, feature } = apply(p.backbone, s, images, EVALUATION);
      return { map, feature, logits: softmax.logits(p.method, { map, feature }) };
    });
    comparePass(`${model.name} eval`, evaluate(params, state, images), model.eval, 1e-4);

    const train = jit((p: typeof params, s: typeof state, images: tf.Tensor4D, seed: tf.Tensor1D) =>
      lossAndGradients(p, (p) => {
        const { map, feature, state } = apply(p.backbone, s, images, { training: true, seed });
        const logits = softmax.logits(p.method, { map, feature });
        const loss = tf.mean(tf.square(model.objective_of === "logits" ? logits : feature)) as tf.Scalar;
        return { loss, aside: { map, feature, logits, state } };
      })
    );
    const { loss, gradients, aside } = train(params, state, images, seed);
    comparePass(`${model.name} train`, aside, model.train, 1e-3);
    compared.scalar(`${model.name} objective`, loss.dataSync()[0], model.objective, 1e-3);

    for (const { name, mean, variance } of model.running) {
      const { layer } = placeOf(`${name}.weight`)!;
      compared.array(`${model.name} ${name} mean`, aside.state[layer].mean.dataSync(), mean, 1e-3);
      compared.array(`${model.name} ${name} variance`, aside.state[layer].variance.dataSync(), variance, 1e-3);
    }

    const gradient = (name: string): tf.Tensor | undefined => {
      if (name === "fc.weight") return gradients.method.weight;
      const place = placeOf(name);
      return place && gradients.backbone[place.layer][place.array];
    };
    const first = model.grad_first_conv;
    compared.array(`${model.name} ${first.name}`, gradient(first.name)!.dataSync(), first.kernel, 5e-3);
    const unused: string[] = [];
    for (const [name, expected] of Object.entries(model.sum_abs_grad)) {
      const ours = gradient(name);
      if (ours === undefined) {
        assertEquals(expected, 0);
        unused.push(name);
      } else {
        const sum = Array.from(ours.dataSync()).reduce((sum, value) => sum + Math.abs(value), 0);
        compared.scalar(`${model.name} sum_abs_grad ${name}`, sum, expected, 5e-3);
      }
    }
    assertEquals(unused, model.without_gradient); // parameters of the reference that ours lacks get no gradient there
    assertEquals(leavesOf(gradients).size + unused.length, Object.keys(model.sum_abs_grad).length);
  });
}

Deno.test("golden backbones.json was compared", () => compared.report());

function comparePass(
  path: string,
  { map, feature, logits }: { map: tf.Tensor; feature: tf.Tensor; logits: tf.Tensor },
  expected: Pass,
  tolerance: number,
): void {
  const { shape, mean, std } = expected.feature_map;
  assertEquals(map.shape, shape);
  const values = map.dataSync();
  const cells = values.length / shape[0];
  const images = Array.from({ length: shape[0] }, (_, i) => values.subarray(i * cells, (i + 1) * cells));
  const ofAll = moments(values);
  compared.scalar(`${path} mean`, ofAll.mean, mean, tolerance);
  compared.scalar(`${path} std`, ofAll.std, std, tolerance);
  if ("values" in expected.feature_map) {
    compared.array(`${path} values`, values, expected.feature_map.values!, tolerance);
  } else {
    const { first64, mean_of_image, std_of_image } = expected.feature_map;
    const count = first64.shape[1];
    assert(count <= cells);
    compared.array(`${path} first64`, images.flatMap((image) => [...image.subarray(0, count)]), first64, tolerance);
    compared.array(`${path} mean_of_image`, images.map((image) => moments(image).mean), mean_of_image, tolerance);
    compared.array(`${path} std_of_image`, images.map((image) => moments(image).std), std_of_image, tolerance);
  }
  compared.array(`${path} feature`, feature.dataSync(), expected.feature, tolerance);
  compared.array(`${path} logits`, logits.dataSync(), expected.logits, tolerance);
}

function moments(values: ArrayLike<number>): { mean: number; std: number } {
  const n = values.length;
  const mean = Array.from(values).reduce((sum, v) => sum + v, 0) / n;
  return { mean, std: Math.sqrt(Array.from(values).reduce((sum, v) => sum + (v - mean) ** 2, 0) / n) };
}
