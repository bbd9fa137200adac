import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { PNG } from "pngjs";
import type { Rgb } from "../../lib/figures/picture.ts";
import { tileGallery } from "../../lib/figures/tiles.ts";

const plain = (...colour: Rgb) => ({ colour: () => colour });

Deno.test("columns stand side by side, each tile enlarged four times; a frame lies around its square", () => {
  const framed = { ...plain(9, 8, 7), framed: { y: 1, x: 2, side: 3 } };
  const file = tileGallery([
    { title: "a", tiles: [plain(1, 2, 3), plain(4, 5, 6)] },
    { title: "b", tiles: [framed, plain(0, 0, 0)] },
  ], 8);
  const { width, height, data } = PNG.sync.read(Buffer.from(file));
  const tile = 32, gap = 12, top = 38;
  assertEquals([width, height], [gap + 2 * (tile + gap), top + 2 * (tile + gap)]);
  const at = (x: number, y: number) => [...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 3)];
  const [left, right, lower] = [gap, gap + tile + gap, top + tile + gap];
  assertEquals([at(left, top), at(left, lower), at(right + 31, top + 31)], [[1, 2, 3], [4, 5, 6], [9, 8, 7]]);
  const red = [255, 64, 64];
  assertEquals([at(right + 7, top + 4), at(right + 8, top + 3), at(right + 20, top + 10)], [red, red, red]);
  assertEquals([at(right + 8, top + 4), at(right + 19, top + 15), at(right + 5, top + 4)], [
    [9, 8, 7],
    [9, 8, 7],
    [9, 8, 7],
  ]);
});
