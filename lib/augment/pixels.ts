/**
 * From a data set's bytes to the floats that the network sees.
 *
 * A byte can become only 256 values, so scale, normalisation, and the losses of a detour are one table, looked up once
 * for each byte.
 */

/** Channels of an image: red, green, blue. */
export const CHANNELS = 3;

/** Images of a data set, `[n, side, side, 3]` bytes, row-major. */
export interface Images {
  /** All bytes, image after image. */
  bytes: Uint8Array;
  /** Height and width in pixels. */
  side: number;
}

/** What the network sees of a pixel value v in [0, 1]: (v - mean) / deviation. */
export interface Normalisation {
  /** Subtracted from every channel; 0 leaves [0, 1]. */
  mean: number;
  /** Divides every channel; 1 leaves [0, 1]. */
  deviation: number;
}

/** [0, 1] as it is, as ARPL trains. */
export const UNIT: Normalisation = { mean: 0, deviation: 1 };

/** BackMix's and CSSR's normalisation: [0, 1] becomes [-2, 2], and grey 0. */
export const CENTRED: Normalisation = { mean: 0.5, deviation: 0.25 };

/** What each byte becomes. */
export interface PixelValues {
  /** Value of each byte, `[256]`; that of byte 0 is also the black that a crop lets in. */
  byte: Float32Array;
  /** Value of the grey half-way between black and white, level 127.5, which no byte holds. */
  grey: number;
}

/**
 * The table for a normalisation, in the float32 steps of torchvision's `ToTensor` and `Normalize`.
 *
 * @example
 * ```ts
 * import { CENTRED, pixelValues } from "./pixels.ts";
 * import { assertEquals } from "@std/assert";
 * const { byte, grey } = pixelValues(CENTRED);
 * assertEquals([byte[0], grey, byte[255]], [-2, 0, 2]);
 * ```
 */
export function pixelValues(normalisation: Normalisation): PixelValues {
  const mean = Math.fround(normalisation.mean);
  const deviation = Math.fround(normalisation.deviation);
  const value = (unit: number) => Math.fround(Math.fround(Math.fround(unit) - mean) / deviation);
  return { byte: Float32Array.from({ length: 256 }, (_, v) => value(v / 255)), grey: value(0.5) };
}

/**
 * The table that BackMix's reference amounts to: its mixed images turn into bytes again before flip and crop, and that
 * cuts off instead of rounding. So about a fifth of all bytes lose a level, and grey becomes 127.
 *
 * Source: backmix.py, `topil(clamp(img * 0.25 + 0.5, 0, 1))`; each step in float32 as there.
 */
export function truncatedPixelValues(normalisation: Normalisation): PixelValues {
  const values = pixelValues(normalisation);
  return { byte: Float32Array.from(TRUNCATED.byte, (v) => values.byte[v]), grey: values.byte[TRUNCATED.grey] };
}

/** What each byte becomes where an image stays bytes. */
export interface ByteValues {
  /** Level of each byte, `[256]`. */
  byte: Uint8Array;
  /** Level of the grey half-way between black and white. */
  grey: number;
}

/** Every byte as it is; grey, which lies half-way between 127 and 128, is rounded up. */
export const EXACT: ByteValues = { byte: Uint8Array.from({ length: 256 }, (_, v) => v), grey: 128 };

/** Levels cut off as in BackMix's reference: see {@linkcode truncatedPixelValues}. */
export const TRUNCATED: ByteValues = {
  byte: Uint8Array.from(
    pixelValues(CENTRED).byte,
    (v) => Math.trunc(Math.fround(255 * Math.fround(Math.fround(v * 0.25) + 0.5))),
  ),
  grey: 127,
};

/**
 * The images of a batch as floats, `[batch, side, side, 3]`, unaltered: for class activation maps and evaluation.
 *
 * @param batch indices of the images
 * @param out is filled; `batch.length * side * side * 3` long
 * @throws {RangeError} if an image does not exist or `out` has another length
 */
export function decodeBatch(images: Images, batch: ArrayLike<number>, values: PixelValues, out: Float32Array): void {
  checkBatch(images, batch, out);
  const size = images.side * images.side * CHANNELS;
  for (let k = 0; k < batch.length; k++) {
    const from = batch[k] * size;
    const image = out.subarray(k * size, (k + 1) * size);
    for (let p = 0; p < size; p++) image[p] = values.byte[images.bytes[from + p]];
  }
}

/**
 * Checks that a batch can be rendered.
 *
 * @throws {RangeError} if an image does not exist or `out` is not `batch.length * side * side * 3` long
 */
export function checkBatch({ bytes, side }: Images, batch: ArrayLike<number>, out: Float32Array): void {
  const size = side * side * CHANNELS;
  if (out.length !== batch.length * size) {
    throw new RangeError(`out holds ${out.length} numbers, the batch has ${batch.length * size}`);
  }
  for (let k = 0; k < batch.length; k++) {
    if (!(batch[k] >= 0 && (batch[k] + 1) * size <= bytes.length)) {
      throw new RangeError(`image ${batch[k]} of ${bytes.length / size}`);
    }
  }
}
