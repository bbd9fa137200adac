/**
 * What BackMix does to a few training images, one a row: the image, its class activation map, the partner with its
 * foreground turned grey, and the mixed image that is trained on. Windows are framed.
 */
import { camOverlay } from "./cam_overlay.ts";
import { pixels } from "./picture.ts";
import { type Tile, tileGallery } from "./tiles.ts";

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

/**
 * Draws the gallery.
 *
 * @param rows one for each image
 * @param side of the images, in pixels
 * @returns a PNG file
 */
export function backmixGallery(rows: readonly GalleryRow[], side: number): Uint8Array {
  return tileGallery(
    [
      { title: "image", tiles: rows.map(({ image }) => ({ colour: pixels(image, side) })) },
      { title: "its cam", tiles: rows.map(({ image, map }) => ({ colour: camOverlay(image, map, side) })) },
      {
        title: "partner",
        tiles: rows.map(({ partner, source, window }) => ({
          colour: pixels(partner, side),
          framed: { ...source, side: window },
        })),
      },
      { title: "mixed", tiles: mixedTiles(rows, side) },
    ],
    side,
    { legend: 1 },
  );
}

/** The mixed image of each row, its window framed. */
export function mixedTiles(rows: readonly GalleryRow[], side: number): Tile[] {
  return rows.map(({ mixed, destination, window }) => ({
    colour: pixels(mixed, side),
    framed: { ...destination, side: window },
  }));
}
