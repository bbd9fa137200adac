/** Image files of any size, JPEG or PNG, as the squares that a network sees. */
import { flag, operation, text, type } from "../engine/operation.ts";
import { tf } from "../engine/tensorflow.ts";
import { decodeJpeg } from "./jpeg.ts";
import { decodePng } from "./png.ts";

const JPEG = /\.jpe?g$/i;

/** What an image file's name ends with. */
export const IMAGE = /\.(jpe?g|png)$/i;

/** An image of this side takes 3 MB, and no network here sees larger ones. */
export const LARGEST_SIDE = 1024;

/**
 * The middle square of an image, scaled. The engine must run.
 *
 * @param bytes the file
 * @param where its path: the end of its name says what it is
 * @param side of the result, in pixels
 * @returns pixels `[side, side, 3]`
 * @throws {UserError} if it cannot be decoded
 */
export function squareOf(bytes: Uint8Array, where: string, side: number): Uint8Array {
  const { height, width, pixels } = JPEG.test(where) ? decodeJpeg(bytes, where) : decodePng(bytes, where);
  const shorter = Math.min(height, width);
  const scale = side / shorter;
  return tf.tidy(() => {
    const image = tf.tensor4d(new Float32Array(pixels), [1, height, width, 3]);
    const square = tf.slice(
      image,
      [0, (height - shorter) >> 1, (width - shorter) >> 1, 0],
      [1, shorter, shorter, 3],
    );
    // triangle filter, wide enough for what is scaled down: Pillow's and torchvision's bilinear
    const [scaled] = operation(
      "ScaleAndTranslate",
      [square, tf.tensor1d([side, side], "int32"), tf.tensor1d([scale, scale]), tf.tensor1d([0, 0])],
      { T: type("float32"), kernel_type: text("triangle"), antialias: flag(true) },
    );
    return Uint8Array.from(scaled.dataSync(), (value) => Math.min(255, Math.max(0, Math.round(value))));
  });
}
