/**
 * The files that tfjs-node's specs read and its npm package leaves out: the images by the numbers that the specs expect,
 * the models by their signatures, both made anew.
 */
import { encodeJpeg } from "@tensorflow/tfjs-node-gpu/dist/image.js";
import { join } from "node:path";
import { PNG } from "pngjs";
import { tf } from "../../../lib/engine/tensorflow.ts";
import { type Signature, writeModel } from "../small_model.ts";

/** Red, green and blue of two rows of two pixels. */
const PIXELS = [[238, 101, 0], [50, 50, 50], [100, 50, 0], [200, 100, 50]];
/** Of the animation's second picture. */
const PIXELS_AFTER = [[200, 100, 50], [34, 68, 102], [170, 0, 102], [255, 255, 255]];

const times = (type: Signature["type"], factor: number): Signature => ({
  type,
  results: [{ of: "x", times: factor }],
});

const MODELS: Record<string, Record<string, Signature>> = {
  times_three_float: { serving_default: times("DT_FLOAT", 3) },
  times_two_int: { serving_default: times("DT_INT32", 2) },
  uint8_multiply: { serving_default: times("DT_UINT8", 6) },
  int64_multiply: { serving_default: times("DT_INT64", 6) },
  module_with_multiple_signatures: { serving_default: times("DT_FLOAT", 3), timestwo: times("DT_FLOAT", 2) },
  model_single_input_multi_output: {
    serving_default: { type: "DT_INT32", results: [{ of: "x", times: 2 }, { of: "x", times: 1 }] },
  },
  model_multi_output: {
    serving_default: { type: "DT_INT32", results: [{ of: "x", times: 2 }, { of: "y", times: 1 }] },
  },
};

/** Writes the files into a folder that stands for the package's; TensorFlow must run. */
export async function writePackageFolder(folder: string): Promise<void> {
  await Deno.writeTextFile(join(folder, "package.json"), "what is no image");
  const images = join(folder, "test_objects/images");
  await Deno.mkdir(images, { recursive: true });
  const image = tf.tensor(PIXELS.flat(), [2, 2, 3], "int32") as tf.Tensor3D;
  const files = {
    "image_png_test.png": png(2),
    "image_png_4_channel_test.png": png(6),
    "image_bmp_test.bmp": bmp(),
    "image_jpeg_test.jpeg": await encodeJpeg(image, "", 100, false, false, false),
    "gif_test.gif": gif([PIXELS, PIXELS_AFTER]),
  };
  image.dispose();
  for (const [name, bytes] of Object.entries(files)) await Deno.writeFile(join(images, name), bytes);
  for (const [name, signatures] of Object.entries(MODELS)) {
    await writeModel(join(folder, "test_objects/saved_model", name), signatures);
  }
}

/** @param colorType 2 without, 6 with transparency */
function png(colorType: 2 | 6): Uint8Array {
  const image = new PNG({ width: 2, height: 2 });
  image.data.set(PIXELS.flatMap((pixel) => [...pixel, 255]));
  return PNG.sync.write(image, { colorType });
}

/** Rows from below, blue first, each row filled up to four bytes. */
function bmp(): Uint8Array {
  const bytes = new Uint8Array(54 + 2 * 8);
  const view = new DataView(bytes.buffer);
  bytes.set(new TextEncoder().encode("BM"));
  view.setUint32(2, bytes.length, true);
  view.setUint32(10, 54, true); // where the pixels begin
  [40, 2, 2].forEach((value, i) => view.setUint32(14 + 4 * i, value, true)); // size of this header, width, height
  view.setUint16(26, 1, true);
  view.setUint16(28, 24, true); // bits of a pixel
  [2, 3, 0, 1].forEach((pixel, i) => bytes.set(PIXELS[pixel].toReversed(), 54 + 8 * (i >> 1) + 3 * (i & 1)));
  return bytes;
}

/** Pictures of four colours each, whose codes of three bits stay three bits long by a reset after every second pixel. */
function gif(pictures: number[][][]): Uint8Array {
  const RESET = 4, END = 5;
  const codes = [RESET, 0, 1, RESET, 2, 3, END].reduce((bits, code, i) => bits | code << 3 * i, 0);
  const screen = [2, 0, 2, 0, 0, 0, 0];
  const picture = (colours: number[][]) => [
    ...[0x2c, 0, 0, 0, 0, 2, 0, 2, 0, 0x81], // at 0, 0; a palette of four colours of its own
    ...colours.flat(),
    ...[2, 3, codes & 255, codes >> 8 & 255, codes >> 16, 0],
  ];
  return Uint8Array.of(...new TextEncoder().encode("GIF89a"), ...screen, ...pictures.flatMap(picture), 0x3b);
}
