import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { type Images, pixelValues, truncatedPixelValues, UNIT } from "../../lib/augment/pixels.ts";
import { drawViews, PADDING, placeInView, renderViews, type View } from "../../lib/augment/view.ts";
import {
  type BackmixOptions,
  DESCRIBED,
  drawPastes,
  mixedImages,
  type Paste,
  REFERENCE,
  renderMixed,
} from "../../lib/backmix/mix.ts";
import { type Stream, stream } from "../../lib/engine/streams.ts";
import { UserError } from "../../lib/files/user_error.ts";

const COUNT = 4; // images
const unseen: View = { flip: false, top: PADDING, left: PADDING };
const values = pixelValues(UNIT);

const anyOptions: fc.Arbitrary<BackmixOptions> = fc.record({
  mask: fc.constantFrom("top-k" as const, "sampled" as const, "none" as const),
  foreground: fc.double({ min: 0, max: 1, noNaN: true }),
  window: fc.constantFrom(0.125, 0.25, 0.5, 0.75),
  partner: fc.constantFrom("other" as const, "own" as const),
}).map((some) => ({ ...DESCRIBED, ...some }));
const anyCase = fc.record({ options: anyOptions, side: fc.constantFrom(16, 32, 64), seed: fc.nat() });

Deno.test("outside the window every pixel is the image's own; inside it is the partner's background, or grey", () => {
  fc.assert(
    fc.property(anyCase, ({ options, side, seed }) => {
      const images = painted(side);
      const batch = [0, 1, 2, 3];
      const pastes = drawPastes(stream(seed, "mix", 0), batch, maps(seed), side, options);
      const out = render(images, batch, pastes, batch.map(() => unseen));
      pastes.forEach(({ partner, window, destination, source, foreground }, k) => {
        for (let y = 0; y < side; y++) {
          for (let x = 0; x < side; x++) {
            const [dy, dx] = [y - destination.y, x - destination.x];
            const inside = dy >= 0 && dy < window && dx >= 0 && dx < window;
            const [sy, sx] = inside ? [source.y + dy, source.x + dx] : [y, x];
            const cell = Math.floor(sy * 8 / side) * 8 + Math.floor(sx * 8 / side);
            const hidden = inside && foreground?.[cell] === 1;
            const expected = hidden ? [127.5, 127.5, 127.5] : colour(inside ? partner : batch[k], sy, sx);
            const at = ((k * side + y) * side + x) * 3;
            assertEquals([...out.subarray(at, at + 3)], expected);
          }
        }
      });
    }),
    { numRuns: 20 },
  );
});

Deno.test("flip and crop come after the paste and move it along", () => {
  fc.assert(fc.property(anyCase, ({ options, side, seed }) => {
    const images = painted(side);
    const pastes = drawPastes(stream(seed, "mix", 0), [1], maps(seed), side, options);
    const [view] = drawViews(stream(seed, "views", 0), 1);
    const before = render(images, [1], pastes, [unseen]);
    const after = render(images, [1], pastes, [view]);
    const expected = new Float64Array(after.length);
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const at = (y * side + x) * 3;
        const to = placeInView(view, side, y, x);
        if (to >= 0) expected.set(before.subarray(at, at + 3), to);
      }
    }
    assertEquals(after, expected);
  }));
});

Deno.test("mixing leaves the images, the batch, and the bank as they were", () => {
  fc.assert(fc.property(anyCase, ({ options, side, seed }) => {
    const [images, batch, bank] = [painted(side), [2, 0], maps(seed)];
    const pastes = drawPastes(stream(seed, "mix", 0), batch, bank, side, options);
    render(images, batch, pastes, drawViews(stream(seed, "views", 0), 2));
    assertEquals([images, batch, bank], [painted(side), [2, 0], maps(seed)]);
  }));
});

Deno.test("the same stream draws the same pastes", () => {
  const draw = (seed: number) => drawPastes(stream(seed, "mix", 5), [0, 1, 2], maps(0), 32, DESCRIBED);
  assertEquals(draw(1), draw(1));
  assert(JSON.stringify(draw(1)) !== JSON.stringify(draw(2)));
});

