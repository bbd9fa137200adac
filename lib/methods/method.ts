/**
 * What a method for open set recognition is: what it learns on top of a backbone's feature, what it punishes, and how it
 * decides. To add one is to add one file (`docs/add-a-method.md`); `softmax.ts` is the simplest.
 */
import type { Features } from "../backbones/backbone.ts";
import type { HostArray } from "../engine/host_array.ts";
import type { Stream } from "../engine/streams.ts";
import { tf } from "../engine/tensorflow.ts";
import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from "../engine/tensors.ts";

/** What a method sees of a batch: the last map `[batch, height, width, channels]`, and its mean over the cells. */
export type Seen = Pick<Features, "map" | "feature">;

/** What a loss sees of a batch. */
export interface Judged extends Seen {
  /** `[batch, classes]` */
  logits: Tensor2D;
  /** int32 `[batch]`, 0 .. classes-1 */
  label: Tensor1D;
  /** The label as a distribution, `[batch, classes]`: one-hot, or smoothed. */
  target: Tensor2D;
}

/** A method whose parameters have the names `Name`. */
export interface Method<Name extends string = string> {
  /** Its name on the command line and in results. */
  name: string;
  /** Draws its parameters. */
  init(sizes: { classes: number; channels: number }, random: Stream): Record<Name, HostArray>;
  /**
   * What it thinks of each class, `[batch, classes]`: the largest is its prediction, and their softmax its probabilities.
   */
  logits(params: Record<Name, Tensor>, seen: Seen): Tensor2D;
  /**
   * What training makes small; a scalar.
   *
   * @param options numbers by the names that the method gives them, each with the published default
   */
  loss(params: Record<Name, Tensor>, judged: Judged, options?: Record<string, number>): Scalar;
  /** Where in the image its class is: for each cell of the feature map, `[batch, height, width]`; higher = more. */
  evidence(params: Record<Name, Tensor>, map: Tensor4D, label: Tensor1D): Tensor3D;
  /** Its published open set score; higher = more likely known. "cssr" is CSSR's, which needs `cellScore`. */
  score: "maxLogit" | "maxProbability" | "cssr";
  /** How well each cell fits a class, `[batch, height, width]`: the first part of CSSR's score; higher = better. */
  cellScore?(params: Record<Name, Tensor>, map: Tensor4D, label: Tensor1D): Tensor3D;
  /** How it trains with generated images; most methods do not. */
  confusion?: Confusion<Name>;
}

/**
 * Training with confusing samples, as ARPL+CS has it (`arpl_cs.ts`): what is asked of generated images, and how their
 * generator is trained.
 */
export interface Confusion<Name extends string = string> {
  /** How far generated images are from being equally unlike every class; a scalar that classifier and generator make small. */
  loss(params: Record<Name, Tensor>, seen: Seen): Scalar;
  /** The loss's weight beta, unless a recipe's `loss` names another as `confusion`. */
  weight: number;
  /** Length of the noise that an image is made of. */
  noise: number;
  /** An eighth of the channels of the generator's first map, and half of those of the discriminator's. */
  channels: { generator: number; discriminator: number };
  /** Adam's settings, of generator and discriminator alike. */
  adam: { rate: number; beta1: number; beta2: number };
}

/** The scores that a method's publication may use. */
export const METHOD_SCORES: readonly Method["score"][] = ["maxLogit", "maxProbability", "cssr"];

/** Checks a method's definition, and lets its parameters be called by their names inside it. */
export function method<Name extends string>(definition: Method<Name>): Method {
  return definition as unknown as Method;
}

/**
 * Mean over the batch of -sum target log softmax(logits), natural logarithm.
 *
 * @param logits `[batch, classes]`
 * @param target `[batch, classes]`, rows sum to 1
 */
export function crossEntropy(logits: Tensor2D, target: Tensor2D): Scalar {
  return tf.neg(tf.mean(tf.sum(tf.mul(target, tf.logSoftmax(logits)), 1)));
}

/**
 * Labels as distributions over the classes (label smoothing: Szegedy et al., CVPR 2016).
 *
 * @param label int32 `[batch]`
 * @param smoothing share that is spread evenly over all classes, in [0, 1); 0 is one-hot
 * @returns `[batch, classes]`
 */
export function targetOf(label: Tensor1D, classes: number, smoothing = 0): Tensor2D {
  const right = tf.cast(tf.oneHot(label, classes), "float32") as Tensor2D;
  return smoothing === 0 ? right : tf.add(tf.mul(right, 1 - smoothing), smoothing / classes);
}

/**
 * |x - p|^2 / d for each x and each point p.
 *
 * @param x `[..., d]`
 * @param points `[classes, d]`
 * @returns `[..., classes]`
 */
export function meanSquaredDistance(x: Tensor2D, points: Tensor2D): Tensor2D {
  const dot = tf.matMul(x, points, false, true); // [B, K]
  const squares = tf.add(tf.sum(tf.square(x), 1, true), tf.sum(tf.square(points), 1)); // [B, 1] + [K]
  return tf.div(tf.sub(squares, tf.mul(2, dot)), x.shape[1]);
}

/**
 * |cell - point|^2 / d for each cell of an image's map and the image's own point.
 *
 * @param map `[batch, height, width, d]`
 * @param point `[batch, d]`
 * @returns `[batch, height, width]`
 */
export function cellDistance(map: Tensor4D, point: Tensor2D): Tensor3D {
  return tf.mean(tf.squaredDifference(map, overCells(point)), 3);
}

/** Dot product of each cell of an image's map with the image's own point; shapes as in {@linkcode cellDistance}. */
export function cellDot(map: Tensor4D, point: Tensor2D): Tensor3D {
  return tf.sum(tf.mul(map, overCells(point)), 3);
}

function overCells(point: Tensor2D): Tensor4D {
  const [batch, channels] = point.shape;
  return tf.reshape(point, [batch, 1, 1, channels]);
}
