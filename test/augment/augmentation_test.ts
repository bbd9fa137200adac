import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  type Alteration,
  type Augmentation,
  checkAugmentation,
  CSSR_STRONG,
  drawAlterations,
  greySquareAt,
  randAugment,
  renderAltered,
} from "../../lib/augment/augmentation.ts";
import { fillBox } from "../../lib/augment/box.ts";
import { CENTRED, type Images, pixelValues, UNIT } from "../../lib/augment/pixels.ts";
import { CSSR_POOL } from "../../lib/augment/pools.ts";
import { drawViews, renderViews } from "../../lib/augment/view.ts";
import { stream } from "../../lib/engine/streams.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { fixtures, pictures, sha } from "./fixture.ts";

Deno.test("CSSR's strong augmentation gives the floats of its own code, bit for bit", () => {
  const { image, cases } = fixtures.pipeline;
  const { side, bytes } = pictures[image];
  for (const { flip, top, left, x, y, contrast, steps, floats } of cases) {
    const operations = steps.map(({ name, v, turned }) => {
      const entry = CSSR_POOL.find((entry) => entry.name === name)!;
      return { name: entry.name, value: entry.value(v, side, turned ? -1 : 1) };
    });
    const square = greySquareAt(x, y, side / 2, side);
    const alteration: Alteration = { view: { flip, top, left }, operations, square, contrast };
    const out = new Float32Array(bytes.length);
    renderAltered({ bytes, side }, [0], [alteration], CSSR_STRONG.border, pixelValues(CENTRED), out);
    assertEquals(sha(out), floats, JSON.stringify(alteration));
  }
});

Deno.test("CSSR's square of grey stands where its own code draws it", () => {
  const { image, cases } = fixtures.cutout;
  const { side, bytes } = pictures[image];
  for (const { x, y, digest } of cases) {
    const cut = bytes.slice();
    fillBox(cut, side, greySquareAt(x, y, side / 2, side), 127);
    assertEquals(sha(cut), digest, `${x}, ${y}`);
  }
});

const images: Images = { bytes: Uint8Array.from({ length: 6 * 32 * 32 * 3 }, (_, p) => p * p >>> 5), side: 32 };
const size = 32 * 32 * 3;
const draw = (augmentation: Augmentation, step: number, count = 3, side = 32) =>
  drawAlterations(stream(0, "views", step), stream(0, "alterations", step), count, side, augmentation);

function render(batch: number[], alterations: Alteration[], border: "black" | "reflect" = "black"): Float32Array {
  const out = new Float32Array(batch.length * size);
  renderAltered(images, batch, alterations, border, pixelValues(UNIT), out);
  return out;
}

Deno.test("an augmentation that adds nothing is flip and crop as without one, bit for bit", () => {
  fc.assert(
    fc.property(fc.nat(1000), (step) => {
      const batch = [4, 0, 4];
      const expected = new Float32Array(3 * size);
      renderViews(images, batch, drawViews(stream(0, "views", step), 3), pixelValues(UNIT), expected);
      assertEquals(render(batch, draw({ border: "black" }, step)), expected);
    }),
    { numRuns: 20 },
  );
});

Deno.test("each image is altered by its own draw, whatever stands beside it, and the data set stays as it was", () => {
  fc.assert(
    fc.property(fc.nat(1000), (step) => {
      const before = images.bytes.slice();
      const alterations = draw(CSSR_STRONG, step);
      const whole = render([5, 1, 1], alterations, "reflect");
      [5, 1, 1].forEach((image, k) => {
        const alone = render([image], [alterations[k]], "reflect");
        assertEquals(whole.subarray(k * size, (k + 1) * size), alone);
      });
      assertEquals(images.bytes, before);
    }),
    { numRuns: 20 },
  );
});

Deno.test("RandAugment and CSSR's augmentation see the same flips and, at 32 pixels, crops as without them", () => {
  const views = drawViews(stream(0, "views", 7), 50);
  for (const augmentation of [randAugment(), CSSR_STRONG]) {
    assertEquals(draw(augmentation, 7, 50).map(({ view }) => view), views);
  }
  const large = draw(CSSR_STRONG, 7, 200, 64).map(({ view }) => view.top);
  assertEquals([Math.min(...large), Math.max(...large)], [0, 16]);
});

Deno.test("RandAugment does N operations to every image, and nothing else", () => {
  for (const { operations, square, contrast } of draw(randAugment(3, 5), 0, 20)) {
    assertEquals([operations.length, square, contrast], [3, null, 1]);
  }
});

Deno.test("contrasts are drawn evenly between their ends, squares over the whole image", () => {
  const alterations = draw(CSSR_STRONG, 0, 4000);
  const contrasts = alterations.map(({ contrast }) => contrast).sort((a, b) => a - b);
  contrasts.forEach((contrast, k) => {
    const share = (contrast - 0.1) / 1.9;
    assert(Math.abs(share - k / 4000) < 1.95 / Math.sqrt(4000)); // Kolmogorov and Smirnov at one in a thousand
  });
  const edges = new Set(alterations.map(({ square }) => square!.left));
  assertEquals([...edges].sort((a, b) => a - b), Array.from({ length: 24 }, (_, x) => x));
});

Deno.test("an augmentation out of its range is explained", () => {
  checkAugmentation(CSSR_STRONG);
  checkAugmentation(randAugment());
  const refused = (change: Partial<Augmentation>) =>
    assertThrows(() => checkAugmentation({ border: "black", ...change }), UserError).message;
  for (const greySquare of [0, 1.5, NaN]) assertStringIncludes(refused({ greySquare }), `square of ${greySquare}`);
  assertStringIncludes(refused({ contrast: { least: 2, most: 1 } }), "contrast from 2 to 1");
  assertStringIncludes(refused({ operations: { pool: "cssr", operations: 0, magnitude: 10 } }), "0 operations");
});

Deno.test("an image that does not exist, or an alteration too few, is refused", () => {
  assertThrows(() => render([6], draw({ border: "black" }, 0, 1)), RangeError, "image 6 of 6");
  assertThrows(() => render([0, 1], draw({ border: "black" }, 0, 1)), RangeError, "1 alterations for a batch of 2");
});
