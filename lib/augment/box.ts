/** Rectangles of pixels that are cut out of an image, or taken over from another. */
import { CHANNELS } from "./pixels.ts";

/** A rectangle; the right column and the bottom row no longer belong to it. */
export interface Box {
  /** First row. */
  top: number;
  /** First column. */
  left: number;
  /** Row below the last. */
  bottom: number;
  /** Column right of the last. */
  right: number;
}

/**
 * The square around a pixel, clipped at the image's border (DeVries and Taylor 2017, Yun et al. 2019).
 *
 * Its side is even, one less than `length` where that is odd, and the pixel stands right below and right of its middle.
 *
 * @param side of the image, in pixels
 */
export function boxAround(y: number, x: number, length: number, side: number): Box {
  const half = Math.floor(length / 2);
  const inside = (v: number) => Math.min(side, Math.max(0, v));
  return { top: inside(y - half), left: inside(x - half), bottom: inside(y + half), right: inside(x + half) };
}

/** How many pixels it covers. */
export function areaOf({ top, left, bottom, right }: Box): number {
  return (bottom - top) * (right - left);
}

/**
 * Gives the pixels of a box one value.
 *
 * @param image `[side, side, 3]`, changed in place
 */
export function fillBox(image: Uint8Array | Float32Array, side: number, box: Box, value: number): void {
  for (let y = box.top; y < box.bottom; y++) {
    image.fill(value, (y * side + box.left) * CHANNELS, (y * side + box.right) * CHANNELS);
  }
}

/**
 * Takes the pixels of a box over from another image.
 *
 * @param image `[side, side, 3]`, changed in place
 * @param other `[side, side, 3]`
 */
export function copyBox(image: Float32Array, other: Float32Array, side: number, box: Box): void {
  for (let y = box.top; y < box.bottom; y++) {
    const [from, to] = [(y * side + box.left) * CHANNELS, (y * side + box.right) * CHANNELS];
    image.set(other.subarray(from, to), from);
  }
}
