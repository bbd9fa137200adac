/**
 * How much of a class activation map lies on the object, for data sets that know where the object is.
 */

/** Cells on a side of a map. */
const CELLS = 8;

/** Mean share over some images. */
export interface CamOnShape {
  /** Mean over the images of (map's mass on the object) / (map's mass). */
  share: number;
  /** Mean share of the image that the object covers: what a map that knows nothing would have. */
  area: number;
}

/**
 * Measures maps against the objects' outlines.
 *
 * @param maps `[n, 8, 8]`, not negative; a map that is zero everywhere counts as even
 * @param foreground how much of each pixel the object covers, 0 .. 255, `[n, side, side]`
 * @param side a multiple of 8
 */
export function camOnShape(maps: Float32Array, foreground: Uint8Array, side: number): CamOnShape {
  const n = maps.length / (CELLS * CELLS);
  const cell = side / CELLS;
  let share = 0, area = 0;
  for (let i = 0; i < n; i++) {
    let mass = 0, on = 0, covered = 0;
    for (let row = 0; row < side; row++) {
      for (let column = 0; column < side; column++) {
        const cover = foreground[(i * side + row) * side + column] / 255;
        const value = maps[(i * CELLS + Math.floor(row / cell)) * CELLS + Math.floor(column / cell)];
        mass += value;
        on += value * cover;
        covered += cover;
      }
    }
    const even = covered / (side * side);
    share += (mass > 0 ? on / mass : even) / n;
    area += even / n;
  }
  return { share, area };
}
