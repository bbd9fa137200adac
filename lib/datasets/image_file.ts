/** Image files of any size, JPEG or PNG, as the squares that a network sees. */
import { Buffer } from "node:buffer";
import { PNG } from "pngjs";
import { flag, operation, text, type } from "../engine/operation.ts";
import { tf } from "../engine/tensorflow.ts";
import { UserError } from "../files/user_error.ts";
import { MOST_DEFLATED } from "../files/zip.ts";
import { decodeJpeg } from "./jpeg.ts";

const JPEG = /\.jpe?g$/i;

/** What an image file's name ends with. */
export const IMAGE = /\.(jpe?g|png)$/i;

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

/** A PNG image as RGB; what is transparent counts as it is coloured. */
function decodePng(bytes: Uint8Array, where: string): { height: number; width: number; pixels: Uint8Array } {
  try {
    checkClaim(bytes);
    const { height, width, data } = PNG.sync.read(Buffer.from(bytes));
    const pixels = new Uint8Array(height * width * 3);
    for (let i = 0; i < height * width; i++) {
      for (let channel = 0; channel < 3; channel++) pixels[3 * i + channel] = data[4 * i + channel];
    }
    return { height, width, pixels };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`${where}: not a PNG image that can be decoded (${reason}). Get the file again.`);
  }
}

/** Where the header of a PNG file has the width; the height follows. */
const WIDTH = 16;

/** Refuses more rows and pixels than deflate could have packed into so few bytes: room would be made for them first. */
function checkClaim(bytes: Uint8Array): void {
  if (bytes.length < WIDTH + 8 || bytes[0] !== 0x89) return; // pngjs has its words for what is none
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [width, height] = [view.getUint32(WIDTH), view.getUint32(WIDTH + 4)];
  const least = height * (1 + width / 8); // a byte for the filter, a bit a pixel
  if (width > 0 && height > 0 && least <= bytes.length * MOST_DEFLATED) return;
  throw new Error(`claims ${width} x ${height} pixels in ${bytes.length} bytes`);
}
