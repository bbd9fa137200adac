/**
 * The layers that the backbones share, as pure functions of tensors: 3x3 and 1x1 convolution, batch normalisation, ReLU
 * and LeakyReLU, dropout of whole maps. They are TensorFlow operations with their own gradients where tfjs would make several of each.
 *
 * Conventions follow PyTorch, which the reference implementations use: padding of 1 on every side also with stride 2
 * (TensorFlow's "SAME" would pad after only), batch normalisation with eps 1e-5 that moves the running variance by the
 * unbiased variance.
 */
import { tracedPrecision } from "../engine/jit.ts";
import { flag, float, ints, operation, text, type, withGradient } from "../engine/operation.ts";
import { engine, tf } from "../engine/tensorflow.ts";
import type { Tensor, Tensor1D, Tensor4D } from "../engine/tensors.ts";

/** Whether a network is being trained. */
export type Mode =
  /** Statistics of the batch, which move the running ones; dropout, decided by `seed`, int32 `[2]`. */
  | { training: true; seed: Tensor1D }
  /** Running statistics, no dropout. */
  | { training: false };

/** The mode in which images are judged. */
export const EVALUATION: Mode = { training: false };

const FLOAT = { T: type("float32") };

/**
 * Convolution with a 3x3 kernel and one row or column of zeros on each side, or with a 1x1 kernel and none.
 *
 * The paddings are stated as oneDNN runs each of the three operations fastest (measured with TensorFlow 2.21 on AVX2 and
 * AVX-512): with stride 1 or a 1x1 kernel "SAME" says the same, and else a gradient with explicit paddings is left to
 * slower code, in bfloat16 thirty times slower, so there the gradients are those of an unpadded convolution.
 *
 * @param x `[batch, height, width, in]`
 * @param kernel `[3, 3, in, out]` or `[1, 1, in, out]`
 * @param stride 1 or 2
 * @returns `[batch, ceil(height / stride), ceil(width / stride), out]`
 */
export function convolution(x: Tensor4D, kernel: Tensor4D, stride: 1 | 2): Tensor4D {
  const alike = stride === 1 || kernel.shape[0] === 1; // "SAME" pads both sides alike
  const common = {
    ...FLOAT,
    strides: ints([1, stride, stride, 1]),
    data_format: text("NHWC"),
    dilations: ints([1, 1, 1, 1]),
  };
  const same = { ...common, padding: text("SAME") };
  const explicit = { ...common, padding: text("EXPLICIT"), explicit_paddings: ints([0, 0, 1, 1, 1, 1, 0, 0]) };
  const valid = { ...common, padding: text("VALID") };

  function inputGradient(dy: Tensor, x: Tensor, kernel: Tensor): Tensor {
    const [batch, height, width, channels] = x.shape;
    if (alike) return operation("Conv2DBackpropInput", [tf.tensor1d(x.shape, "int32"), kernel, dy], same)[0];
    const outer = tf.tensor1d([batch, height + 2, width + 2, channels], "int32");
    const [dx] = operation("Conv2DBackpropInput", [outer, kernel, dy], valid);
    return tf.slice(dx, [0, 1, 1, 0], [batch, height, width, channels]);
  }

  function kernelGradient(dy: Tensor, x: Tensor, kernel: Tensor): Tensor {
    const shape = tf.tensor1d(kernel.shape, "int32");
    if (alike && stride === 2) { // with 4 channels oneDNN writes beyond its memory here; only these cells count anyway
      const seen = tf.stridedSlice(x, [0, 0, 0, 0], x.shape, [1, 2, 2, 1]);
      return operation("Conv2DBackpropFilter", [seen, shape, dy], { ...same, strides: ints([1, 1, 1, 1]) })[0];
    }
    if (alike) return operation("Conv2DBackpropFilter", [x, shape, dy], same)[0];
    const padded = tf.pad(x, [[0, 0], [1, 1], [1, 1], [0, 0]]);
    return operation("Conv2DBackpropFilter", [padded, shape, dy], valid)[0];
  }

  const [y] = operation("Conv2D", [x, kernel], alike ? same : explicit);
  return withGradient(y as Tensor4D, [x, kernel], [x, kernel], (dy, [x, kernel]) => [
    inputGradient(dy, x, kernel),
    kernelGradient(dy, x, kernel),
  ]);
}

