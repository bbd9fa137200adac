/** Class activation maps against the standard definition (`cam` in `backmix.json`). */
import { classActivationMaps } from "../../lib/backmix/cam.ts";
import { layersModelCam } from "../../lib/backmix/layers_model.ts";
import { jit } from "../../lib/engine/jit.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { softmax } from "../../lib/methods/softmax.ts";
import { toTensors } from "../../lib/training/step.ts";
import { arrayOf, Comparison, golden, type GoldenArray } from "./golden.ts";
import { hostArray } from "./methods.ts";

interface Case {
  name: string;
  feature_map: GoldenArray;
  weight: GoldenArray;
  labels: GoldenArray | number[];
  raw: GoldenArray;
  map8: GoldenArray;
}

const { cam } = await golden<{ cam: Case[] }>("backmix");
const compared = new Comparison("backmix.json, cam");
await startTensorFlow();

for (const c of cam) {
  Deno.test(`the class activation maps of a ${c.name} feature map are those of the definition`, () => {
    const { map, weight } = toTensors({ map: hostArray(c.feature_map), weight: hostArray(c.weight) });
    const labels = Array.isArray(c.labels) ? Float64Array.from(c.labels) : arrayOf(c.labels);
    const run = jit((map: tf.Tensor4D, weight: tf.Tensor, label: tf.Tensor1D) => {
      const evidence = softmax.evidence({ weight }, map, label);
      return { evidence, maps: classActivationMaps(evidence) };
    });
    const { evidence, maps } = run(map as tf.Tensor4D, weight, tf.tensor1d(Int32Array.from(labels), "int32"));
    compared.array(`${c.name} raw`, evidence.dataSync(), c.raw, 1e-5);
    compared.array(`${c.name} map8`, maps.dataSync(), c.map8, 1e-5);
  });
}

for (const c of cam) {
  for (const backend of ["tensorflow", "cpu"]) {
    Deno.test(`a layers model's maps of a ${c.name} feature map are those of the definition on ${backend}`, async () => {
      await tf.setBackend(backend);
      const [classes, channels] = c.weight.shape;
      const [, height, width] = c.feature_map.shape;
      const { map, weight } = toTensors({ map: hostArray(c.feature_map), weight: hostArray(c.weight) });
      const model = tf.sequential({
        layers: [
          tf.layers.globalAveragePooling2d({ inputShape: [height, width, channels] }),
          tf.layers.dense({ units: classes, useBias: false, weights: [tf.transpose(weight)] }),
        ],
      });
      const labels = Array.isArray(c.labels) ? c.labels : [...arrayOf(c.labels)];
      const maps = layersModelCam(model)(map as tf.Tensor4D, labels);
      await tf.setBackend("tensorflow");
      compared.array(`${c.name} map8 of a layers model, ${backend}`, maps, c.map8, 1e-5);
    });
  }
}

Deno.test("golden backmix.json's cam was compared", () => compared.report());
