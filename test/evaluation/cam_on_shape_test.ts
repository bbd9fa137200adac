import { assertAlmostEquals, assertEquals } from "@std/assert";
import { camOnShape } from "../../lib/evaluation/cam_on_shape.ts";

const SIDE = 32;

/** Coverage of a rectangle of pixels. */
function rectangle(top: number, bottom: number, left: number, right: number, cover = 255): Uint8Array {
  return Uint8Array.from({ length: SIDE * SIDE }, (_, at) => {
    const [row, column] = [Math.floor(at / SIDE), at % SIDE];
    return row >= top && row < bottom && column >= left && column < right ? cover : 0;
  });
}
const even = new Float32Array(64).fill(0.25);

Deno.test("a map that is the same everywhere has the object's share of the image", () => {
  assertEquals(camOnShape(even, rectangle(0, 8, 0, 32), SIDE), { share: 0.25, area: 0.25 });
  assertEquals(camOnShape(new Float32Array(64), rectangle(0, 8, 0, 32), SIDE), { share: 0.25, area: 0.25 });
});

Deno.test("a map on the object has all of its mass there, one beside it none", () => {
  const cell = (at: number) => Float32Array.from({ length: 64 }, (_, i) => i === at ? 0.5 : 0);
  const shape = rectangle(4, 8, 8, 12); // row 1, column 2 of the cells of 4 x 4 pixels
  assertEquals(camOnShape(cell(1 * 8 + 2), shape, SIDE), { share: 1, area: 16 / 1024 });
  assertEquals(camOnShape(cell(2 * 8 + 1), shape, SIDE).share, 0);
});

Deno.test("half a cell, and a pixel that is covered in part, count as much as they cover", () => {
  const map = Float32Array.from({ length: 64 }, (_, i) => i === 0 ? 1 : i === 1 ? 3 : 0);
  assertAlmostEquals(camOnShape(map, rectangle(0, 4, 2, 4), SIDE).share, 1 * 0.5 / 4, 1e-12);
  assertAlmostEquals(camOnShape(map, rectangle(0, 4, 4, 8, 51), SIDE).share, 3 * 0.2 / 4, 1e-12);
});

Deno.test("images count alike, whatever their maps' mass", () => {
  const maps = new Float32Array([...new Float32Array(64).fill(1), ...even, ...even]);
  const foreground = new Uint8Array([
    ...rectangle(0, 32, 0, 32),
    ...rectangle(0, 0, 0, 0),
    ...rectangle(0, 16, 0, 32),
  ]);
  assertEquals(camOnShape(maps, foreground, SIDE), { share: 0.5, area: 0.5 });
  assertAlmostEquals(camOnShape(new Float32Array(64).fill(1), new Uint8Array(64 * 64).fill(255), 64).share, 1, 1e-12);
});