/** Learned parameters of a batch normalisation, each `[channels]`. */
export interface ScaleAndShift<Leaf> {
  /** Scale. */
  gamma: Leaf;
  /** Shift. */
  beta: Leaf;
}

/** Running statistics of a batch normalisation, each `[channels]`. */
export interface Statistics<Leaf> {
  /** Running mean. */
  mean: Leaf;
  /** Running variance. */
  variance: Leaf;
}

/** Added to the variance before its root is taken. */
const EPSILON = 1e-5;

/**
 * Batch normalisation (Ioffe and Szegedy 2015) by the batch's own mean and (biased) variance.
 *
 * TensorFlow's fused operation can make the statistics too, but adds them up in float32 so coarsely that eight steps end
 * about four times as far from the golden trajectory. Sums within each image first are accurate enough, and cost a
 * training step about 5 %. In bfloat16 the fused operation is the better one: it adds up in float32, where separate sums
 * would be made in bfloat16, and saves a tenth of the step.
 *
 * @param x `[batch, height, width, channels]`
 * @param running moved by `weight`: mean by the batch's mean, variance by its unbiased variance
 * @param weight of the new value in the running statistics
 * @returns the normalised `x`, and the running statistics after it
 */
export function batchNormalisation(
  x: Tensor4D,
  { gamma, beta }: ScaleAndShift<Tensor>,
  running: Statistics<Tensor>,
  weight = 0.1,
): { y: Tensor4D; running: Statistics<Tensor> } {
  const move = (old: Tensor, now: Tensor) => tf.add(tf.mul(old, 1 - weight), tf.mul(now, weight));
  const common = { ...FLOAT, U: type("float32"), epsilon: float(EPSILON), data_format: text("NHWC") };
  if (tracedPrecision() === "bfloat16") {
    const training = { ...common, is_training: flag(true) };
    const unknown = tf.tensor1d([], "float32");
    const [y, mean, unbiased, ...reserved] = operation(
      "FusedBatchNormV3",
      [x, gamma, beta, unknown, unknown],
      training,
      6,
    );
    const normalised = withGradient(
      y as Tensor4D,
      [x, gamma, beta],
      [x, gamma, ...reserved],
      (dy, [x, ...rest]) => operation("FusedBatchNormGradV3", [dy, x, ...rest], training, 5).slice(0, 3),
    );
    return {
      y: normalised,
      running: { mean: move(running.mean, mean), variance: move(running.variance, unbiased) },
    };
  }
  const overCells = (t: Tensor) => tf.mean(tf.mean(t, [1, 2]), 0); // [channels]
  const mean = overCells(x);
  const variance = overCells(tf.squaredDifference(x, mean));
  const [y, , , , , reserved] = operation(
    "FusedBatchNormV3",
    [x, gamma, beta, mean, variance],
    { ...common, is_training: flag(false) },
    6,
  );
  // cuDNN's gradient wants the inverse deviation where the processor's wants the variance
  const spread = engine().binding.isUsingGpuDevice() ? tf.rsqrt(tf.add(variance, EPSILON)) : variance;
  const normalised = withGradient(
    y as Tensor4D,
    [x, gamma, beta],
    [x, gamma, mean, spread, reserved],
    (dy, [x, gamma, ...statistics]) =>
      operation("FusedBatchNormGradV3", [dy, x, gamma, ...statistics], { ...common, is_training: flag(true) }, 5)
        .slice(0, 3),
  );
  const cells = x.size / x.shape[3];
  return {
    y: normalised,
    running: {
      mean: move(running.mean, mean),
      variance: move(running.variance, tf.mul(variance, cells / (cells - 1))),
    },
  };
}

