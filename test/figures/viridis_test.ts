import { assert, assertEquals } from "@std/assert";
import { viridis } from "../../lib/figures/viridis.ts";

Deno.test("colours are matplotlib's, and values outside are cut", () => {
  // rows of _viridis_data in matplotlib's _cm_listed.py, times 255
  const rows: [index: number, colour: number[]][] = [
    [0, [68, 1, 84]],
    [64, [59, 82, 139]],
    [128, [33, 145, 140]],
    [192, [94, 201, 98]],
    [230, [189, 223, 38]],
    [243, [223, 227, 24]],
    [255, [253, 231, 37]],
  ];
  for (const [index, colour] of rows) {
    const [red, green, blue] = viridis(index / 255).map((level, c) => Math.abs(level - colour[c]));
    assert(red <= 4 && green <= 4 && blue <= 18, `${index}: ${viridis(index / 255)}`); // nine stops, not 256
  }
  assertEquals([viridis(-1), viridis(2)], [viridis(0), viridis(1)]);
});

Deno.test("a larger value is never darker", () => {
  const grey = Array.from({ length: 101 }, (_, i) => {
    const [red, green, blue] = viridis(i / 100);
    return 0.299 * red + 0.587 * green + 0.114 * blue;
  });
  for (let i = 1; i < grey.length; i++) assert(grey[i] > grey[i - 1], `${i / 100}`);
});
