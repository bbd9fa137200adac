/**
 * An auto-encoder for each class over the cells of a feature map, which PCSSR and RCSSR share (CSSR: Huang et al., TPAMI
 * 2023; `methods/cssr.py`). Each squeezes a cell f through a narrow layer and tells by how much it then differs:
 *
 *     error_k(f) = sum over channels |D_k tanh(E_k f) - f|
 *     p_k(image) = mean over cells of softmax_k(logit(f)),  logit_k(f) = s g error_k(f) cut to [-100, 100],  g = 0.1
 *
 * with s = -1 where a class explains what it reconstructs (PCSSR), +1 where it explains what it cannot (RCSSR).
 *
 * All classes are two batched matrix products. Their reconstructions are K times the feature map, 3 GB for 200 classes on
 * a ResNet-18, so they are made for a few classes at once and made again for the gradient, never kept.
 */
import { type HostArray, uniform } from "../engine/host_array.ts";
import { operation, withGradient } from "../engine/operation.ts";
import type { Stream } from "../engine/streams.ts";
import { engine, tf } from "../engine/tensorflow.ts";
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from "../engine/tensors.ts";

/** The auto-encoders of all classes; none has a bias. */
export interface AutoEncoders<Leaf> {
  /** E, `[classes, channels, latent]`. */
  encoders: Leaf;
  /** D, `[classes, latent, channels]`. */
  decoders: Leaf;
}

/** Width of the narrow layer, as published for 256 channels (WRN-40-4) and 512 (ResNet-18). */
const LATENT = 64;
/** Factor g on the error. */
export const GAMMA = 0.1;
/** Logits are cut to [-LIMIT, LIMIT]; a cell beyond hands no gradient on. */
const LIMIT = 100;
/** How many numbers of reconstructions are made at once: 128 MB of float32. */
const AT_ONCE = 2 ** 25;

/**
 * Draws auto-encoders uniformly in 1/sqrt(fan-in) around 0, as the reference does. Where a map has no more channels than
 * the narrow layer is wide, the layer gets half as many, so that it stays narrow.
 */
export function drawAutoEncoders(
  { classes, channels }: { classes: number; channels: number },
  random: Stream,
): AutoEncoders<HostArray> {
  const latent = channels > LATENT ? LATENT : Math.ceil(channels / 2);
  return {
    encoders: uniform(random, [classes, channels, latent], 1 / Math.sqrt(channels)),
    decoders: uniform(random, [classes, latent, channels], 1 / Math.sqrt(latent)),
  };
}

/**
 * Each class's logit in each cell.
 *
 * @param map `[batch, height, width, channels]`
 * @param sign s: -1 for PCSSR, 1 for RCSSR
 * @returns `[batch, height, width, classes]` in [-100, 100]
 */
export function cellLogits(params: AutoEncoders<Tensor>, map: Tensor4D, sign: 1 | -1): Tensor4D {
  const [batch, height, width, channels] = map.shape;
  const cells = tf.reshape(map, [batch * height * width, channels]);
  return tf.reshape(cut(errorsOf(params, cells as Tensor2D), sign), [batch, height, width, params.encoders.shape[0]]);
}

/**
 * The logit of each image's own class in each cell, by that class's auto-encoder alone.
 *
 * @param label int32 `[batch]`
 * @returns `[batch, height, width]` in [-100, 100]
 */
export function ownCellLogits(params: AutoEncoders<Tensor>, map: Tensor4D, label: Tensor1D, sign: 1 | -1): Tensor3D {
  const [batch, height, width, channels] = map.shape;
  const cells = tf.reshape(map, [batch, height * width, channels]) as Tensor3D;
  const [encoders, decoders] = [params.encoders, params.decoders].map((all) => tf.gather(all, label) as Tensor3D);
  return tf.reshape(cut(difference(cells, encoders, decoders).errors, sign), [batch, height, width]);
}

/**
 * Log of the mean over the cells of their softmax: the logits whose softmax that mean is.
 *
 * @param cells `[batch, height, width, classes]`
 * @returns `[batch, classes]`, not positive; a probability that underflows in float32 keeps its logarithm
 */
export function logMeanProbability(cells: Tensor4D): Tensor2D {
  const [batch, height, width, classes] = cells.shape;
  const logs = tf.logSoftmax(tf.reshape(cells, [batch, height * width, classes])); // [B, h w, K]
  return tf.sub(tf.logSumExp(logs, 1), Math.log(height * width));
}

