/**
 * The score of PCSSR and RCSSR (Huang et al., TPAMI 2023; `pred_score` and `knownpred_unknwonscore_test` in
 * `methods/cssr.py`): how well an image's cells fit its predicted class c, how its channels agree with the class's, and how
 * they occur together. F is the feature map, K classes, d channels:
 *
 *     A_c = mean over training images of class c, and their cells, of |F|;  P_c = A_c / sum over classes of A, by channel
 *     G_ij(F) = (sum over cells of F_i^8 F_j^8)^(1/8);                     B_c = mean over training images of c of G(F)
 *     S0 = mean over cells of the method's `cellScore` for c
 *     S1 = mean over cells and channels of P_c F
 *     S2 = sum over ij of G_ij(F) B_c,ij
 *     score = S0 + S1 + S2, each freed of its mean, and divided by its deviation, over the training images
 *
 * "Of class c" means: predicted as c. Training images are seen twice, once for P and B, once for means and deviations, and
 * no maps are kept. Three habits of the reference are left out: its means and deviations come from *augmented* training
 * images, ours from plain ones; S1 and S2 stay 0 there if no training image is predicted as class 0; and a channel that is
 * 0 in all classes makes its S1 NaN.
 */
import type { ImageSet } from "../../datasets/image_set.ts";
import type { HostArray } from "../../engine/host_array.ts";
import { operation, type } from "../../engine/operation.ts";
import { tf } from "../../engine/tensorflow.ts";
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from "../../engine/tensors.ts";
import { disposeTree, type Leaf, mapTree } from "../../engine/tree.ts";
import type { Method } from "../../methods/method.ts";
import type { Pass } from "../evaluator.ts";
import type { Score } from "./score.ts";

/** Images at once: each has a matrix of channels x channels. */
const BATCH = 100;
/** Number of parts of the score. */
const PARTS = 3;

/** What the first look at the training images adds up, by predicted class. */
export interface Sums<Leaf> {
  /** Images, `[K]`. */
  count: Leaf;
  /** Of the mean over the cells of |F|, `[K, d]`. */
  magnitude: Leaf;
  /** Of G(F), `[K, d, d]`. */
  gram: Leaf;
}

/** What the score knows of the classes. */
export interface Statistics<Leaf> {
  /** P, `[K, d]`. */
  prototypes: Leaf;
  /** B, `[K, d, d]`. */
  grams: Leaf;
}

/** The sums before the first image. */
export function noSums(classes: number, channels: number): Sums<Tensor> {
  return {
    count: tf.zeros([classes]),
    magnitude: tf.zeros([classes, channels]),
    gram: tf.zeros([classes, channels, channels]),
  };
}

/** The first look: adds a batch to the sums. */
export function collecting(method: Method): Pass<Sums<Tensor>> {
  return ({ params, map, feature, counts }, { count, magnitude, gram }) => {
    const [batch, , , channels] = map.shape;
    const [classes] = count.shape;
    const predicted = tf.argMax(method.logits(params, { map, feature }), 1) as Tensor1D;
    const member = tf.mul(tf.cast(tf.oneHot(predicted, classes), "float32"), tf.expandDims(counts, 1)); // [B, K]
    const byClass = (x: Tensor) => tf.matMul(member, x as Tensor2D, true, false); // [K, ...]
    const grams = tf.reshape(gramOf(map), [batch, channels * channels]);
    return {
      carried: {
        count: tf.add(count, tf.sum(member, 0)),
        magnitude: tf.add(magnitude, byClass(tf.mean(tf.abs(map), [1, 2]))),
        gram: tf.add(gram, tf.reshape(byClass(grams), gram.shape)),
      },
    };
  };
}

/** P and B; those of a class that no image is predicted as are 0. */
export function statisticsOf({ count, magnitude, gram }: Sums<Tensor>): Statistics<Tensor> {
  const [classes] = count.shape;
  const means = over(magnitude, tf.reshape(count, [classes, 1]));
  return {
    prototypes: over(means, tf.sum(means, 0, true)),
    grams: over(gram, tf.reshape(count, [classes, 1, 1])),
  };
}

