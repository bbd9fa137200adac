/**
 * Saturation and sharpness: a blend of an image with its grey or its smoothed version, beyond the image for factors
 * above 1. As Pillow's `ImageEnhance` defines them, byte for byte.
 */
import { blended, grey } from "./levels.ts";
import { CHANNELS } from "./pixels.ts";

/** Makes the colours weaker (factor below 1; 0 is grey) or stronger. */
export function color(image: Uint8Array, factor: number): void {
  const products = productsOf(factor);
  for (let p = 0; p < image.length; p += CHANNELS) {
    const from = grey(image, p);
    for (let c = p; c < p + CHANNELS; c++) image[c] = blended(from, products[image[c] - from + 255]);
  }
}

/**
 * Smooths (factor below 1) or sharpens. Smooth is the mean of 3x3 pixels in which the middle counts five times; the
 * outermost pixels stay.
 *
 * @param image `[side, side, 3]`, changed in place
 * @param scratch as long as the image; its content is lost
 */
export function sharpness(image: Uint8Array, side: number, factor: number, scratch: Uint8Array): void {
  const products = productsOf(factor);
  const row = side * CHANNELS;
  scratch.set(image);
  for (let y = 1; y < side - 1; y++) {
    for (let p = y * row + CHANNELS; p < (y + 1) * row - CHANNELS; p++) {
      const [up, down] = [p - row, p + row];
      const sum = scratch[up - CHANNELS] + scratch[up] + scratch[up + CHANNELS] + //
        scratch[p - CHANNELS] + 5 * scratch[p] + scratch[p + CHANNELS] + //
        scratch[down - CHANNELS] + scratch[down] + scratch[down + CHANNELS];
      const smooth = SMOOTH[sum];
      image[p] = blended(smooth, products[scratch[p] - smooth + 255]);
    }
  }
}

/** sum / 13, rounded; no sum lies half-way, so that Pillow's float32 gives the same. */
const SMOOTH = Uint8Array.from({ length: 13 * 255 + 1 }, (_, sum) => Math.floor(sum / 13 + 0.5));

/** factor * difference in float32, for differences -255 .. 255. */
function productsOf(factor: number): Float32Array {
  const share = Math.fround(factor);
  const products = new Float32Array(511);
  for (let at = 0; at < products.length; at++) products[at] = share * (at - 255);
  return products;
}
