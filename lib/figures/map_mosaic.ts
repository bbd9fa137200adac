/** Class activation maps side by side in colours, as many as fill the rows. */
import { AREA, CELLS } from "../backmix/foreground.ts";
import { picture } from "./picture.ts";
import { viridis } from "./viridis.ts";

const SCALE = 8;
const GAP = 6;
const COLUMNS = 8;

/**
 * Draws maps, evenly chosen.
 *
 * @param maps `[n, 8, 8]`, in [0, 1]
 * @param count how many at most
 * @returns a PNG file
 */
export function mapMosaic(maps: Float32Array, count = 24): Uint8Array {
  const n = maps.length / AREA;
  const shown = Math.min(count, n);
  const tile = CELLS * SCALE + GAP;
  const drawn = picture(COLUMNS * tile + GAP, Math.ceil(shown / COLUMNS) * tile + GAP, [255, 255, 255]);
  for (let k = 0; k < shown; k++) {
    const map = Math.floor(k * n / shown) * AREA;
    const [x, y] = [GAP + (k % COLUMNS) * tile, GAP + Math.floor(k / COLUMNS) * tile];
    drawn.image(x, y, CELLS, SCALE, (row, column) => viridis(maps[map + row * CELLS + column]));
  }
  return drawn.png();
}
