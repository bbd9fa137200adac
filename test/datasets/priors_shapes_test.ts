import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { coverage, shapes } from "../../lib/datasets/priors_shapes.ts";
import { type Stream, stream } from "../../lib/engine/streams.ts";

const side = 32;
/** Every draw in the middle of its range: half the size is 9.5 px, in the image's centre, upright. */
const middle: Stream = { ...stream(0, "middle"), uniform: () => 0.5 };
const r = 9.5;

/** Area common to two discs whose centres lie d apart. */
function lens(a: number, b: number, d: number): number {
  const [x, y] = [(d * d + a * a - b * b) / (2 * d * a), (d * d + b * b - a * a) / (2 * d * b)];
  const kite = Math.sqrt((-d + a + b) * (d + a - b) * (d - a + b) * (d + a + b)) / 2;
  return a * a * Math.acos(x) + b * b * Math.acos(y) - kite;
}

/** Areas in closed form, from the outlines' definitions. */
const areas: Record<string, number> = {
  disc: Math.PI * r ** 2,
  square: (1.76 * r) ** 2,
  triangle: (1.75 * r) ** 2 / 2,
  cross: (2 * 2 * 0.66 - 0.66 ** 2) * r ** 2,
  ring: Math.PI * (1 - 0.55 ** 2) * r ** 2,
  flower: Math.PI * (0.68 ** 2 + 0.32 ** 2 / 2) * r ** 2,
  diamond: 2 * (1.1 * r) ** 2,
  crescent: Math.PI * r ** 2 - lens(r, 0.8 * r, 0.5 * r),
  tee: (2 * 2 * 0.66 - 0.66 ** 2) * r ** 2,
  frame: (1.8 ** 2 - 0.94 ** 2) * r ** 2,
};

Deno.test("each shape covers the area of its closed form", () => {
  assertEquals(shapes.map((shape) => shape.name), Object.keys(areas));
  for (const shape of shapes) {
    const area = coverage(shape, side, middle).reduce((sum, value) => sum + value / 255, 0);
    assertAlmostEquals(area / areas[shape.name], 1, 0.02, shape.name);
  }
});

Deno.test("shapes are about 16 to 22 px long", () => {
  for (const shape of shapes) {
    for (let i = 0; i < 100; i++) {
      const covered = coverage(shape, side, stream(1, shape.name, i));
      const rows = Array.from(
        { length: side },
        (_, y) => covered.subarray(y * side, (y + 1) * side).some((v) => v > 0),
      );
      const columns = Array.from({ length: side }, (_, x) => rows.some((_, y) => covered[y * side + x] > 0));
      const longest = Math.max(...[rows, columns].map((line) => line.lastIndexOf(true) - line.indexOf(true) + 1));
      assert(longest >= 13 && longest <= 28, `${shape.name}: ${longest}`); // turning and outlines change it
    }
  }
});
