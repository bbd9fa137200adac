/**
 * Shears, shifts and rotations of an image by nearest neighbour; what comes from outside is black.
 *
 * As Pillow's `Image.transform` computes them, in whole numbers of 1/65536 pixel, so that its bytes are met exactly.
 */
import { CHANNELS } from "./pixels.ts";

/** Where pixel (x, y) comes from: (xx x + xy y + x0, yx x + yy y + y0), both taken at the pixels' centres. */
interface Origin {
  xx: number;
  xy: number;
  x0: number;
  yx: number;
  yy: number;
  y0: number;
}

const AS_IT_IS: Origin = { xx: 1, xy: 0, x0: 0, yx: 0, yy: 1, y0: 0 };

/**
 * Row y comes from `factor` y columns further right.
 *
 * @param image `[side, side, 3]`, changed in place; so in all functions here
 * @param scratch as long as the image; its content is lost
 */
export function shearX(image: Uint8Array, side: number, factor: number, scratch: Uint8Array): void {
  warp(image, side, { ...AS_IT_IS, xy: factor }, scratch);
}

/** Column x comes from `factor` x rows further down. */
export function shearY(image: Uint8Array, side: number, factor: number, scratch: Uint8Array): void {
  warp(image, side, { ...AS_IT_IS, yx: factor }, scratch);
}

/** Shifts by whole pixels: right for x above 0, down for y above 0. */
export function translate(image: Uint8Array, side: number, x: number, y: number, scratch: Uint8Array): void {
  warp(image, side, { ...AS_IT_IS, x0: -x, y0: -y }, scratch);
}

/** Turns about the middle, counter-clockwise for degrees above 0 (by less than 90). */
export function rotate(image: Uint8Array, side: number, degrees: number, scratch: Uint8Array): void {
  if (degrees === 0) return;
  const angle = -degrees * (Math.PI / 180);
  const rounded = (value: number) => Number(value.toFixed(15)); // as Pillow does
  const [cosine, sine] = [rounded(Math.cos(angle)), rounded(Math.sin(angle))];
  const middle = side / 2;
  warp(image, side, {
    xx: cosine,
    xy: sine,
    x0: cosine * -middle + sine * -middle + middle,
    yx: -sine,
    yy: cosine,
    y0: -sine * -middle + cosine * -middle + middle,
  }, scratch);
}

function warp(image: Uint8Array, side: number, { xx, xy, x0, yx, yy, y0 }: Origin, scratch: Uint8Array): void {
  const fixed = (value: number) => Math.floor(value * 65536 + 0.5);
  const [dx, dy] = [fixed(xx), fixed(yx)]; // from one column to the next
  scratch.set(image);
  for (let row = 0, to = 0; row < side; row++) {
    let x = fixed(x0 + xx * 0.5 + xy * 0.5) + row * fixed(xy);
    let y = fixed(y0 + yx * 0.5 + yy * 0.5) + row * fixed(yy);
    for (let column = 0; column < side; column++, to += CHANNELS, x += dx, y += dy) {
      const [fromX, fromY] = [x >> 16, y >> 16];
      if (fromX >= 0 && fromX < side && fromY >= 0 && fromY < side) {
        const from = (fromY * side + fromX) * CHANNELS;
        image[to] = scratch[from];
        image[to + 1] = scratch[from + 1];
        image[to + 2] = scratch[from + 2];
      } else image[to] = image[to + 1] = image[to + 2] = 0;
    }
  }
}
