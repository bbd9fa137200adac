/**
 * The discriminator of ARPL+CS (`Discriminator32` and `Discriminator`, which are the same, in `models/gan.py` of ARPL):
 * how real an image looks. Three 4x4 convolutions with stride 2, one with stride 1 and no padding, a sigmoid, the mean
 * over the cells (one at 32 px, 5x5 at 64 px), a linear layer.
 */
import { constant, type HostArray, normal, uniform } from "../engine/host_array.ts";
import type { Stream } from "../engine/streams.ts";
import { tf } from "../engine/tensorflow.ts";
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from "../engine/tensors.ts";
import type { Layers } from "./backbone.ts";
import { leakyRelu, normalise } from "./layers.ts";

const SLOPE = 0.2;

/**
 * Draws a discriminator: kernels normal with deviation 0.02, scales with the same around 1, the linear layer uniform.
 *
 * @param channels half of the first map's channels; 64 as published
 */
export function initDiscriminator(
  channels: number,
  random: Stream,
): { params: Layers<HostArray>; state: Layers<HostArray> } {
  const [first, second, third, last] = [2, 4, 8, 16].map((multiple) => multiple * channels);
  const kernel = (from: number, to: number) => normal(random, [4, 4, from, to], 0.02);
  const scale = (channels: number) => ({ gamma: normal(random, [channels], 0.02, 1), beta: constant([channels], 0) });
  const bound = 1 / Math.sqrt(last);
  const statistics = (channels: number) => ({ mean: constant([channels], 0), variance: constant([channels], 1) });
  return {
    params: {
      conv1: { kernel: kernel(3, first) },
      conv2: { kernel: kernel(first, second), ...scale(second) },
      conv3: { kernel: kernel(second, third), ...scale(third) },
      conv4: { kernel: kernel(third, last) },
      linear: { weight: uniform(random, [1, last], bound), bias: uniform(random, [1], bound) },
    },
    state: { conv2: statistics(second), conv3: statistics(third) },
  };
}

/**
 * Judges images.
 *
 * @param images `[batch, side, side, 3]`, 32 px or larger
 * @param training whether maps are normalised by the batch's statistics, which then move the running ones
 * @returns `logit` `[batch]`, whose sigmoid is the probability that the image is real, and the running statistics after
 * this pass
 */
export function discriminate(
  params: Layers<Tensor>,
  state: Layers<Tensor>,
  images: Tensor4D,
  training: boolean,
): { logit: Tensor1D; state: Layers<Tensor> } {
  const moved: Layers<Tensor> = {};
  let x = leakyRelu(half(images, params.conv1.kernel as Tensor4D), SLOPE); // [B, side/2, side/2, 2 c]
  for (const name of ["conv2", "conv3"]) { // [B, side/4, side/4, 4 c], [B, side/8, side/8, 8 c]
    const { kernel, gamma, beta } = params[name];
    const { mean, variance } = state[name];
    const { y, running } = normalise(half(x, kernel as Tensor4D), { gamma, beta }, { mean, variance }, training);
    moved[name] = { ...running };
    x = leakyRelu(y, SLOPE);
  }
  const cells = tf.sigmoid(last(x, params.conv4.kernel as Tensor4D)); // [B, side/8 - 3, side/8 - 3, 16 c]
  const { weight, bias } = params.linear;
  const logit = tf.add(tf.matMul(tf.mean(cells, [1, 2]) as Tensor2D, weight as Tensor2D, false, true), bias); // [B, 1]
  return { logit: tf.reshape(logit, [images.shape[0]]), state: moved };
}

/**
 * 4x4 convolution with stride 2 and one row or column of zeros on each side, which is TensorFlow's "SAME" for an even
 * side.
 */
function half(x: Tensor4D, kernel: Tensor4D): Tensor4D {
  return tf.conv2d(x, kernel, 2, "same");
}

/** 4x4 convolution without padding; of a 4x4 map it is a matrix product, as which it is ten times as fast. */
function last(x: Tensor4D, kernel: Tensor4D): Tensor4D {
  const [batch, height, width] = x.shape;
  const [rows, columns, from, to] = kernel.shape;
  if (height !== rows || width !== columns) return tf.conv2d(x, kernel, 1, "valid");
  const size = rows * columns * from;
  const cell = tf.matMul(tf.reshape(x, [batch, size]), tf.reshape(kernel, [size, to]));
  return tf.reshape(cell, [batch, 1, 1, to]);
}
