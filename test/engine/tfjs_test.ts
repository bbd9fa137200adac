import { assert, assertEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import * as tf from "../../lib/engine/tfjs.ts";
import { writePackageFolder } from "./suite/package_folder.ts";
import { test } from "./traced.ts";

const folder = await Deno.makeTempDir();
await writePackageFolder(folder);
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

const image = (name: string) => Deno.readFileSync(join(folder, "test_objects/images", name));
/** Pixels of the folder's pictures, and of the animation's second one. */
const FIRST = [238, 101, 0, 50, 50, 50, 100, 50, 0, 200, 100, 50];
const SECOND = [200, 100, 50, 34, 68, 102, 170, 0, 102, 255, 255, 255];

test("pictures of each format are decoded, by their format's function or the one for all", () => {
  tf.tidy(() => {
    const { decodeBmp, decodeImage, decodeJpeg, decodePng } = tf.node;
    for (const name of ["image_png_test.png", "image_bmp_test.bmp"]) {
      const byName = (name.endsWith("png") ? decodePng : decodeBmp)(image(name), 3);
      for (const pixels of [byName, decodeImage(image(name), 3)]) {
        assertEquals([pixels.dtype, pixels.shape, [...pixels.dataSync()]], ["int32", [2, 2, 3], FIRST], name);
      }
    }
    assertEquals(decodePng(image("image_png_4_channel_test.png"), 4).dataSync()[3], 255);
    assertEquals(decodeJpeg(image("image_jpeg_test.jpeg"), 1).shape, [2, 2, 1]);
  });
});

test("an animation is decoded into all its pictures, or into its first", () => {
  tf.tidy(() => {
    const { decodeGif, decodeImage } = tf.node;
    for (const pictures of [decodeGif(image("gif_test.gif")), decodeImage(image("gif_test.gif"))]) {
      assertEquals([pictures.shape, [...pictures.dataSync()]], [[2, 2, 2, 3], [...FIRST, ...SECOND]]);
    }
    const first = decodeImage(image("gif_test.gif"), 3, "int32", false);
    assertEquals([first.shape, [...first.dataSync()]], [[2, 2, 3], FIRST]);
  });
});

test("what is no picture, or one that is cut off, is an error, and leaves no tensor", () => {
  tf.tidy(() => {
    const { decodeGif, decodeImage, decodeJpeg, decodePng } = tf.node;
    assertThrows(() => decodeImage(new TextEncoder().encode("no picture")), Error, "unsupported image type");
    for (const [decode, name] of [[decodePng, "image_png_test.png"], [decodeGif, "gif_test.gif"]] as const) {
      const bytes = image(name);
      assertThrows(() => decode(bytes.subarray(0, bytes.length / 2)), Error);
      assertThrows(() => decode(new Uint8Array(0)), Error);
    }
    assertThrows(() => decodeJpeg(image("image_jpeg_test.jpeg").subarray(0, 40)), Error, "JPEG");
  });
});

test("encoded as PNG a picture comes back to the bit, a grey one as JPEG nearly", async () => {
  const smooth = Int32Array.from({ length: 16 * 16 * 3 }, (_, i) => 60 + Math.floor(i / 6));
  const picture = tf.tensor3d(smooth, [16, 16, 3], "int32");
  const png = await tf.node.encodePng(picture), jpeg = await tf.node.encodeJpeg(picture, "", 90);
  assertEquals([...png.subarray(1, 4)], [...new TextEncoder().encode("PNG")]);
  assertEquals([...jpeg.subarray(0, 2)], [0xff, 0xd8]);
  tf.tidy(() => {
    assertEquals(Int32Array.from(tf.node.decodePng(png).dataSync()), smooth);
    assert(tf.max(tf.abs(tf.sub(tf.node.decodeJpeg(jpeg), picture))).dataSync()[0] <= 2);
  });
  picture.dispose();
});