/** The second look: S0, S1 and S2 of each image, `[B, 3]`. */
export function judging(method: Method): Pass<Statistics<Tensor>> {
  return ({ params, map, feature }, { prototypes, grams }) => {
    const predicted = tf.argMax(method.logits(params, { map, feature }), 1) as Tensor1D;
    const cells = [
      method.cellScore!(params, map, predicted),
      prototypeResponse(map, tf.gather(prototypes as Tensor2D, predicted)),
    ];
    const together = tf.sum(tf.mul(gramOf(map), tf.gather(grams, predicted)), [1, 2]);
    return { rows: tf.stack([...cells.map((cell) => tf.mean(cell, [1, 2])), together], 1) };
  };
}

/**
 * Mean over the channels of P_c F in each cell, `[batch, height, width]`.
 *
 * @param prototype P_c of each image's class, `[batch, channels]`
 */
export function prototypeResponse(map: Tensor4D, prototype: Tensor2D): Tensor3D {
  const [batch, channels] = prototype.shape;
  return tf.mean(tf.mul(map, tf.reshape(prototype, [batch, 1, 1, channels])), 3);
}

/**
 * G(F), `[batch, channels, channels]`. Since G(m F) = m^2 G(F), the map is scaled to at most 1 first: the sixteenth power
 * of a value above 250 would overflow.
 */
function gramOf(map: Tensor4D): Tensor3D {
  const [batch, height, width, channels] = map.shape;
  const cells = tf.abs(tf.reshape(map, [batch, height * width, channels])) as Tensor3D;
  const largest = tf.max(cells, [1, 2], true); // [B, 1, 1]
  const powers = tf.square(tf.square(tf.square(over(cells, largest)))) as Tensor3D;
  const roots = tf.sqrt(tf.sqrt(tf.sqrt(tf.matMul(powers, powers, true, false))));
  return tf.mul(roots, tf.square(largest)) as Tensor3D;
}

/** a / b, and 0 where b is 0. */
function over(a: Tensor, b: Tensor): Tensor {
  return operation("DivNoNan", [a, b], { T: type("float32") })[0];
}

/** Mean and (population) deviation of each part. */
export interface Spread {
  /** `[3]` */
  mean: number[];
  /** `[3]` */
  deviation: number[];
}

/** The spread of the parts over images, `[n, 3]`. */
export function spreadOf(parts: Float32Array): Spread {
  const n = parts.length / PARTS;
  const meanOf = (value: (i: number, part: number) => number) =>
    Array.from({ length: PARTS }, (_, part) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += value(i, part);
      return sum / n;
    });
  const mean = meanOf((i, part) => parts[i * PARTS + part]);
  const variance = meanOf((i, part) => (parts[i * PARTS + part] - mean[part]) ** 2);
  return { mean, deviation: variance.map(Math.sqrt) };
}

/** The score of each image, `[n]`, from its parts, `[n, 3]`. */
export function combined(parts: Float32Array, { mean, deviation }: Spread): Float64Array {
  return Float64Array.from(
    { length: parts.length / PARTS },
    (_, i) =>
      mean.reduce((sum, middle, part) => sum + (parts[i * PARTS + part] - middle) / (deviation[part] + 1e-8), 0),
  );
}

/** The score; for methods that have a `cellScore`. */
export const cssr: Score = {
  name: "cssr",
  suits: (method) => method.cellScore !== undefined,
  needsTraining: true,
  async fit(run, training) {
    const classes = training.labels.reduce((most, label) => Math.max(most, label + 1), 0);
    const first = noSums(classes, run.channels);
    const { carried: sums } = await run.over(collecting(run.method), BATCH)(training, first)
      .finally(() => disposeTree(first));
    const known = tf.tidy(() => ({ ...statisticsOf(sums) }));
    const statistics = mapTree(known, hostOf); // kept off the engine, so that a scorer holds nothing to free
    disposeTree([sums, known]);

    const judge = run.over(judging(run.method), BATCH);
    const partsOf = async (set: ImageSet) => {
      const learnt = mapTree(statistics, tensorOf);
      return (await judge(set, learnt).finally(() => disposeTree(learnt))).rows;
    };
    const spread = spreadOf(await partsOf(training));
    return async (set) => combined(await partsOf(set), spread);
  },
};

function tensorOf(leaf: Leaf): Tensor {
  return tf.tensor((leaf as HostArray).data, [...leaf.shape]);
}

function hostOf(leaf: Leaf): HostArray {
  return { shape: [...leaf.shape], data: (leaf as Tensor).dataSync() as Float32Array };
}
