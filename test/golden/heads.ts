/** CSSR's heads as `heads_cssr.json` has them, and as our methods take them. */
import type { HostArray } from "../../lib/engine/host_array.ts";
import { tf } from "../../lib/engine/tensorflow.ts";
import { type AutoEncoders, cellLogits, ownCellLogits } from "../../lib/methods/auto_encoders.ts";
import { linear } from "../../lib/methods/linear.ts";
import type { Method } from "../../lib/methods/method.ts";
import { pcssr } from "../../lib/methods/pcssr.ts";
import { rcssr } from "../../lib/methods/rcssr.ts";
import { arrayOf, type GoldenArray } from "./golden.ts";
import { hostArray } from "./methods.ts";

/** By the golden file's names. */
export const HEADS: Record<string, Method> = { linear, pcssr, rcssr };

/** `heads_cssr.json`. */
export interface HeadsFile {
  classes: number;
  feature_map: GoldenArray;
  labels: GoldenArray;
  linear_kernel: GoldenArray;
  encoder_kernels: GoldenArray;
  decoder_kernels: GoldenArray;
  train_maps: GoldenArray;
  train_batches: number[];
  statistics_maps: GoldenArray;
  clip_map: GoldenArray;
  clip_labels: GoldenArray;
  heads: Head[];
}

/** One head's numbers. */
export interface Head {
  name: string;
  loss: number;
  grad_feature_map: GoldenArray;
  grad_linear_kernel: GoldenArray;
  grad_encoder_kernel_0: GoldenArray;
  grad_decoder_kernel_0: GoldenArray;
  logits: GoldenArray;
  probabilities: GoldenArray;
  clip: { loss: number; logits: GoldenArray; probabilities: GoldenArray; grad_feature_map: GoldenArray };
  pred: GoldenArray;
  train_pred: GoldenArray;
  R0: GoldenArray;
  R1: GoldenArray;
  R2: GoldenArray;
  R3: GoldenArray;
  R4: GoldenArray;
  prototypes: GoldenArray;
  gram_means_diagonal: GoldenArray;
  S: GoldenArray;
  S_statistics_mean: GoldenArray;
  S_statistics_std: GoldenArray;
  final_score: GoldenArray;
}

/** A head's parameters: the auto-encoders, or the linear layer `[C, c]`. */
export function headParameters(name: string, file: HeadsFile): Record<string, HostArray> {
  const squeezed = (kernels: GoldenArray) => ({
    ...hostArray(kernels),
    shape: [kernels.shape[0], ...kernels.shape.slice(3)], // [C, 1, 1, from, to]
  });
  if (HEADS[name] === linear) return { weight: transposed(file.linear_kernel) };
  return { encoders: squeezed(file.encoder_kernels), decoders: squeezed(file.decoder_kernels) };
}

/** The logit of every class in every cell, `[N, h, w, C]`. */
export function cellLogitsOf(name: string, params: Record<string, tf.Tensor>, map: tf.Tensor4D): tf.Tensor4D {
  if (HEADS[name] === linear) {
    const [batch] = map.shape;
    const one = (k: number) => linear.evidence(params, map, tf.fill([batch], k, "int32"));
    return tf.stack(Array.from({ length: params.weight.shape[0] }, (_, k) => one(k)), 3) as tf.Tensor4D;
  }
  return cellLogits(params as unknown as AutoEncoders<tf.Tensor>, map, signOf(name));
}

/** The logit of each image's class in every cell, `[N, h, w]`. */
export function ownLogitsOf(name: string, params: Record<string, tf.Tensor>, map: tf.Tensor4D, label: tf.Tensor1D) {
  if (HEADS[name] === linear) return linear.evidence(params, map, label);
  return ownCellLogits(params as unknown as AutoEncoders<tf.Tensor>, map, label, signOf(name));
}

function signOf(name: string): 1 | -1 {
  return HEADS[name] === pcssr ? -1 : 1;
}

/** From `[1, 1, from, to]` to `[to, from]`. */
function transposed(kernel: GoldenArray): HostArray {
  const [, , from, to] = kernel.shape;
  const data = arrayOf(kernel);
  return {
    shape: [to, from],
    data: Float32Array.from({ length: data.length }, (_, i) => data[(i % from) * to + Math.floor(i / from)]),
  };
}
