import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { PNG } from "pngjs";
import { mapMosaic } from "../../lib/figures/map_mosaic.ts";

Deno.test("a mosaic shows each image beside its map over it in grey, four in a row", () => {
  const shown = Array.from({ length: 7 }, (_, k) => ({
    image: new Uint8Array(32 * 32 * 3).fill(10 * k),
    map: Float32Array.from({ length: 64 }, (_, cell) => cell === k ? 1 : 0),
  }));
  const { width, height, data } = PNG.sync.read(Buffer.from(mapMosaic(shown, 32)));
  const tile = 128, pair = 2 * tile + 10;
  assertEquals([width, height], [4 * pair + 10, 2 * (tile + 10) + 10 + 24]);
  const at = (x: number, y: number) => [...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 3)];
  shown.forEach((_, k) => {
    const [x, y] = [10 + (k % 4) * pair, 10 + Math.floor(k / 4) * (tile + 10)];
    assertEquals(at(x, y), [10 * k, 10 * k, 10 * k]);
    for (const cell of [0, 3, 7]) {
      const hot = cell === k ? [253, 231, 37] : [68, 1, 84]; // viridis(1), viridis(0)
      assertEquals(at(x + tile + 16 * cell + 8, y + 8), hot.map((v) => Math.round(0.6 * v + 0.4 * 10 * k)));
    }
  });
  assertEquals(at(width - 20, height - 40), [255, 255, 255]);
  assertEquals(
    PNG.sync.read(Buffer.from(mapMosaic(shown.map((one) => ({ ...one, image: new Uint8Array(64 * 64 * 3) })), 64)))
      .height,
    2 * 138 + 10 + 24,
  );
});
