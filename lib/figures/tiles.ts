/** Images side by side, enlarged: a column for what is shown, a row for each image. */
import { drawText, TEXT_HEIGHT, textWidth } from "./pixel_font.ts";
import { INK, type Picture, picture, type Rgb, WHITE } from "./picture.ts";
import { viridis } from "./viridis.ts";

/** An image of a gallery. */
export interface Tile {
  /** The colour of each pixel. */
  colour: (row: number, column: number) => Rgb;
  /** A square to be framed, in pixels of the image. */
  framed?: { y: number; x: number; side: number };
}

/** A column of a gallery. */
export interface TileColumn {
  /** What stands over it. */
  title: string;
  /** From top to bottom. */
  tiles: readonly Tile[];
}

const SCALE = 4;
const GAP = 12;
const TEXT = 2;
const FRAME: Rgb = [255, 64, 64];

/**
 * Draws columns of images.
 *
 * @param columns each with as many tiles
 * @param side of the images, in pixels
 * @param look.legend the column under which the colours of maps are explained, from 0; none by default
 * @returns a PNG file
 */
export function tileGallery(
  columns: readonly TileColumn[],
  side: number,
  { legend }: { legend?: number } = {},
): Uint8Array {
  const tile = side * SCALE;
  const line = TEXT_HEIGHT * TEXT;
  const top = GAP * 2 + line;
  const bottom = top + columns[0].tiles.length * (tile + GAP);
  const height = legend === undefined ? bottom : bottom + line + GAP;
  const drawn = picture(GAP + columns.length * (tile + GAP), height, WHITE);
  columns.forEach(({ title, tiles }, column) => {
    const x = GAP + column * (tile + GAP);
    drawText(drawn, title, x + Math.floor((tile - textWidth(title, TEXT)) / 2), GAP, TEXT, INK);
    tiles.forEach(({ colour, framed }, row) => {
      const y = top + row * (tile + GAP);
      drawn.image(x, y, side, SCALE, colour);
      if (framed !== undefined) frame(drawn, x + framed.x * SCALE, y + framed.y * SCALE, framed.side * SCALE);
    });
  });
  if (legend !== undefined) drawLegend(drawn, GAP + legend * (tile + GAP), bottom, tile);
  return drawn.png();
}

/** A frame of half an enlarged pixel around a square. */
export function frame(drawn: Picture, x: number, y: number, side: number): void {
  const line = 2;
  drawn.fill(x - line, y - line, side + 2 * line, line, FRAME);
  drawn.fill(x - line, y + side, side + 2 * line, line, FRAME);
  drawn.fill(x - line, y - line, line, side + 2 * line, FRAME);
  drawn.fill(x + side, y - line, line, side + 2 * line, FRAME);
}

/** The colours from the lowest to the highest value of a map, in the width of a tile. */
export function drawLegend(drawn: Picture, x: number, y: number, width: number): void {
  const [low, high] = ["low", "high"];
  const from = x + textWidth(low, TEXT) + GAP, to = x + width - textWidth(high, TEXT) - GAP;
  drawText(drawn, low, x, y, TEXT, INK);
  drawText(drawn, high, x + width - textWidth(high, TEXT), y, TEXT, INK);
  for (let at = from; at < to; at++) drawn.fill(at, y, 1, TEXT_HEIGHT * TEXT, viridis((at - from) / (to - 1 - from)));
}
