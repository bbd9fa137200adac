import { assertEquals } from "@std/assert";
import { PNG } from "pngjs";
import { Buffer } from "node:buffer";
import { backmixGallery, type GalleryRow } from "../../lib/figures/backmix_gallery.ts";

const SIDE = 32;
const plain = (level: number) => new Uint8Array(SIDE * SIDE * 3).fill(level);
const row = (level: number): GalleryRow => ({
  image: plain(level),
  map: Float32Array.from({ length: 64 }, (_, cell) => cell === 0 ? 1 : 0),
  partner: plain(level + 1),
  source: { y: 8, x: 4 },
  mixed: plain(level + 2),
  destination: { y: 0, x: 24 },
  window: 8,
});

Deno.test("a row shows image, map over the grey image, partner and mixed image, with the windows framed", () => {
  const file = backmixGallery([row(100), row(50)], SIDE);
  const { width, height, data } = PNG.sync.read(Buffer.from(file));
  const tile = 128, gap = 12, top = 38; // pixels: 32 enlarged 4 times; two lines of text space above
  const legend = 26; // below the maps: a line of text and a gap
  assertEquals([width, height], [gap + 4 * (tile + gap), top + 2 * (tile + gap) + legend]);
  const at = (column: number, line: number, y: number, x: number) => {
    const place = 4 * ((top + line * (tile + gap) + y) * width + gap + column * (tile + gap) + x);
    return [...data.subarray(place, place + 3)];
  };
  const frame = [255, 64, 64];
  for (const [line, level] of [100, 50].entries()) {
    assertEquals(at(0, line, 127, 127), [level, level, level]);
    assertEquals(at(2, line, 0, 0), [level + 1, level + 1, level + 1]);
    assertEquals(at(3, line, 127, 0), [level + 2, level + 2, level + 2]);
    // 0.6 of viridis(1) = (253, 231, 37) or viridis(0) = (68, 1, 84), and 0.4 of the grey
    assertEquals(at(1, line, 15, 15), [253, 231, 37].map((v) => Math.round(0.6 * v + 0.4 * level)));
    assertEquals(at(1, line, 16, 16), [68, 1, 84].map((v) => Math.round(0.6 * v + 0.4 * level)));
    assertEquals([at(2, line, 31, 16), at(2, line, 64, 47), at(2, line, 40, 15)], [frame, frame, frame]);
    assertEquals(at(2, line, 32, 16), [level + 1, level + 1, level + 1], "inside the frame");
    assertEquals([at(3, line, -1, 96), at(3, line, 32, 127), at(3, line, 0, 128)], [frame, frame, frame]);
  }
  const colours = Array.from({ length: tile }, (_, x) => at(1, 2, 0, x).join());
  assertEquals(colours.includes("68,1,84"), true, "the lowest colour");
  assertEquals(colours.includes("253,231,37"), true, "the highest colour");
});

Deno.test("each column has its caption, and the same rows give the same file", () => {
  const file = backmixGallery([row(100)], SIDE);
  assertEquals(backmixGallery([row(100)], SIDE), file);
  const { width, data } = PNG.sync.read(Buffer.from(file));
  const inked = (column: number) =>
    Array.from({ length: 14 * 128 }, (_, i) => 4 * ((12 + Math.floor(i / 128)) * width + 12 + column * 140 + i % 128))
      .filter((place) => data[place] === 40).length;
  // dots of the letters IMAGE, ITS CAM, PARTNER, MIXED in 5 x 7, each 2 x 2 pixels: none is lost or drawn twice
  for (const column of [0, 1, 2, 3]) assertEquals(inked(column) % 4 === 0 && inked(column) > 200, true);
});
