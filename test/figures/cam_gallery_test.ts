import { assertEquals } from "@std/assert";
import { PNG } from "pngjs";
import { Buffer } from "node:buffer";
import { camGallery } from "../../lib/figures/cam_gallery.ts";

const SIDE = 32;
const plain = (level: number) => new Uint8Array(SIDE * SIDE * 3).fill(level);
const only = (cell: number) => Float32Array.from({ length: 64 }, (_, i) => i === cell ? 1 : 0);

Deno.test("each row shows an image, and each method's map over it in grey", () => {
  const columns = [{ title: "softmax", maps: [only(0), only(1)] }, { title: "gcpl", maps: [only(2), only(3)] }];
  const { width, height, data } = PNG.sync.read(Buffer.from(camGallery([plain(100), plain(50)], SIDE, columns)));
  const tile = 128, gap = 12, top = 38; // pixels: 32 enlarged 4 times; two lines of text space above
  assertEquals([width, height], [gap + 3 * (tile + gap), top + 2 * (tile + gap) + 14 + gap]);
  const at = (column: number, row: number, cell: number) => {
    const place = 4 * ((top + row * (tile + gap)) * width + gap + column * (tile + gap) + 16 * cell + 8);
    return [...data.subarray(place, place + 3)];
  };
  const legend = 4 * ((top + 2 * (tile + gap) + 7) * width + gap + tile + gap); // its middle line
  const colours = Array.from({ length: tile }, (_, x) => [...data.subarray(legend + 4 * x, legend + 4 * x + 3)].join());
  const [first, last] = [colours.indexOf("68,1,84"), colours.lastIndexOf("253,231,37")];
  assertEquals([first > 0, last > first + 20], [true, true]); // viridis from low to high
  for (const [row, level] of [100, 50].entries()) {
    assertEquals(at(0, row, 0), [level, level, level]);
    for (const column of [1, 2]) {
      for (const cell of [0, 1, 2, 3]) {
        const hot = cell === 2 * (column - 1) + row ? [253, 231, 37] : [68, 1, 84]; // viridis(1), viridis(0)
        assertEquals(at(column, row, cell), hot.map((v) => Math.round(0.6 * v + 0.4 * level)));
      }
    }
  }
});