/**
 * Convolution and batch normalisation by running statistics, for evaluation mode and without gradient: scale and shift go
 * into the kernel and a bias, which TensorFlow fuses with the convolution.
 *
 * @param x `[batch, height, width, in]`
 * @param kernel as in {@linkcode convolution}
 * @param stride 1 or 2
 */
export function normalisedConvolution(
  x: Tensor4D,
  kernel: Tensor4D,
  stride: 1 | 2,
  { gamma, beta }: ScaleAndShift<Tensor>,
  { mean, variance }: Statistics<Tensor>,
): Tensor4D {
  const scale = tf.mul(gamma, tf.rsqrt(tf.add(variance, EPSILON)));
  const bias = tf.sub(beta, tf.mul(mean, scale));
  const y = convolution(x, tf.mul(kernel, scale), stride);
  return operation("BiasAdd", [y, bias], { ...FLOAT, data_format: text("NHWC") })[0] as Tensor4D;
}

/**
 * Batch normalisation by running statistics, for evaluation mode and without gradient, where no convolution stands before
 * it that could take it in ({@linkcode normalisedConvolution}).
 *
 * @param x `[batch, height, width, channels]`
 */
export function normalisation(
  x: Tensor4D,
  { gamma, beta }: ScaleAndShift<Tensor>,
  { mean, variance }: Statistics<Tensor>,
): Tensor4D {
  const attributes = {
    ...FLOAT,
    U: type("float32"),
    epsilon: float(EPSILON),
    data_format: text("NHWC"),
    is_training: flag(false),
  };
  return operation("FusedBatchNormV3", [x, gamma, beta, mean, variance], attributes, 6)[0] as Tensor4D;
}

/**
 * Batch normalisation in either mode: {@linkcode batchNormalisation} in training, else {@linkcode normalisation}, and the
 * running statistics stay.
 *
 * @param x `[batch, height, width, channels]`
 */
export function normalise(
  x: Tensor4D,
  learned: ScaleAndShift<Tensor>,
  running: Statistics<Tensor>,
  training: boolean,
): { y: Tensor4D; running: Statistics<Tensor> } {
  return training ? batchNormalisation(x, learned, running) : { y: normalisation(x, learned, running), running };
}

/**
 * x where it is positive, else slope * x, for a slope in [0, 1); slope 0 is ReLU.
 *
 * Not for what is added to a convolution with a bias, unless the slope is 0: TensorFlow 2.21 fuses the four, and in
 * bfloat16 then takes 0.2 for the slope, whatever it is.
 */
export function leakyRelu(x: Tensor4D, slope: number): Tensor4D {
  // the gradients ask for the sign only, which y has too: so x need not be kept until then
  if (slope === 0) {
    const [y] = operation("Relu", [x], FLOAT);
    return withGradient(y as Tensor4D, [x], [y], (dy, [y]) => operation("ReluGrad", [dy, y], FLOAT));
  }
  const attributes = { ...FLOAT, alpha: float(slope) };
  const [y] = operation("LeakyRelu", [x], attributes);
  return withGradient(y as Tensor4D, [x], [y], (dy, [y]) => operation("LeakyReluGrad", [dy, y], attributes));
}

/**
 * Clears whole maps at random, and scales the others so that the expected value stays (Tompson et al. 2015).
 *
 * @param x `[batch, height, width, channels]`
 * @param rate share of the maps that is cleared, in [0, 1)
 * @param seed int32 `[2]`; the same seed clears the same maps, on any device
 */
export function dropMaps(x: Tensor4D, rate: number, seed: Tensor1D): Tensor4D {
  if (rate === 0) return x;
  const [batch, , , channels] = x.shape;
  const [uniform] = operation("StatelessRandomUniform", [tf.tensor1d([batch, 1, 1, channels], "int32"), seed], {
    dtype: type("float32"),
    T: type("int32"),
    Tseed: type("int32"),
  });
  const kept = tf.cast(tf.greaterEqual(uniform, rate), "float32");
  return tf.mul(x, tf.div(kept, 1 - rate));
}
