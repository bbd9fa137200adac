import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { PNG } from "pngjs";
import { mapMosaic } from "../../lib/figures/map_mosaic.ts";

Deno.test("a mosaic shows evenly chosen maps, eight in a row", () => {
  const maps = Float32Array.from({ length: 20 * 64 }, (_, i) => Math.floor(i / 64) % 2); // dark, bright, dark, ...
  const { width, height, data } = PNG.sync.read(Buffer.from(mapMosaic(maps, 10)));
  assertEquals([width, height], [8 * 70 + 6, 2 * 70 + 6]);
  const at = (tile: number) => {
    const place = 4 * ((6 + 70 * Math.floor(tile / 8)) * width + 6 + 70 * (tile % 8));
    return [...data.subarray(place, place + 3)];
  };
  for (let tile = 0; tile < 10; tile++) assertEquals(at(tile), [68, 1, 84]); // maps 0, 2, 4, ...: all dark
  assertEquals(at(10), [255, 255, 255]);
  const three = PNG.sync.read(Buffer.from(mapMosaic(maps.subarray(0, 3 * 64))));
  assertEquals([three.width, three.height], [8 * 70 + 6, 70 + 6]);
});
