/** Where methods see the class: images in the first column, then each method's class activation map of them. */
import { camOverlay } from "./cam_overlay.ts";
import { drawText, TEXT_HEIGHT, textWidth } from "./pixel_font.ts";
import { picture, pixels, type Rgb } from "./picture.ts";

/** One method's maps. */
export interface CamColumn {
  /** What stands over it. */
  title: string;
  /** One map for each image, `[8, 8]`, in [0, 1]. */
  maps: readonly Float32Array[];
}

const SCALE = 4;
const GAP = 12;
const WHITE: Rgb = [255, 255, 255];
const INK: Rgb = [40, 40, 40];

/**
 * Draws the gallery.
 *
 * @param images bytes, each `[side, side, 3]`
 * @returns a PNG file
 */
export function camGallery(images: readonly Uint8Array[], side: number, columns: readonly CamColumn[]): Uint8Array {
  const tile = side * SCALE;
  const top = GAP * 2 + TEXT_HEIGHT * 2;
  const drawn = picture(GAP + (columns.length + 1) * (tile + GAP), top + images.length * (tile + GAP), WHITE);
  const titles = ["image", ...columns.map(({ title }) => title)];
  titles.forEach((title, column) => {
    const left = GAP + column * (tile + GAP);
    drawText(drawn, title, left + Math.floor((tile - textWidth(title, 2)) / 2), GAP, 2, INK);
    images.forEach((image, row) => {
      const colour = column === 0 ? pixels(image, side) : camOverlay(image, columns[column - 1].maps[row], side);
      drawn.image(left, top + row * (tile + GAP), side, SCALE, colour);
    });
  });
  return drawn.png();
}