/** Mean over the channels of |f| in each cell: `[batch, height, width]`. */
export function cellMagnitude(map: Tensor4D): Tensor3D {
  return tf.mean(tf.abs(map), 3);
}

function cut<T extends Tensor>(errors: T, sign: 1 | -1): T {
  return tf.clipByValue(tf.mul(errors, sign * GAMMA), -LIMIT, LIMIT) as T;
}

/**
 * Errors of cells `[n, channels]` by all auto-encoders, `[n, classes]`.
 *
 * The gradient reconstructs again. Groups of classes wait for each other: TensorFlow would otherwise begin all of them at
 * once, and hold all reconstructions.
 */
function errorsOf({ encoders, decoders }: AutoEncoders<Tensor>, cells: Tensor2D): Tensor2D {
  const inTurn = (inputs: Tensor[], work: (group: Tensor[], before?: Tensor[]) => Tensor[]): Tensor[][] => {
    const [classes] = encoders.shape;
    const size = Math.max(1, Math.floor(AT_ONCE / cells.size));
    const done: Tensor[][] = [];
    for (let first = 0; first < classes; first += size) {
      const before = done.at(-1);
      const [x, ...whole] = before === undefined ? inputs : after(inputs, before[0]);
      const part = (t: Tensor) => classes <= size ? t : tf.slice(t, first, Math.min(size, classes - first));
      done.push(work([tf.reshape(x, [1, ...x.shape]), ...whole.map(part)], before));
    }
    return done;
  };

  const errors = inTurn([cells, encoders, decoders], ([x, e, d]) => [
    difference(x as Tensor3D, e as Tensor3D, d as Tensor3D).errors, // [G, n]
  ]);
  const all = tf.transpose(tf.concat(errors.map(([e]) => e), 0)) as Tensor2D; // [n, K]
  const given = [cells, encoders, decoders];
  return withGradient(all, given, given, (dy, given) => {
    const parts = inTurn([...given, tf.transpose(dy)], ([x, e, d, dy], before) => {
      const [dx, de, dd] = differenceGradient(x as Tensor3D, e as Tensor3D, d as Tensor3D, dy as Tensor2D);
      return [before === undefined ? dx : tf.add(before[0], dx), de, dd];
    });
    return [parts.at(-1)![0], tf.concat(parts.map(([, de]) => de), 0), tf.concat(parts.map(([, , dd]) => dd), 0)];
  });
}

/**
 * What auto-encoders leave of cells.
 *
 * @param x `[1 or G, n, channels]`
 * @param e `[G, channels, latent]`
 * @param d `[G, latent, channels]`
 * @returns code `[G, n, latent]`, rest `[G, n, channels]`, and the rest's absolute sum over the channels, `[G, n]`
 */
function difference(x: Tensor3D, e: Tensor3D, d: Tensor3D) {
  const code = tf.tanh(tf.matMul(x, e)) as Tensor3D;
  const rest = tf.sub(tf.matMul(code, d), x) as Tensor3D;
  return { code, rest, errors: tf.sum(tf.abs(rest), 2) as Tensor2D };
}

/** Gradients of the errors for x, `[n, channels]`, e and d, given that for the errors, `[G, n]`. */
function differenceGradient(x: Tensor3D, e: Tensor3D, d: Tensor3D, dy: Tensor2D): Tensor[] {
  const { code, rest } = difference(x, e, d);
  const side = tf.mul(tf.sign(rest), tf.expandDims(dy, 2)) as Tensor3D; // [G, n, channels]
  const dCode = tf.mul(tf.matMul(side, d, false, true), tf.sub(1, tf.square(code))) as Tensor3D; // before tanh
  return [
    tf.sum(tf.sub(tf.matMul(dCode, e, false, true), side), 0),
    tf.matMul(x, dCode, true, false),
    tf.matMul(code, side, true, false),
  ];
}

/** The tensors, once another one is there; what is not traced comes one after the other anyway. */
function after(tensors: Tensor[], other: Tensor): Tensor[] {
  if (!engine().binding.isTracing()) return tensors;
  return operation("IdentityN", [...tensors, other], {}, tensors.length + 1).slice(0, -1);
}
