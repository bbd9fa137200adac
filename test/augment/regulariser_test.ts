import { assert, assertAlmostEquals, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { areaOf, boxAround } from "../../lib/augment/box.ts";
import {
  checkRegulariser,
  drawRegularisation,
  type Regularisation,
  regularise,
  type Regulariser,
  REGULARISERS,
} from "../../lib/augment/regulariser.ts";
import { stream } from "../../lib/engine/streams.ts";
import { UserError } from "../../lib/files/user_error.ts";

const SIDE = 16;
const SIZE = SIDE * SIDE * 3;
const COUNT = 5;

function noise(seed: number): Float32Array {
  const random = stream(seed, "noise");
  return Float32Array.from({ length: COUNT * SIZE }, () => 4 * random.uniform() - 2);
}

function done(images: Float32Array, drawn: Regularisation): Float32Array {
  const changed = images.slice();
  regularise(changed, SIDE, drawn, 0);
  return changed;
}

const anyPartners = fc.nat(1000).map((seed) => stream(seed, "partners").permutation(COUNT));
const anyLambda = fc.double({ min: 0, max: 1, noNaN: true });

Deno.test("MixUp is lambda of the image and the rest of its partner, for every pixel", () => {
  fc.assert(
    fc.property(fc.nat(1000), anyPartners, anyLambda, (seed, partners, lambda) => {
      const images = noise(seed);
      const mixed = done(images, { partners, lambda });
      let worst = 0;
      for (let k = 0; k < COUNT; k++) {
        for (let p = 0; p < SIZE; p++) {
          const expected = lambda * images[k * SIZE + p] + (1 - lambda) * images[partners[k] * SIZE + p];
          worst = Math.max(worst, Math.abs(mixed[k * SIZE + p] - expected));
        }
      }
      assert(worst < 3e-7, `${worst}`); // float32's rounding below 2
    }),
    { numRuns: 20 },
  );
});

Deno.test("an image mixed with itself stays as it is, and so do all with lambda 1, bit for bit", () => {
  fc.assert(
    fc.property(fc.nat(1000), anyPartners, anyLambda, (seed, partners, lambda) => {
      const images = noise(seed);
      assertEquals(done(images, { partners: partners.toSorted(), lambda }), images);
      assertEquals(done(images, { partners, lambda: 1 }), images);
    }),
    { numRuns: 20 },
  );
});

Deno.test("CutMix takes the box from the partner and nothing else", () => {
  const box = { top: 3, left: 0, bottom: 9, right: 16 };
  const images = noise(1);
  const partners = Uint32Array.of(4, 3, 2, 1, 0);
  const mixed = done(images, { partners, lambda: 1 - areaOf(box) / SIDE ** 2, box });
  for (let at = 0; at < mixed.length; at++) {
    const [k, p] = [Math.floor(at / SIZE), at % SIZE];
    const row = Math.floor(p / 3 / SIDE);
    assertEquals(mixed[at], row >= 3 && row < 9 ? images[partners[k] * SIZE + p] : images[at]);
  }
});

Deno.test("CutMix's lambda is the share of the area that is left once the box is clipped at the border", () => {
  const cutmix: Regulariser = { kind: "cutmix", alpha: 1, probability: 1 };
  let clipped = 0;
  for (let step = 0; step < 500; step++) {
    const { lambda, box } = drawRegularisation(stream(0, "regulariser", step), COUNT, SIDE, cutmix);
    const { top, left, bottom, right } = box!;
    assert(top >= 0 && left >= 0 && bottom <= SIDE && right <= SIDE && bottom >= top && right >= left);
    if (bottom - top !== right - left) clipped++;
    const images = new Float32Array(COUNT * SIZE).fill(1, 0, SIZE); // the first image is 1, the others 0
    const mixed = done(images, { partners: Uint32Array.of(1, 2, 3, 4, 0), lambda, box });
    assertAlmostEquals(lambda, mixed.subarray(0, SIZE).reduce((sum, value) => sum + value, 0) / SIZE, 1e-12);
  }
  assert(clipped > 100, `${clipped} of 500 boxes were clipped`);
});

Deno.test("CutMix's box before clipping leaves a share drawn from Beta; a batch is left alone with the chance given", () => {
  const mixed = (probability: number) =>
    Array.from(
      { length: 1000 },
      (_, step) =>
        drawRegularisation(stream(0, "regulariser", step), COUNT, SIDE, { kind: "cutmix", alpha: 1, probability }),
    );
  const half = mixed(0.5);
  const alone = half.filter(({ box }) => box === undefined);
  assert(Math.abs(alone.length - 500) < 4 * Math.sqrt(250), `${alone.length}`);
  assert(alone.every(({ lambda, partners }) => lambda === 1 && partners?.length === COUNT));
  assertEquals(mixed(0).filter(({ box }) => box !== undefined).length, 0);
  assertEquals(mixed(1).filter(({ box }) => box === undefined).length, 0);
});

Deno.test("MixUp's lambda is Beta's, its partners a permutation of the batch", () => {
  let sum = 0;
  for (let step = 0; step < 1000; step++) {
    const drawn = drawRegularisation(stream(0, "regulariser", step), COUNT, SIDE, REGULARISERS.mixup);
    assertEquals([...drawn.partners!].sort(), [0, 1, 2, 3, 4]);
    sum += drawn.lambda;
  }
  assertAlmostEquals(sum / 1000, 0.5, 4 * Math.sqrt(1 / 12 / 1000));
});

Deno.test("CutOut greys a square around any pixel of each image, clipped at the border, and nothing else", () => {
  const drawn = drawRegularisation(stream(0, "regulariser"), COUNT, SIDE, REGULARISERS.cutout);
  assertEquals([drawn.partners, drawn.lambda, drawn.squares!.length], [undefined, 1, COUNT]);
  const images = noise(0).map((value) => value + 10);
  const cut = done(images, drawn);
  drawn.squares!.forEach(({ top, left, bottom, right }, k) => {
    for (let p = 0; p < SIZE; p++) {
      const [y, x] = [Math.floor(p / 3 / SIDE), Math.floor(p / 3) % SIDE];
      const inside = y >= top && y < bottom && x >= left && x < right;
      assertEquals(cut[k * SIZE + p], inside ? 0 : images[k * SIZE + p]);
    }
  });
});

Deno.test("a square around a pixel reaches half its length up and left, and less one down and right", () => {
  assertEquals(boxAround(8, 7, 6, 16), { top: 5, left: 4, bottom: 11, right: 10 });
  assertEquals(boxAround(0, 15, 6, 16), { top: 0, left: 12, bottom: 3, right: 16 });
  assertEquals(boxAround(8, 7, 7, 16), boxAround(8, 7, 6, 16));
  assertEquals(areaOf(boxAround(8, 7, 1, 16)), 0);
  fc.assert(fc.property(fc.nat(31), fc.nat(31), fc.nat(64), (y, x, length) => {
    const whole = 2 * Math.floor(length / 2);
    const inside = (at: number) =>
      Array.from({ length: 32 }, (_, v) => v).filter((v) => v >= at - whole / 2 && v < at + whole / 2).length;
    assertEquals(areaOf(boxAround(y, x, length, 32)), inside(y) * inside(x));
  }));
});

Deno.test("a regulariser out of its range is explained", () => {
  for (const regulariser of Object.values(REGULARISERS)) checkRegulariser(regulariser);
  const refused = (regulariser: Regulariser) => assertThrows(() => checkRegulariser(regulariser), UserError).message;
  for (const alpha of [0, -1, NaN, Infinity]) {
    assertStringIncludes(
      refused({ kind: "mixup", alpha }),
      `Regulariser mixup: alpha ${alpha}. Give a number above 0.`,
    );
  }
  assertStringIncludes(refused({ kind: "cutmix", alpha: 1, probability: 1.5 }), "probability 1.5");
  for (const side of [0, 2]) assertStringIncludes(refused({ kind: "cutout", side }), `side ${side}`);
});
