/** Images, each with its class activation map over it, side by side as many as fill the rows. */
import { camOverlay } from "./cam_overlay.ts";
import { TEXT_HEIGHT } from "./pixel_font.ts";
import { drawLegend } from "./tiles.ts";
import { picture, pixels, WHITE } from "./picture.ts";

/** Side of an image in the mosaic, in pixels, or as near to it as whole pixels allow. */
const TILE = 128;
const GAP = 10;
const COLUMNS = 4;

/**
 * Draws the mosaic.
 *
 * @param shown images as bytes, `[side, side, 3]`, and maps, `[8, 8]` in [0, 1]
 * @param side of the images, in pixels
 * @returns a PNG file
 */
export function mapMosaic(shown: readonly { image: Uint8Array; map: Float32Array }[], side: number): Uint8Array {
  const scale = Math.max(1, Math.round(TILE / side));
  const tile = side * scale;
  const [width, height] = [2 * tile + GAP, tile + GAP];
  const bottom = Math.ceil(shown.length / COLUMNS) * height + GAP;
  const drawn = picture(COLUMNS * width + GAP, bottom + 2 * TEXT_HEIGHT + GAP, WHITE);
  shown.forEach(({ image, map }, k) => {
    const [x, y] = [GAP + (k % COLUMNS) * width, GAP + Math.floor(k / COLUMNS) * height];
    drawn.image(x, y, side, scale, pixels(image, side));
    drawn.image(x + tile, y, side, scale, camOverlay(image, map, side));
  });
  drawLegend(drawn, GAP + tile, bottom, tile);
  return drawn.png();
}