Deno.test("origins reach every place but the last row and column, partners every image, all equally often", () => {
  const batch = Array.from({ length: 48_000 }, (_, k) => k % COUNT);
  const pastes = drawPastes(stream(0, "mix", 0), batch, maps(0), 32, { ...DESCRIBED, mask: "none" });
  uniform(pastes.map(({ destination }) => destination.y), 24);
  uniform(pastes.map(({ destination }) => destination.x), 24);
  uniform(pastes.map(({ source }) => source.y), 24);
  uniform(pastes.map(({ source }) => source.x), 24);
  uniform(pastes.map(({ partner }) => partner), COUNT);
  uniform(pastes.map(({ partner }, k) => (partner - batch[k] + COUNT) % COUNT), COUNT); // 0: the image itself
});

Deno.test("draws come in the reference's order: destination y, x, partner, source y, x", () => {
  const asked: number[] = [];
  const random: Stream = { ...stream(0, "mix", 0), int: (n) => asked.push(n) - 1 };
  const [paste] = drawPastes(random, [0], maps(0), 32, { ...DESCRIBED, mask: "none" });
  const origins = { destination: { y: 0, x: 1 }, source: { y: 3, x: 4 } };
  assertEquals([asked, paste], [[24, 24, COUNT, 24, 24], { partner: 2, window: 8, ...origins, foreground: null }]);
});

Deno.test("ablations of mask, bank, and partner paste between the same places", () => {
  const places = (change: Partial<BackmixOptions>) =>
    drawPastes(stream(0, "mix", 0), [0, 1, 2], maps(0).fill(0.5), 32, { ...DESCRIBED, ...change })
      .map(({ destination, source }) => ({ destination, source }));
  const expected = places({});
  for (const mask of ["sampled", "none"] as const) assertEquals(places({ mask }), expected);
  assertEquals(places({ partner: "own" }), expected);
  assertEquals(places({ foreground: 0.5 }), expected);
  assertEquals(places(REFERENCE), expected);
});

Deno.test("an image that is its own partner gets its own background", () => {
  const batch = [3, 1, 1];
  const pastes = drawPastes(stream(0, "mix", 0), batch, maps(0), 32, { ...DESCRIBED, partner: "own" });
  assertEquals(pastes.map(({ partner }) => partner), batch);
});

Deno.test("the window grows with the image: a quarter of the side is 16 pixels of 64", () => {
  const [paste] = drawPastes(stream(0, "mix", 0), [0], maps(0), 64, DESCRIBED);
  assertEquals(paste.window, 16);
});

Deno.test("with pixels cut off as in the reference, grey is level 127 in the whole mixed image", () => {
  const paste = { partner: 1, window: 8, destination: { y: 0, x: 0 }, source: { y: 0, x: 0 } };
  const foreground = new Uint8Array(64).fill(1);
  const out = new Float32Array(32 * 32 * 3);
  renderMixed(painted(32), [0], [{ ...paste, foreground }], [unseen], truncatedPixelValues(UNIT), out);
  assertEquals(Math.round(out[0] * 510) / 2, 127);
});

Deno.test("mixed as bytes, then viewed, a batch is what it is when mixed as floats; grey is the next level above", () => {
  fc.assert(
    fc.property(anyCase, fc.constantFrom("exact" as const, "truncated" as const), ({ options, side, seed }, pixels) => {
      const [images, batch] = [painted(side), [3, 0, 0]];
      const pastes = drawPastes(stream(seed, "mix", 0), batch, maps(seed), side, options);
      const views = drawViews(stream(seed, "views", 0), 3);
      const direct = new Float32Array(3 * side * side * 3);
      const levels = pixels === "truncated" ? truncatedPixelValues(UNIT) : { ...values, grey: values.byte[128] };
      renderMixed(images, batch, pastes, views, levels, direct);
      // the crop's border is black: of a mixed image the bytes are cut off already
      const byBytes = new Float32Array(direct.length);
      renderViews(mixedImages(images, batch, pastes, pixels), [0, 1, 2], views, values, byBytes);
      assertEquals(byBytes, direct);
      assertEquals(images, painted(side));
    }),
    { numRuns: 20 },
  );
});

