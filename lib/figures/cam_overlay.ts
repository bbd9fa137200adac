/** A class activation map in colours over its image in grey. */
import type { Rgb } from "./picture.ts";
import { viridis } from "./viridis.ts";

/**
 * The colour of each pixel: 60 % the map's, 40 % the image's grey.
 *
 * @param image bytes, `[side, side, 3]`
 * @param map `[8, 8]`, in [0, 1]
 */
export function camOverlay(
  image: Uint8Array,
  map: Float32Array,
  side: number,
): (row: number, column: number) => Rgb {
  const cell = side / 8;
  return (row, column) => {
    const at = 3 * (row * side + column);
    const grey = 0.299 * image[at] + 0.587 * image[at + 1] + 0.114 * image[at + 2];
    const hot = viridis(map[Math.floor(row / cell) * 8 + Math.floor(column / cell)]);
    return hot.map((value) => Math.round(0.6 * value + 0.4 * grey)) as unknown as Rgb;
  };
}
