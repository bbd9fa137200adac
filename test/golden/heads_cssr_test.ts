/** Linear, PCSSR and RCSSR against CSSR's code: logits of cells, probabilities, loss, gradients, clipped cells. */
import { jit, type Precision } from "../../lib/engine/jit.ts";
import { processor } from "../../lib/engine/library_machine.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { linear } from "../../lib/methods/linear.ts";
import { targetOf } from "../../lib/methods/method.ts";
import { lossAndGradients, toTensors } from "../../lib/training/step.ts";
import { arrayOf, Comparison, golden, type GoldenArray } from "./golden.ts";
import { cellLogitsOf, headParameters, HEADS, type HeadsFile } from "./heads.ts";
import { hostArray } from "./methods.ts";

const file = await golden<HeadsFile>("heads_cssr");
const compared = new Comparison("heads_cssr.json");
const bfloat16 = new Comparison("heads_cssr.json in bfloat16");
const TOLERANCE = 1e-4;
const BFLOAT16_TOLERANCE = 3e-2;
await startTensorFlow();

/** What training computes of a map, and the logits of each class in each cell. */
function judged(name: string, map: GoldenArray, labels: GoldenArray, precision: Precision = "float32") {
  const method = HEADS[name];
  const params = toTensors({ map: hostArray(map), method: headParameters(name, file) });
  const label = tf.tensor1d(Int32Array.from(arrayOf(labels)), "int32");
  const run = jit((p: typeof params, label: tf.Tensor1D) =>
    lossAndGradients(p, ({ map, method: learned }) => {
      const seen = { map: map as tf.Tensor4D, feature: tf.mean(map, [1, 2]) as tf.Tensor2D };
      const logits = method.logits(learned, seen);
      const target = targetOf(label, file.classes);
      const cells = cellLogitsOf(name, learned, seen.map);
      return {
        loss: method.loss(learned, { ...seen, logits, label, target }),
        aside: { cells, probabilities: tf.softmax(logits), predicted: tf.argMax(logits, 1) },
      };
    }), { precision });
  return run(params, label);
}

for (const head of file.heads) {
  const { name } = head;
  Deno.test(`${name} meets the reference's logits, probabilities, loss and gradients`, () => {
    const { loss, gradients, aside } = judged(name, file.feature_map, file.labels);
    compared.array(`${name} logits`, aside.cells.dataSync(), head.logits, TOLERANCE);
    compared.array(`${name} probabilities`, aside.probabilities.dataSync(), head.probabilities, TOLERANCE);
    compared.equal(`${name} pred`, aside.predicted.dataSync(), head.pred);
    compared.scalar(`${name} loss`, loss.dataSync()[0], head.loss, TOLERANCE);
    compared.array(`${name} grad_feature_map`, gradients.map.dataSync(), head.grad_feature_map, TOLERANCE);
    if (HEADS[name] === linear) {
      const transposed = tf.transpose(gradients.method.weight).dataSync(); // [c, C]
      compared.array(`${name} grad_linear_kernel`, transposed, head.grad_linear_kernel, TOLERANCE);
      return;
    }
    const first = (all: tf.Tensor) => tf.slice(all, 0, 1).dataSync();
    const { encoders, decoders } = gradients.method;
    compared.array(`${name} grad_encoder_kernel_0`, first(encoders), head.grad_encoder_kernel_0, TOLERANCE);
    compared.array(`${name} grad_decoder_kernel_0`, first(decoders), head.grad_decoder_kernel_0, TOLERANCE);
  });

  if (HEADS[name] !== linear) {
    Deno.test(`${name}: no gradient flows through a clipped cell`, () => {
      const { loss, gradients, aside } = judged(name, file.clip_map, file.clip_labels);
      const { clip } = head;
      compared.array(`${name} clip logits`, aside.cells.dataSync(), clip.logits, TOLERANCE);
      compared.array(`${name} clip probabilities`, aside.probabilities.dataSync(), clip.probabilities, TOLERANCE);
      compared.scalar(`${name} clip loss`, loss.dataSync()[0], clip.loss, TOLERANCE);
      compared.array(`${name} clip grad_feature_map`, gradients.map.dataSync(), clip.grad_feature_map, TOLERANCE);
    });
  }

  Deno.test({
    name: `${name} in bfloat16 meets the reference's logits, probabilities and loss`,
    ignore: !processor().avx512Bf16,
    fn() {
      const { loss, aside } = judged(name, file.feature_map, file.labels, "bfloat16");
      bfloat16.array(`${name} logits`, aside.cells.dataSync(), head.logits, BFLOAT16_TOLERANCE);
      bfloat16.array(`${name} probabilities`, aside.probabilities.dataSync(), head.probabilities, BFLOAT16_TOLERANCE);
      bfloat16.scalar(`${name} loss`, loss.dataSync()[0], head.loss, BFLOAT16_TOLERANCE);
    },
  });
}

Deno.test("golden heads_cssr.json was compared", () => {
  compared.report();
  if (processor().avx512Bf16) bfloat16.report();
  else console.log("heads_cssr.json: not compared in bfloat16, this processor has no AVX512_BF16");
});
