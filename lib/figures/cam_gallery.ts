/** Where methods see the class: images in the first column, then each method's class activation map of them. */
import { camOverlay } from "./cam_overlay.ts";
import { pixels } from "./picture.ts";
import { tileGallery } from "./tiles.ts";

/** One method's maps. */
export interface CamColumn {
  /** What stands over it. */
  title: string;
  /** One map for each image, `[8, 8]`, in [0, 1]. */
  maps: readonly Float32Array[];
}

/**
 * Draws the gallery.
 *
 * @param images bytes, each `[side, side, 3]`
 * @returns a PNG file
 */
export function camGallery(images: readonly Uint8Array[], side: number, columns: readonly CamColumn[]): Uint8Array {
  const raw = { title: "image", tiles: images.map((image) => ({ colour: pixels(image, side) })) };
  const mapped = columns.map(({ title, maps }) => ({
    title,
    tiles: images.map((image, row) => ({ colour: camOverlay(image, maps[row], side) })),
  }));
  return tileGallery([raw, ...mapped], side, { legend: 1 });
}
