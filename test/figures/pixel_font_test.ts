import { assertEquals, assertNotEquals } from "@std/assert";
import { picture, type Rgb } from "../../lib/figures/picture.ts";
import { drawText, TEXT_HEIGHT, textWidth } from "../../lib/figures/pixel_font.ts";

/** A text as rows of dots and blanks. */
function drawn(text: string, scale = 1): string[] {
  const width = textWidth(text, scale), height = TEXT_HEIGHT * scale;
  const rows = Array.from({ length: height }, () => Array<string>(width).fill("."));
  const fill = (x: number, y: number, w: number, h: number, _: Rgb) => {
    for (let dy = 0; dy < h; dy++) for (let dx = 0; dx < w; dx++) rows[y + dy][x + dx] = "#";
  };
  drawText({ ...picture(1, 1, [0, 0, 0]), fill }, text, 0, 0, scale, [0, 0, 0]);
  return rows.map((row) => row.join(""));
}

Deno.test("letters look like letters", () => {
  assertEquals(drawn("ct"), [
    ".###..#####",
    "#...#...#..",
    "#.......#..",
    "#.......#..",
    "#.......#..",
    "#...#...#..",
    ".###....#..",
  ]);
});

Deno.test("a scale enlarges every dot, and a sign that is not there leaves its place blank", () => {
  const plain = drawn("A");
  assertEquals(drawn("A", 2), plain.flatMap((row) => Array(2).fill(row.replace(/./g, "$&$&"))));
  assertEquals(drawn("?"), Array(TEXT_HEIGHT).fill("....."));
  assertEquals(drawn("A?A").map((row) => row.slice(12)), plain);
});

Deno.test("no two signs look the same, and none is empty", () => {
  const signs = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'-."].map((sign) => drawn(sign).join("\n"));
  assertEquals(new Set(signs).size, signs.length);
  for (const sign of signs) assertNotEquals(sign, drawn(" ").join("\n"));
});
