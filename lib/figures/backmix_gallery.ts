/**
 * What BackMix does to a few training images, one a row: the image, its class activation map, the partner with its
 * foreground turned grey, and the mixed image that is trained on. Windows are framed.
 */
import { camOverlay } from "./cam_overlay.ts";
import { drawText, TEXT_HEIGHT, textWidth } from "./pixel_font.ts";
import { INK, type Picture, picture, pixels, type Rgb, WHITE } from "./picture.ts";

/** One row of the gallery. Images are bytes, `[side, side, 3]`. */
export interface GalleryRow {
  /** The training image. */
  image: Uint8Array;
  /** Its class activation map, `[8, 8]`, in [0, 1]. */
  map: Float32Array;
  /** The image whose background is pasted, its foreground grey. */
  partner: Uint8Array;
  /** Upper left corner of the window in the partner. */
  source: { y: number; x: number };
  /** The image with the window pasted, before flip and crop. */
  mixed: Uint8Array;
  /** Upper left corner of the window in the image. */
  destination: { y: number; x: number };
  /** Side of the window, in pixels. */
  window: number;
}

const SCALE = 4;
const GAP = 12;
const FRAME: Rgb = [255, 64, 64];

/**
 * Draws the gallery.
 *
 * @param rows one for each image
 * @param side of the images, in pixels
 * @returns a PNG file
 */
export function backmixGallery(rows: readonly GalleryRow[], side: number): Uint8Array {
  const columns = ["image", "its cam", "partner", "mixed"];
  const tile = side * SCALE;
  const top = GAP * 2 + TEXT_HEIGHT * 2;
  const drawn = picture(GAP + columns.length * (tile + GAP), top + rows.length * (tile + GAP), WHITE);
  const left = (column: number) => GAP + column * (tile + GAP);
  columns.forEach((text, column) => {
    drawText(drawn, text, left(column) + Math.floor((tile - textWidth(text, 2)) / 2), GAP, 2, INK);
  });
  rows.forEach((row, i) => {
    const y = top + i * (tile + GAP);
    const pixel = (bytes: Uint8Array) => pixels(bytes, side);
    drawn.image(left(0), y, side, SCALE, pixel(row.image));
    drawn.image(left(1), y, side, SCALE, camOverlay(row.image, row.map, side));
    drawn.image(left(2), y, side, SCALE, pixel(row.partner));
    frame(drawn, left(2) + row.source.x * SCALE, y + row.source.y * SCALE, row.window * SCALE);
    drawn.image(left(3), y, side, SCALE, pixel(row.mixed));
    frame(drawn, left(3) + row.destination.x * SCALE, y + row.destination.y * SCALE, row.window * SCALE);
  });
  return drawn.png();
}

/** A frame of one enlarged pixel around a square. */
export function frame(drawn: Picture, x: number, y: number, side: number): void {
  const line = 2;
  drawn.fill(x - line, y - line, side + 2 * line, line, FRAME);
  drawn.fill(x - line, y + side, side + 2 * line, line, FRAME);
  drawn.fill(x - line, y - line, line, side + 2 * line, FRAME);
  drawn.fill(x + side, y - line, line, side + 2 * line, FRAME);
}
