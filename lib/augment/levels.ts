/**
 * Operations that give each level of a channel another one, wherever it stands: by a table of 256 entries.
 *
 * As Pillow's `ImageOps` and `ImageEnhance` define them, byte for byte.
 */
import { CHANNELS } from "./pixels.ts";

/** Keeps the upper `bits` bits of each byte, 1 to 8. */
export function posterize(image: Uint8Array, bits: number): void {
  const kept = ~(2 ** (8 - bits) - 1);
  for (let p = 0; p < image.length; p++) image[p] &= kept;
}

/** Turns each level v that is not below the threshold into 255 - v. */
export function solarize(image: Uint8Array, threshold: number): void {
  for (let p = 0; p < image.length; p++) if (image[p] >= threshold) image[p] = 255 - image[p];
}

/**
 * Stretches each channel so that its least level becomes 0 and its greatest 255 (or 254: Pillow cuts a rounding error off);
 * a channel with a single level stays.
 */
export function autoContrast(image: Uint8Array): void {
  eachChannel(image, (times) => {
    const least = times.findIndex((n) => n > 0);
    const greatest = times.findLastIndex((n) => n > 0);
    if (greatest <= least) return null;
    const scale = 255 / (greatest - least);
    return (level) => Math.min(255, Math.max(0, Math.trunc(level * scale - least * scale)));
  });
}

/** Evens each channel's histogram out: a level becomes the share of the pixels below it. */
export function equalize(image: Uint8Array): void {
  eachChannel(image, (times) => {
    const pixels = image.length / CHANNELS;
    const step = Math.floor((pixels - times[times.findLastIndex((n) => n > 0)]) / 255);
    if (step === 0) return null; // one level only, or too few pixels
    const below = new Uint32Array(256);
    for (let level = 1; level < 256; level++) below[level] = below[level - 1] + times[level - 1];
    return (level) => Math.min(255, Math.floor((Math.floor(step / 2) + below[level]) / step));
  });
}

/** Darkens (factor below 1) or lightens. */
export function brightness(image: Uint8Array, factor: number): void {
  blendWithLevel(image, 0, factor);
}

/** Draws all levels nearer to the image's mean grey (factor below 1), or further from it. */
export function contrast(image: Uint8Array, factor: number): void {
  let sum = 0;
  for (let p = 0; p < image.length; p += CHANNELS) sum += grey(image, p);
  blendWithLevel(image, Math.floor(sum / (image.length / CHANNELS) + 0.5), factor);
}

/** How light the pixel at `p` is, 0 .. 255 (ITU-R 601-2, in Pillow's whole numbers). */
export function grey(image: Uint8Array, p: number): number {
  return (image[p] * 19595 + image[p + 1] * 38470 + image[p + 2] * 7471 + 0x8000) >> 16;
}

/**
 * What `to` and `from`, two levels, become when blended: from + factor (to - from), in float32 and cut off, as Pillow's
 * `Image.blend` computes it.
 *
 * @param product factor (to - from) in float32
 */
export function blended(from: number, product: number): number {
  const level = Math.fround(from + product);
  return level <= 0 ? 0 : level >= 255 ? 255 : Math.trunc(level);
}

function blendWithLevel(image: Uint8Array, level: number, factor: number): void {
  const share = Math.fround(factor);
  const table = new Uint8Array(256);
  for (let v = 0; v < 256; v++) table[v] = blended(level, Math.fround(share * (v - level)));
  for (let p = 0; p < image.length; p++) image[p] = table[image[p]];
}

/** Changes each channel by a table that depends on its histogram; `null` leaves it. */
function eachChannel(image: Uint8Array, change: (times: Uint32Array) => ((level: number) => number) | null): void {
  for (let c = 0; c < CHANNELS; c++) {
    const times = new Uint32Array(256);
    for (let p = c; p < image.length; p += CHANNELS) times[image[p]]++;
    const become = change(times);
    if (become === null) continue;
    const table = new Uint8Array(256);
    for (let level = 0; level < 256; level++) table[level] = become(level);
    for (let p = c; p < image.length; p += CHANNELS) image[p] = table[image[p]];
  }
}
