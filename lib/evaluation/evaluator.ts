/** Runs a trained network over any number of images: what it says of each, class activation maps, or whatever is asked. */
import { decodeBatch, type Normalisation, pixelValues } from "../augment/pixels.ts";
import type { Backbone } from "../backbones/backbone.ts";
import { EVALUATION } from "../backbones/layers.ts";
import { classActivationMaps } from "../backmix/cam.ts";
import { CELLS } from "../backmix/foreground.ts";
import type { ImageSet } from "../datasets/image_set.ts";
import { jit, type Precision } from "../engine/jit.ts";
import { tf } from "../engine/tensorflow.ts";
import type { Tensor, Tensor1D, Tensor4D } from "../engine/tensors.ts";
import { disposeTree } from "../engine/tree.ts";
import { Interrupted } from "../files/task.ts";
import { UserError } from "../files/user_error.ts";
import type { Method, Seen } from "../methods/method.ts";
import type { LearntNetwork } from "./maps.ts";

/** Images in a pass; the last pass is filled up with the first image, so that all have one shape. */
const BATCH = 500;

/** What a network says of n images; scores are made of it. */
export interface Outputs {
  /** Number of known classes. */
  classes: number;
  /** Length of a feature. */
  channels: number;
  /** `[n, classes]`, row-major. */
  logits: Float32Array;
  /** `[n, channels]`, row-major. */
  features: Float32Array;
}

/** What a pass sees of a batch, in evaluation mode. */
export interface Shown extends Seen {
  /** The method's parameters. */
  params: Record<string, Tensor>;
  /** The labels that the images have, int32 `[batch]`; those of unknown images are no known classes. */
  label: Tensor1D;
  /** 1 for each image, 0 for each that only fills up the last batch, `[batch]`. */
  counts: Tensor1D;
}

/** A traced function of a batch: numbers of each image, and what it hands on to the next batch. */
export type Pass<Carried> = (shown: Shown, carried: Carried) => {
  /** `[batch, ...]` */
  rows?: Tensor;
  /** In place of what came in; left out, that is handed on. */
  carried?: Carried;
};

/** A pass over all images of a set, and what it gave: the rows, `[n, ...]`, and what was carried, the caller's to free. */
export type Over<Carried> = (set: ImageSet, carried: Carried) => Promise<{ rows: Float32Array; carried: Carried }>;

/** A network in evaluation mode. Its functions throw `UserError` where the method gives NaN. */
export interface Evaluator {
  /** What judges its features. */
  method: Method;
  /** Length of a feature. */
  channels: number;
  /** What it says of the images; worked out once for each set. */
  outputs(set: ImageSet): Promise<Outputs>;
  /** Logits of each image, `[n, classes]`, row-major. */
  logits(set: ImageSet): Promise<Float32Array>;
  /** The class activation map of each image for the label that it has, `[n, 8, 8]`, in [0, 1]. */
  maps(set: ImageSet): Promise<Float32Array>;
  /**
   * Traces a function that no ready-made result covers, so that maps of many images need not be kept.
   *
   * @param batch images at once, 500 by default
   */
  over<Carried>(pass: Pass<Carried>, batch?: number): Over<Carried>;
}

/**
 * Makes a network ready for evaluation.
 *
 * @param network stays the caller's, who frees it when the evaluator is no longer needed
 * @param recipe what the network was trained on
 * @param stop ends an evaluation: its promise is then rejected with `Interrupted`
 */
