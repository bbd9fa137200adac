/** What the golden tests of ARPL+CS share: the golden file, its weights, noise and batches, and comparisons. */
import { classifier32 } from "../../lib/backbones/classifier32.ts";
import { tf } from "../../lib/engine/tensorflow.ts";
import { arplCs } from "../../lib/methods/arpl_cs.ts";
import { formulaTrees, type Place, placeOf } from "./arpl_cs_weights.ts";
import { compareMap, type MapDigest } from "./compare_map.ts";
import { type ListedArray, trajectoryImages } from "./formula.ts";
import { type Comparison, golden, type GoldenArray } from "./golden.ts";

/** Running statistics of some normalisations. */
export type Running = { name: string; mean: GoldenArray; variance: GoldenArray }[];
/** Sums of absolute gradients, by the reference's names. */
export type Sums = Record<string, number>;
/** A pass of the classifier with one of its sets of normalisations. */
export type Pass = { set: 0 | 1; feature_map: MapDigest; feature: GoldenArray; logits: GoldenArray };
/** Generated images. */
export type Generated = { image: MapDigest; min: number; max: number };

/** Whole steps: losses before each, and the state after the last. */
export interface Case {
  beta: number;
  steps: number;
  discriminator_real: GoldenArray;
  discriminator_fake: GoldenArray;
  discriminator_loss: GoldenArray;
  generator_gan: GoldenArray;
  generator_confusion: GoldenArray;
  generator_loss: GoldenArray;
  classification_loss: GoldenArray;
  classifier_confusion: GoldenArray;
  total_loss: GoldenArray;
  feature_after: GoldenArray;
  logits_after: GoldenArray;
  points_after: GoldenArray;
  radius_after: number;
  discriminator_after: GoldenArray;
  generated_after: Generated & { mean_abs: number };
  running_mean_last_after: Record<string, GoldenArray>;
}

/** The golden file. */
export const file = await golden<{
  seed: number;
  classes: number;
  batch: number;
  nz: number;
  ngf: number;
  ndf: number;
  temp: number;
  weight_pl: number;
  learning_rate: number;
  momentum: number;
  weight_decay: number;
  gan_learning_rate: number;
  gan_beta1: number;
  gan_beta2: number;
  points: GoldenArray;
  networks: { name: string; first_k: number; arrays: ListedArray[] }[];
  generator: { eval: Generated; train: Generated; objective: number; sum_abs_grad: Sums; running: Running };
  discriminator: {
    eval: { probability: GoldenArray };
    train: { probability: GoldenArray };
    objective: number;
    sum_abs_grad: Sums;
    running: Running;
  };
  classifier: { eval: Pass[]; train: Pass[]; running: Running };
  confusion: {
    loss: number;
    feature: GoldenArray;
    grad_feature: GoldenArray;
    grad_points: GoldenArray;
    grad_image: MapDigest;
    sum_abs_grad: Record<string, Sums>;
  };
  train_cs: Case[];
}>("arpl_cs");

/** Side of all images in the file. */
export const SIDE = 32;

/** The classifier. */
export const backbone = classifier32({ dropout: 0 });

/** The method with the file's settings. */
export const method = {
  ...arplCs,
  confusion: {
    ...arplCs.confusion!,
    noise: file.nz,
    channels: { generator: file.ngf, discriminator: file.ndf },
    adam: { rate: file.gan_learning_rate, beta1: file.gan_beta1, beta2: file.gan_beta2 },
  },
};

/** All networks, with weights by formula. */
export const drawn = formulaTrees(file.networks, file.seed);

/** Noise of a draw, `[batch, nz]`: 1.4 sin(0.3 (n^2 mod 5003) + 1.7 d + seed). */
export function noise(draw: number): tf.Tensor2D {
  const value = (n: number) => 1.4 * Math.sin(0.3 * ((n * n) % 5003) + 1.7 * draw + file.seed);
  return tf.tensor2d(Float32Array.from({ length: file.batch * file.nz }, (_, n) => value(n)), [file.batch, file.nz]);
}

/** Images and labels of step t, as in trajectory.json. */
export function batch(t: number): { images: tf.Tensor4D; labels: tf.Tensor1D } {
  const labels = Int32Array.from({ length: file.batch }, (_, i) => (i + t) % file.classes);
  return {
    images: tf.tensor4d(trajectoryImages(labels, SIDE, t, file.seed), [file.batch, SIDE, SIDE, 3]),
    labels: tf.tensor1d(labels, "int32"),
  };
}

/** Compares images with their digest, least and greatest value; `all` is the tolerance where nothing else is said. */
export function compareGenerated(
  compared: Comparison,
  path: string,
  images: tf.Tensor4D,
  expected: Generated,
  all: number,
  { first = all, min = all } = {},
): void {
  const { shape } = images;
  const values = images.dataSync() as Float32Array;
  compareMap(compared, path, { shape, values }, expected.image, { all, first });
  compared.scalar(`${path} min`, values.reduce((least, value) => Math.min(least, value)), expected.min, min);
  compared.scalar(`${path} max`, values.reduce((most, value) => Math.max(most, value)), expected.max, all);
}

/** Where the reference's normalisation of a name stands; no name is in two of the networks. */
export function placeOfNormalisation(name: string): Place {
  for (const { name: network, arrays } of file.networks) {
    const names = arrays.map((array) => array.name);
    if (names.includes(`${name}.running_mean`)) return placeOf(network, `${name}.running_mean`, names)!;
  }
  throw new Error(`${name}: no such normalisation`);
}
