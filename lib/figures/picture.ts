/** A picture in memory: filled rectangles and enlarged images, written as PNG. */
import { PNG } from "pngjs";

/** Red, green and blue, 0 .. 255. */
export type Rgb = readonly [number, number, number];

/** What galleries stand on. */
export const WHITE: Rgb = [255, 255, 255];
/** What captions are written in. */
export const INK: Rgb = [40, 40, 40];

/** A picture that is drawn on. */
export interface Picture {
  /** In pixels. */
  width: number;
  /** In pixels. */
  height: number;
  /** Fills a rectangle; what lies outside is cut off. */
  fill(x: number, y: number, width: number, height: number, colour: Rgb): void;
  /** Draws a square image, each of its pixels as a square of `scale` pixels. */
  image(x: number, y: number, side: number, scale: number, colour: (row: number, column: number) => Rgb): void;
  /** The picture as a PNG file; the same picture gives the same bytes. */
  png(): Uint8Array;
}

/** An empty picture. */
export function picture(width: number, height: number, background: Rgb): Picture {
  const png = new PNG({ width, height });
  const drawn: Picture = {
    width,
    height,
    fill(x, y, w, h, [red, green, blue]) {
      for (let row = Math.max(0, y); row < Math.min(height, y + h); row++) {
        for (let column = Math.max(0, x); column < Math.min(width, x + w); column++) {
          png.data.set([red, green, blue, 255], 4 * (row * width + column));
        }
      }
    },
    image(x, y, side, scale, colour) {
      for (let row = 0; row < side; row++) {
        for (let column = 0; column < side; column++) {
          drawn.fill(x + column * scale, y + row * scale, scale, scale, colour(row, column));
        }
      }
    },
    png: () => new Uint8Array(PNG.sync.write(png)),
  };
  drawn.fill(0, 0, width, height, background);
  return drawn;
}

/** What {@linkcode Picture.image} draws of an image of bytes, `[side, side, 3]`. */
export function pixels(bytes: Uint8Array, side: number): (row: number, column: number) => Rgb {
  return (row, column) => {
    const at = 3 * (row * side + column);
    return [bytes[at], bytes[at + 1], bytes[at + 2]];
  };
}
