/** JPEG images as bytes, by TensorFlow's own decoder, which is libjpeg-turbo. */
import { flag, float, int, operation, text, type } from "../engine/operation.ts";
import { tf } from "../engine/tensorflow.ts";
import { UserError } from "../files/user_error.ts";

/**
 * No byte of a file holds more: each block of 8 x 8 takes a bit or more. What claims more is damaged, though libjpeg makes
 * room for it, and fills it with grey.
 */
const MOST_PIXELS = 8 * 64;

/**
 * Decodes an image, with the slow and exact integer transform and smooth chroma, so that pixels are those of Pillow.
 * Grey images come as RGB too. The engine must run.
 *
 * @param bytes the file
 * @param where its path, for messages
 * @returns pixels `[height, width, 3]`
 * @throws {UserError} if it cannot be decoded
 */
export function decodeJpeg(bytes: Uint8Array, where: string): { height: number; width: number; pixels: Uint8Array } {
  const attributes = {
    channels: int(3),
    ratio: int(1),
    fancy_upscaling: flag(true),
    try_recover_truncated: flag(false),
    acceptable_fraction: float(1),
    dct_method: text("INTEGER_ACCURATE"),
  };
  return tf.tidy(() => {
    const contents = tf.scalar(bytes as unknown as string, "string");
    try {
      const [shape] = operation("ExtractJpegShape", [contents], { output_type: type("int32") });
      const [rows, columns] = shape.dataSync();
      if (rows * columns > bytes.length * MOST_PIXELS) {
        throw new Error(`claims ${columns} x ${rows} pixels in ${bytes.length} bytes`);
      }
      const [image] = operation("DecodeJpeg", [contents], attributes);
      const [height, width] = image.shape;
      return { height, width, pixels: new Uint8Array(image.dataSync()) };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new UserError(`${where}: not a JPEG image that can be decoded (${reason}). Get the file again.`);
    }
  });
}
