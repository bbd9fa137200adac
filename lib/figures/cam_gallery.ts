/** Where methods see the class: images in the first column, then each method's class activation map of them. */
import { camOverlay } from "./cam_overlay.ts";
import { drawText, TEXT_HEIGHT, textWidth } from "./pixel_font.ts";
import { INK, type Picture, picture, pixels, WHITE } from "./picture.ts";
import { viridis } from "./viridis.ts";

/** One method's maps. */
export interface CamColumn {
  /** What stands over it. */
  title: string;
  /** One map for each image, `[8, 8]`, in [0, 1]. */
  maps: readonly Float32Array[];
}

const SCALE = 4;
const GAP = 12;

/**
 * Draws the gallery.
 *
 * @param images bytes, each `[side, side, 3]`
 * @returns a PNG file
 */
export function camGallery(images: readonly Uint8Array[], side: number, columns: readonly CamColumn[]): Uint8Array {
  const tile = side * SCALE;
  const top = GAP * 2 + TEXT_HEIGHT * 2;
  const bottom = top + images.length * (tile + GAP);
  const drawn = picture(GAP + (columns.length + 1) * (tile + GAP), bottom + TEXT_HEIGHT * 2 + GAP, WHITE);
  const titles = ["image", ...columns.map(({ title }) => title)];
  titles.forEach((title, column) => {
    const left = GAP + column * (tile + GAP);
    drawText(drawn, title, left + Math.floor((tile - textWidth(title, 2)) / 2), GAP, 2, INK);
    images.forEach((image, row) => {
      const colour = column === 0 ? pixels(image, side) : camOverlay(image, columns[column - 1].maps[row], side);
      drawn.image(left, top + row * (tile + GAP), side, SCALE, colour);
    });
  });
  legend(drawn, GAP + tile + GAP, bottom, tile);
  return drawn.png();
}

/** The colours from the lowest to the highest value of a map, in the width of a tile. */
function legend(drawn: Picture, x: number, y: number, width: number): void {
  const [low, high] = ["low", "high"];
  const from = x + textWidth(low, 2) + GAP, to = x + width - textWidth(high, 2) - GAP;
  drawText(drawn, low, x, y, 2, INK);
  drawText(drawn, high, x + width - textWidth(high, 2), y, 2, INK);
  for (let at = from; at < to; at++) drawn.fill(at, y, 1, TEXT_HEIGHT * 2, viridis((at - from) / (to - 1 - from)));
}
