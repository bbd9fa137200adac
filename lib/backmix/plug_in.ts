/**
 * BackMix for a training loop of one's own, with any tfjs model on any tfjs backend: a CAM bank, mixed batches out of
 * it, and the way back. `docs/plug-in.md` shows it at work.
 */
import { CHANNELS, decodeBatch, type Images, type Normalisation, pixelValues, UNIT } from "../augment/pixels.ts";
import { AS_IT_IS } from "../augment/view.ts";
import { stream } from "../engine/streams.ts";
import { tf } from "../engine/tensorflow.ts";
import type { Tensor3D, Tensor4D } from "../engine/tensors.ts";
import { UserError } from "../files/user_error.ts";
import { CamBank } from "./cam_bank.ts";
import { CELLS } from "./foreground.ts";
import { type BackmixOptions, DESCRIBED, drawPastes, renderMixed } from "./mix.ts";

/** What BackMix needs to know of a training run. */
export interface PlugInOptions {
  /** All training images as bytes, `[n, side, side, 3]`; kept, not copied. */
  images: Uint8Array;
  /** Height and width of an image in pixels, a multiple of 8. */
  side: number;
  /** Seed of everything that mixing draws. */
  seed: number;
  /** What the network sees of a pixel; [0, 1] by default. */
  normalisation?: Normalisation;
  /** Settings that are not as published. */
  settings?: Partial<Pick<BackmixOptions, "momentum" | "mask" | "foreground" | "window" | "partner">>;
}

/** A batch twice; the caller frees both. */
export interface MixedBatch {
  /** What to train on: windows of other images' backgrounds are pasted in; the labels stay. `[batch, side, side, 3]` */
  mixed: Tensor4D;
  /** The same images unaltered, for their class activation maps, `[batch, side, side, 3]`. */
  raw: Tensor4D;
}

/**
 * BackMix beside a training loop. Flips, crops and the like come after it: the paste precedes them.
 *
 * @example
 * ```ts ignore
 * const backmix = new BackMix({ images, side: 32, seed: 0 });
 * const { mixed, raw } = backmix.mix([7, 3]); // train on mixed, then
 * backmix.update(maps); // class activation maps of raw, [2, 8, 8]
 * ```
 */
export class BackMix {
  /** What is known of each image's foreground so far. */
  readonly bank: CamBank;
  #images: Images;
  #seed: number;
  #normalisation: Normalisation;
  #settings: BackmixOptions;
  #mixed = 0;
  #updated = 0;
  #last: readonly number[] = [];

  /**
   * BackMix for these images, with a bank that knows nothing yet.
   *
   * @throws {UserError} if the images do not fit their side, or a setting is out of its range
   */
  constructor({ images, side, seed, normalisation = UNIT, settings = {} }: PlugInOptions) {
    const size = side * side * CHANNELS;
    if (!(Number.isInteger(side) && side > 0 && side % CELLS === 0)) {
      throw new UserError(`BackMix: images of ${side} px. Give a side that is a multiple of ${CELLS}.`);
    }
    if (!(images instanceof Uint8Array) || images.length === 0 || images.length % size !== 0) {
      throw new UserError(
        `BackMix: ${images.length} values are no images of ${side} px. Give all of them as one Uint8Array, ` +
          `[n, ${side}, ${side}, ${CHANNELS}], each value 0 to 255.`,
      );
    }
    this.#images = { bytes: images, side };
    this.#seed = seed;
    this.#normalisation = normalisation;
    this.#settings = { ...DESCRIBED, ...settings, lag: 0 }; // a loop of one's own mixes after each step
    this.bank = new CamBank(images.length / size, this.#settings);
  }

  /**
   * Mixes a batch by the bank as it stands; each call draws anew.
   *
   * @param batch places of its images among all, from 0
   * @throws {RangeError} if an image does not exist
   */
  mix(batch: ArrayLike<number>): MixedBatch {
    const images = this.#images;
    const shape: [number, number, number, number] = [batch.length, images.side, images.side, CHANNELS];
    const [mixed, raw] = [0, 1].map(() => new Float32Array(tf.util.sizeFromShape(shape)));
    const values = pixelValues(this.#normalisation);
    decodeBatch(images, batch, values, raw);
    const maps = this.bank.at(this.#updated);
    const pastes = drawPastes(stream(this.#seed, "mix", this.#mixed++), batch, maps, images.side, this.#settings);
    renderMixed(images, batch, pastes, pastes.map(() => AS_IT_IS), values, mixed);
    this.#last = Array.from(batch);
    return { mixed: tf.tensor4d(mixed, shape), raw: tf.tensor4d(raw, shape) };
  }

  /**
   * Moves the bank: map = 0.1 * new + 0.9 * map.
   *
   * @param maps class activation maps of images, `[batch, 8, 8]`, in [0, 1]; a tensor stays the caller's
   * @param batch which images; those that were mixed last by default
   * @throws {UserError} if the maps are no maps
   * @throws {RangeError} if there are more or fewer maps than images
   */
  update(maps: Tensor3D | ArrayLike<number>, batch: ArrayLike<number> = this.#last): void {
    const values = Array.from(maps instanceof tf.Tensor ? maps.dataSync() : maps);
    const bad = values.find((value) => !(value >= 0 && value <= 1));
    if (bad !== undefined) {
      throw new UserError(
        `BackMix: a map holds ${bad}. Give values from 0 to 1, as layersModelCam and classActivationMaps make them.`,
      );
    }
    this.bank.record(this.#updated, batch, values);
    this.#updated++;
  }
}
