import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { cropBytes, paddingOf } from "../../lib/augment/crop.ts";
import { pixelValues, UNIT } from "../../lib/augment/pixels.ts";
import { renderViews, type View } from "../../lib/augment/view.ts";
import { stream } from "../../lib/engine/streams.ts";
import { fixtures, pictures, sha } from "./fixture.ts";

const corner = fc.nat(8);
const anyView: fc.Arbitrary<View> = fc.record({ flip: fc.boolean(), top: corner, left: corner });

function noise(side: number, seed: number): Uint8Array {
  const random = stream(seed, "noise", side);
  return Uint8Array.from({ length: side * side * 3 }, () => random.int(256));
}

Deno.test("padded with black, bytes are cropped as floats are", () => {
  fc.assert(
    fc.property(fc.constantFrom(8, 16, 32), anyView, fc.nat(1000), (side, view, seed) => {
      const bytes = noise(side, seed);
      const cropped = new Uint8Array(bytes.length);
      const floats = new Float32Array(bytes.length);
      cropBytes(bytes, side, view, "black", cropped);
      renderViews({ bytes, side }, [0], [view], pixelValues(UNIT), floats);
      assertEquals(cropped, Uint8Array.from(floats, (v) => Math.round(255 * v)));
    }),
    { numRuns: 20 },
  );
});

Deno.test("a crop with the edge reflected is torchvision's", () => {
  const { side, bytes } = pictures.noise;
  for (const { top, left, digest } of fixtures.reflected) {
    const out = new Uint8Array(bytes.length);
    cropBytes(bytes, side, { flip: false, top, left }, "reflect", out);
    assertEquals(sha(out), digest, `${top}, ${left}`);
  }
});

Deno.test("reflected edges show nothing but the image, and a flip commutes with the opposite crop", () => {
  fc.assert(
    fc.property(fc.constantFrom(32, 64), anyView, fc.nat(1000), (side, view, seed) => {
      const bytes = noise(side, seed).fill(9, 0, 3);
      const padding = paddingOf("reflect", side);
      const crop = (view: View, of = bytes) => {
        const out = new Uint8Array(of.length);
        cropBytes(of, side, view, "reflect", out);
        return out;
      };
      const still = { top: padding, left: padding };
      assertEquals(crop({ flip: false, ...still }), bytes);
      const flipped = crop({ flip: true, ...still });
      const left = 2 * padding - view.left;
      assertEquals(crop({ ...view, flip: true }), crop({ ...view, flip: false }, flipped));
      assertEquals(crop({ flip: true, ...still }, crop({ ...view, flip: false })), crop({ ...view, left, flip: true }));
    }),
    { numRuns: 20 },
  );
});

Deno.test("a crop may reach 4 pixels of black, or an eighth of the side reflected", () => {
  assertEquals([paddingOf("black", 32), paddingOf("black", 64)], [4, 4]);
  assertEquals([paddingOf("reflect", 32), paddingOf("reflect", 64)], [4, 8]);
});