Deno.test("mixing as bytes refuses what mixing as floats refuses", () => {
  const pastes = drawPastes(stream(0, "mix", 0), [0], maps(0), 32, DESCRIBED);
  const mix = (batch: number[], side = 32, partner = 1) => () =>
    mixedImages(painted(side), batch, [{ ...pastes[0], partner }], "exact");
  assertThrows(mix([0, 1]), RangeError, "1 pastes for a batch of 2");
  assertThrows(mix([0], 28), RangeError, "not a multiple of 8");
  assertThrows(mix([0], 32, COUNT), RangeError, "no partner 4");
  for (const image of [COUNT, -1, NaN]) assertThrows(mix([image]), RangeError, `no image ${image}`);
});

Deno.test("options out of their range are explained", () => {
  const draw = (change: Partial<BackmixOptions>) => () =>
    drawPastes(stream(0, "mix", 0), [0], maps(0), 32, { ...DESCRIBED, ...change });
  for (const window of [0, 1, -0.25, NaN]) assertThrows(draw({ window }), UserError, `window of ${window}`);
  for (const foreground of [-0.1, 1.1, NaN]) assertThrows(draw({ foreground }), UserError, `share ${foreground}`);
});

Deno.test("a side that is no multiple of 8, a paste too few, or a partner that does not exist, is refused", () => {
  const pastes = drawPastes(stream(0, "mix", 0), [0], maps(0), 32, DESCRIBED);
  const out = new Float32Array(2 * 32 * 32 * 3);
  const render = (side: number) => () => renderMixed(painted(side), [0, 1], pastes, [unseen, unseen], values, out);
  assertThrows(render(32), RangeError, "1 pastes for a batch of 2");
  assertThrows(render(28), RangeError, "not a multiple of 8");
  const [view, alone] = [[unseen], new Float32Array(32 * 32 * 3)];
  const stranger = [{ ...pastes[0], partner: COUNT }];
  assertThrows(() => renderMixed(painted(32), [0], stranger, view, values, alone), RangeError, "no partner 4");
});

/** Images whose every pixel tells which image and place it is. */
function painted(side: number): Images {
  const bytes = Uint8Array.from({ length: COUNT * side * side * 3 }, (_, k) => {
    const pixel = Math.floor(k / 3);
    return colour(Math.floor(pixel / side / side), Math.floor(pixel / side) % side, pixel % side)[k % 3];
  });
  return { bytes, side };
}

function colour(image: number, y: number, x: number): number[] {
  return [10 + image, 20 + y, 20 + x];
}

function maps(seed: number): Float32Array {
  const random = stream(seed, "maps", 0);
  return Float32Array.from({ length: COUNT * 64 }, () => random.uniform());
}

/** Levels 0 .. 255, whole or 127.5. */
function render(images: Images, batch: number[], pastes: Paste[], views: View[]): Float64Array {
  const out = new Float32Array(batch.length * images.side ** 2 * 3);
  renderMixed(images, batch, pastes, views, values, out);
  return Float64Array.from(out, (value) => Math.round(value * 510) / 2);
}

/** Fails unless the numbers 0 .. n - 1 come equally often, by chi-square within four deviations. */
function uniform(drawn: number[], n: number): void {
  const expected = drawn.length / n;
  const times = new Float64Array(n);
  for (const value of drawn) times[value]++; // out of range: the sum falls short
  assertEquals(times.reduce((sum, count) => sum + count, 0), drawn.length);
  const chiSquare = times.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  assert(chiSquare < n - 1 + 4 * Math.sqrt(2 * (n - 1)), `chi-square ${chiSquare} over ${n}`);
}
