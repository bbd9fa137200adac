import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type Images, pixelValues, UNIT } from "../../lib/augment/pixels.ts";
import { drawViews, PADDING, placeInView, renderViews, type View } from "../../lib/augment/view.ts";
import { stream } from "../../lib/engine/streams.ts";

const corner = fc.integer({ min: 0, max: 2 * PADDING });
const anyView: fc.Arbitrary<View> = fc.record({ flip: fc.boolean(), top: corner, left: corner });
const anySide = fc.constantFrom(8, 16, 32);

Deno.test("a view is the image flipped, padded with black by 4, and cropped", () => {
  fc.assert(fc.property(anySide, anyView, fc.nat(1000), (side, view, seed) => {
    const images = noise(2, side, seed);
    assertEquals(render(images, 1, view), slowly(images, 1, view));
  }));
});

Deno.test("a flip undoes a flip, and the middle crop changes nothing", () => {
  fc.assert(fc.property(anySide, fc.nat(1000), (side, seed) => {
    const images = noise(1, side, seed);
    const as = (flip: boolean): View => ({ flip, top: PADDING, left: PADDING });
    assertEquals(render(images, 0, as(false)), images.bytes);
    const flipped = render(images, 0, as(true));
    assertEquals(render({ bytes: flipped, side }, 0, as(true)), images.bytes);
  }));
});

Deno.test("a pixel is found in the view where the view shows it", () => {
  fc.assert(fc.property(anySide, anyView, fc.nat(), fc.nat(), (side, view, row, column) => {
    const [y, x] = [row % side, column % side];
    const images = { bytes: new Uint8Array(side * side * 3), side };
    images.bytes[(y * side + x) * 3] = 255;
    assertEquals(placeInView(view, side, y, x), render(images, 0, view).indexOf(255));
  }));
});

Deno.test("views are drawn uniformly: half flipped, every corner of the 9 x 9 as often", () => {
  const count = 81_000;
  const views = drawViews(stream(0, "views", 0), count);
  const flipped = views.filter(({ flip }) => flip).length;
  assert(Math.abs(flipped - count / 2) < 4 * Math.sqrt(count) / 2, `${flipped} flipped`);
  const times = new Float64Array(81);
  for (const { top, left } of views) times[top * 9 + left]++;
  const chiSquare = times.reduce((total, n) => total + (n - 1000) ** 2 / 1000, 0);
  assert(chiSquare < 80 + 4 * Math.sqrt(2 * 80), `chi-square ${chiSquare} with 80 degrees of freedom`);
});

Deno.test("the same stream draws the same views, another step others", () => {
  assertEquals(drawViews(stream(1, "views", 2), 9), drawViews(stream(1, "views", 2), 9));
  assert(JSON.stringify(drawViews(stream(1, "views", 2), 9)) !== JSON.stringify(drawViews(stream(1, "views", 3), 9)));
});

Deno.test("a batch with a view too few is refused", () => {
  const images = noise(2, 8, 0);
  const out = new Float32Array(2 * 8 * 8 * 3);
  assertThrows(() => renderViews(images, [0, 1], drawViews(stream(0, "", 0), 1), pixelValues(UNIT), out), RangeError);
});

function noise(count: number, side: number, seed: number): Images {
  const random = stream(seed, "noise", side);
  return { bytes: Uint8Array.from({ length: count * side * side * 3 }, () => random.int(256)), side };
}

function render(images: Images, index: number, view: View): Uint8Array {
  const out = new Float32Array(images.side ** 2 * 3);
  renderViews(images, [index], [view], pixelValues(UNIT), out);
  return Uint8Array.from(out, (value) => Math.round(255 * value));
}

/** The definition, pixel by pixel. */
function slowly({ bytes, side }: Images, index: number, { flip, top, left }: View): Uint8Array {
  const flipped = (y: number, x: number, c: number) =>
    bytes[((index * side + y) * side + (flip ? side - 1 - x : x)) * 3 + c];
  const inside = (v: number) => v >= 0 && v < side;
  return Uint8Array.from({ length: side * side * 3 }, (_, k) => {
    const [row, column, c] = [Math.floor(k / 3 / side), Math.floor(k / 3) % side, k % 3];
    const [y, x] = [row + top - 4, column + left - 4];
    return inside(y) && inside(x) ? flipped(y, x, c) : 0;
  });
}
