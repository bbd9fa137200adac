import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { CENTRED, decodeBatch, pixelValues, truncatedPixelValues, UNIT } from "../../lib/augment/pixels.ts";

Deno.test("pixel values run from 0 to 1, or from -2 to 2 when centred, and grey is half-way", () => {
  for (const [normalisation, low, high] of [[UNIT, 0, 1], [CENTRED, -2, 2]] as const) {
    const { byte, grey } = pixelValues(normalisation);
    for (let v = 0; v < 256; v++) assertAlmostEquals(byte[v], low + (high - low) * v / 255, 3e-7);
    assertEquals(grey, (low + high) / 2);
  }
});

Deno.test("pixels cut off as in the reference lose one level or none, about a fifth of them one", () => {
  const { byte, grey } = truncatedPixelValues(UNIT);
  const lost = Array.from(byte, (value, v) => v - Math.round(255 * value));
  assert(lost.every((levels) => levels === 0 || levels === 1));
  const share = lost.filter((levels) => levels === 1).length / 256;
  assert(share > 0.15 && share < 0.25, `${share} of the levels`);
  assertEquals(grey, Math.fround(127 / 255));
});

Deno.test("a batch is decoded image by image, in its order", () => {
  const images = { bytes: Uint8Array.from({ length: 3 * 8 * 8 * 3 }, (_, k) => k % 251), side: 8 };
  const out = new Float32Array(2 * 8 * 8 * 3);
  decodeBatch(images, [2, 0], pixelValues(UNIT), out);
  const expected = [...images.bytes.subarray(2 * 192, 3 * 192), ...images.bytes.subarray(0, 192)];
  assertEquals(Array.from(out, (value) => Math.round(255 * value)), expected);
});

Deno.test("an image that does not exist, or an output of another size, is refused", () => {
  const images = { bytes: new Uint8Array(2 * 8 * 8 * 3), side: 8 };
  for (const image of [2, -1, NaN]) {
    assertThrows(() => decodeBatch(images, [image], pixelValues(UNIT), new Float32Array(192)), RangeError, "of 2");
  }
  assertThrows(() => decodeBatch(images, [0], pixelValues(UNIT), new Float32Array(191)), RangeError, "191");
});