export function evaluator(
  backbone: Backbone,
  method: Method,
  recipe: { normalisation: Normalisation; precision: Precision },
  network: LearntNetwork,
  stop?: AbortSignal,
): Evaluator {
  const { params, state } = network;
  const { channels } = backbone;
  const values = pixelValues(recipe.normalisation);
  const learnt = { params, state };

  function over<Carried>(pass: Pass<Carried>, most = BATCH): Over<Carried> {
    const traced = jit(
      (network: LearntNetwork, images: Tensor4D, label: Tensor1D, counts: Tensor1D, carried: Carried) => {
        const { map, feature } = backbone.apply(network.params.backbone, network.state, images, EVALUATION);
        return pass({ params: network.params.method, map, feature, label, counts }, carried);
      },
      recipe,
    );

    return async (set, first) => {
      const n = set.labels.length;
      const batch = Math.min(most, n);
      const pixels = new Float32Array(batch * set.side * set.side * 3);
      let rows = new Float32Array();
      let carried = first;
      try {
        for (let from = 0; from < n; from += batch) {
          if (stop?.aborted) {
            throw new Interrupted("Stopped in the evaluation. Run the same command with --resume to go on.");
          }
          const indices = Array.from({ length: batch }, (_, k) => from + k < n ? from + k : 0);
          decodeBatch({ bytes: set.images, side: set.side }, indices, values, pixels);
          const inputs = [
            tf.tensor4d(pixels, [batch, set.side, set.side, 3]),
            tf.tensor1d(indices.map((i) => set.labels[i]), "int32"),
            tf.tensor1d(indices.map((_, k) => from + k < n ? 1 : 0)),
          ] as const;
          const made = await traced.later(learnt, ...inputs, carried).finally(() => tf.dispose([...inputs]));
          if (made.rows !== undefined) {
            const numbers = made.rows.dataSync() as Float32Array;
            made.rows.dispose();
            const width = numbers.length / batch;
            if (from === 0) rows = new Float32Array(n * width);
            rows.set(numbers.subarray(0, Math.min(batch, n - from) * width), from * width);
          }
          if (made.carried !== undefined) {
            if (carried !== first) disposeTree(carried);
            carried = made.carried;
          }
        }
        return { rows, carried };
      } catch (error) {
        if (carried !== first) disposeTree(carried);
        throw error;
      }
    };
  }

  const said = over(({ params, map, feature }) => ({
    rows: tf.concat([method.logits(params, { map, feature }), feature], 1), // [B, classes + channels]
  }));
  const shown = over(({ params, map, label }) => ({ rows: classActivationMaps(method.evidence(params, map, label)) }));
  const known = new WeakMap<ImageSet, Promise<Outputs>>();

  async function outputsOf(set: ImageSet): Promise<Outputs> {
    const { rows } = await said(set, {});
    const n = set.labels.length;
    const width = n === 0 ? channels : rows.length / n;
    const classes = width - channels;
    const logits = new Float32Array(n * classes), features = new Float32Array(n * channels);
    for (let i = 0; i < n; i++) {
      logits.set(rows.subarray(i * width, i * width + classes), i * classes);
      features.set(rows.subarray(i * width + classes, (i + 1) * width), i * channels);
    }
    check(logits, classes, "logits", set);
    return { classes, channels, logits, features };
  }

  function outputs(set: ImageSet): Promise<Outputs> {
    const made = known.get(set) ?? outputsOf(set);
    known.set(set, made);
    return made;
  }

  async function maps(set: ImageSet): Promise<Float32Array> {
    const { rows } = await shown(set, {});
    check(rows, CELLS * CELLS, "evidence", set);
    return rows;
  }

  function check(rows: Float32Array, width: number, what: string, set: ImageSet): void {
    const bad = rows.findIndex(Number.isNaN);
    if (bad >= 0) throw notANumber(method, what, `image ${Math.floor(bad / width)} of part ${set.name}`);
  }

  return { method, channels, outputs, logits: async (set) => (await outputs(set)).logits, maps, over };
}

/** What to tell whoever wrote a method that gives NaN though its network is finite. */
export function notANumber({ name }: Method, what: string, where: string): UserError {
  return new UserError(
    `Method ${name}: ${what} of ${where} holds NaN. The network is finite, so look in ${what} for a division by zero, ` +
      "or the root or logarithm of a number that may be negative.",
  );
}
