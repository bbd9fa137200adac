/**
 * The generator of ARPL+CS (`models/gan.py` of ARPL, after DCGAN: Radford et al., ICLR 2016): from noise to images with
 * values in (0, 1). A 4x4 map grows to twice its side with each transposed convolution; 32 px have the reference's
 * `Generator32`, 64 px its `Generator`.
 */
import { constant, type HostArray, normal } from "../engine/host_array.ts";
import type { Stream } from "../engine/streams.ts";
import { tf } from "../engine/tensorflow.ts";
import type { Tensor, Tensor2D, Tensor4D } from "../engine/tensors.ts";
import type { Layers } from "./backbone.ts";
import { normalise } from "./layers.ts";

/** Channels of the maps before the image, in the unit that `sizes.channels` sets, by the side of the images. */
const CHANNELS: Record<number, number[]> = { 32: [8, 4, 2], 64: [8, 4, 2, 1] };

/** The sides of images that there is a generator for, in pixels. */
export const GENERATED_SIDES: readonly number[] = Object.keys(CHANNELS).map(Number);

/** Side of the first map. */
const FIRST = 4;

/**
 * Draws a generator: kernels normal with deviation 0.02, scales with the same around 1.
 *
 * @param sizes.side of the images, one of {@linkcode GENERATED_SIDES}
 * @param sizes.noise length of the noise; 100 as published
 * @param sizes.channels an eighth of the first map's channels; 64 as published
 */
export function initGenerator(
  { side, noise, channels }: { side: number; noise: number; channels: number },
  random: Stream,
): { params: Layers<HostArray>; state: Layers<HostArray> } {
  const params: Layers<HostArray> = {};
  const state: Layers<HostArray> = {};
  let from = noise;
  CHANNELS[side].forEach((multiple, i) => {
    const to = multiple * channels;
    params[`grow${i + 1}`] = {
      kernel: normal(random, [4, 4, to, from], 0.02),
      gamma: normal(random, [to], 0.02, 1),
      beta: constant([to], 0),
    };
    state[`grow${i + 1}`] = { mean: constant([to], 0), variance: constant([to], 1) };
    from = to;
  });
  params.image = { kernel: normal(random, [4, 4, 3, from], 0.02) };
  return { params, state };
}

/**
 * Makes images of noise.
 *
 * @param noise `[batch, noise]`, normal with deviation 1
 * @param training whether maps are normalised by the batch's statistics, which then move the running ones
 * @returns images `[batch, side, side, 3]` in (0, 1), and the running statistics after this pass
 */
export function generate(
  params: Layers<Tensor>,
  state: Layers<Tensor>,
  noise: Tensor2D,
  training: boolean,
): { images: Tensor4D; state: Layers<Tensor> } {
  const moved: Layers<Tensor> = {};
  let x: Tensor4D | null = null;
  for (const name of Object.keys(state)) {
    const { kernel, gamma, beta } = params[name];
    const { mean, variance } = state[name];
    const grown = x === null ? firstMap(noise, kernel as Tensor4D) : twice(x, kernel as Tensor4D);
    const { y, running } = normalise(grown, { gamma, beta }, { mean, variance }, training);
    moved[name] = { ...running };
    x = tf.relu(y); // [B, 4, 4, 8 c], [B, 8, 8, 4 c], ...
  }
  return { images: tf.sigmoid(twice(x!, params.image.kernel as Tensor4D)), state: moved };
}

/**
 * Transposed convolution of a single cell, which is a matrix product.
 *
 * @param kernel `[4, 4, out, noise]`
 */
function firstMap(noise: Tensor2D, kernel: Tensor4D): Tensor4D {
  const [, , out, length] = kernel.shape;
  const cells = tf.matMul(noise, tf.reshape(kernel, [FIRST * FIRST * out, length]), false, true);
  return tf.reshape(cells, [noise.shape[0], FIRST, FIRST, out]);
}

/**
 * Transposed 4x4 convolution with stride 2, one row or column cut off on each side, which is TensorFlow's "SAME".
 *
 * @param kernel `[4, 4, out, in]`
 */
function twice(x: Tensor4D, kernel: Tensor4D): Tensor4D {
  const [batch, height, width] = x.shape;
  return tf.conv2dTranspose(x, kernel, [batch, 2 * height, 2 * width, kernel.shape[2]], 2, "same");
}
