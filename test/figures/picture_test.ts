import { assertEquals } from "@std/assert";
import { PNG } from "pngjs";
import { Buffer } from "node:buffer";
import { picture, type Rgb } from "../../lib/figures/picture.ts";

const WHITE: Rgb = [255, 255, 255];

/** The pixels of a PNG file, row by row. */
function pixelsOf(file: Uint8Array): number[][][] {
  const { width, height, data } = PNG.sync.read(Buffer.from(file));
  return Array.from(
    { length: height },
    (_, y) => Array.from({ length: width }, (_, x) => [...data.subarray(4 * (y * width + x), 4 * (y * width + x) + 4)]),
  );
}

Deno.test("a picture's PNG holds the background and what was drawn, cut at the edges", () => {
  const drawn = picture(4, 3, WHITE);
  drawn.fill(-2, -2, 3, 3, [1, 2, 3]);
  drawn.fill(3, 2, 10, 10, [4, 5, 6]);
  drawn.fill(0, 2, 0, 1, [9, 9, 9]);
  const [o, a, b] = [[255, 255, 255, 255], [1, 2, 3, 255], [4, 5, 6, 255]];
  assertEquals(pixelsOf(drawn.png()), [
    [a, o, o, o],
    [o, o, o, o],
    [o, o, o, b],
  ]);
});

Deno.test("an image is enlarged to squares, row by row", () => {
  const drawn = picture(5, 4, WHITE);
  drawn.image(1, 0, 2, 2, (row, column) => [10 * row, 20 * column, 7]);
  const at = (row: number, column: number) => [10 * row, 20 * column, 7, 255], o = [255, 255, 255, 255];
  const upper = [o, at(0, 0), at(0, 0), at(0, 1), at(0, 1)], lower = [o, at(1, 0), at(1, 0), at(1, 1), at(1, 1)];
  assertEquals(pixelsOf(drawn.png()), [upper, upper, lower, lower]);
});

Deno.test("the same picture gives the same file", () => {
  const file = () => {
    const drawn = picture(40, 30, WHITE);
    drawn.image(3, 3, 8, 2, (row, column) => [row * 30, column * 30, 99]);
    return drawn.png();
  };
  assertEquals(file(), file());
});
