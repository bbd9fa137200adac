import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { CamBank } from "../../lib/backmix/cam_bank.ts";
import { DESCRIBED } from "../../lib/backmix/mix.ts";
import type { ImageSet } from "../../lib/datasets/image_set.ts";
import { stream } from "../../lib/engine/streams.ts";
import { type Batch, batches, stepsPerEpoch } from "../../lib/training/batches.ts";
import { pixelValues } from "../../lib/augment/pixels.ts";
import { CSSR_STRONG, randAugment } from "../../lib/augment/augmentation.ts";
import { REGULARISERS } from "../../lib/augment/regulariser.ts";
import { priors } from "../../lib/datasets/priors.ts";
import type { Recipe } from "../../lib/training/recipe.ts";
import { smallRecipe } from "./small_run.ts";

const SIDE = 32;
const SIZE = SIDE * SIDE * 3;

/** Noise without a black pixel; image i has the label i % 6. */
function noise(n: number): ImageSet {
  const random = stream(0, "noise");
  return {
    name: "train",
    side: SIDE,
    images: Uint8Array.from({ length: n * SIZE }, () => 1 + random.int(255)),
    labels: Int32Array.from({ length: n }, (_, i) => i % 6),
    index: Int32Array.from({ length: n }, (_, i) => i),
  };
}

const set = noise(31); // 2 steps of 12 an epoch, 7 images left over

Deno.test("without BackMix a batch depends on seed and step only, whatever was asked for before", () => {
  const recipe = smallRecipe(null);
  const inOrder = batches(set, recipe, 3, null);
  const expected = Array.from({ length: 8 }, (_, step) => inOrder(step));
  fc.assert(
    fc.property(fc.array(fc.nat(7), { minLength: 1, maxLength: 8 }), (steps) => {
      const batchOf = batches(set, recipe, 3, null);
      for (const step of steps) assertEquals(batchOf(step), expected[step]);
    }),
    { numRuns: 10 },
  );
  assertNotEquals(batches(set, recipe, 4, null)(0).indices, expected[0].indices);
});

Deno.test("an epoch shows no image twice, in an order of its own, with the image's label", () => {
  const recipe = smallRecipe(null), steps = stepsPerEpoch(31, recipe);
  assertEquals(steps, 2);
  const batchOf = batches(set, recipe, 0, null);
  const orders: string[] = [];
  const seen = new Set<number>();
  for (let epoch = 0; epoch < 6; epoch++) {
    const shown = Array.from({ length: steps }, (_, i) => batchOf(epoch * steps + i));
    const indices = shown.flatMap((batch) => [...batch.indices]);
    assertEquals(new Set(indices).size, 24);
    assertEquals(shown.flatMap((batch) => [...batch.labels]), indices.map((i) => i % 6));
    indices.forEach((i) => seen.add(i));
    orders.push(indices.join());
  }
  assertEquals(new Set(orders).size, 6);
  assertEquals(seen.size, 31, "no image is left out in every epoch");
});

Deno.test("with BackMix the same images are seen in the same views, but for the pasted windows", () => {
  const bank = new CamBank(31, DESCRIBED);
  const without = batches(set, smallRecipe(null), 0, null), mixed = batches(set, smallRecipe(1), 0, bank);
  let pasted = 0;
  for (const step of [0, 1]) {
    const [a, b]: Batch[] = [without(step), mixed(step)];
    assertEquals([a.indices, a.labels], [b.indices, b.labels]);
    assertEquals([a.raw, a.partners], [undefined, []]);
    for (let k = 0; k < 12; k++) {
      const differs = (at: number) => a.images.at(k * SIZE + at) !== b.images.at(k * SIZE + at);
      const places = Array.from({ length: SIZE }, (_, at) => at).filter(differs).map((at) => Math.floor(at / 3));
      const rows = places.map((at) => Math.floor(at / SIDE)), columns = places.map((at) => at % SIDE);
      if (places.length === 0) continue;
      pasted++;
      assert(Math.max(...rows) - Math.min(...rows) < 8 && Math.max(...columns) - Math.min(...columns) < 8);
    }
  }
  assert(pasted >= 20, `${pasted} of 24 images were mixed`); // an image may be its own partner
});

Deno.test("the images for the maps are the unaltered ones", () => {
  const { raw, indices, partners } = batches(set, smallRecipe(1), 0, new CamBank(31, DESCRIBED))(0);
  assertEquals(partners.length, 12);
  indices.forEach((image, k) => {
    for (let at = 0; at < SIZE; at += 97) { // recipe: (v - 0.5) / 0.25
      const expected = (set.images[image * SIZE + at] / 255 - 0.5) / 0.25;
      assert(Math.abs(raw![k * SIZE + at] - expected) < 1e-6);
    }
  });
});

Deno.test("with BackMix a batch may be made one step ahead with lag 1, not with lag 0", () => {
  batches(set, smallRecipe(1), 0, new CamBank(31, DESCRIBED))(1);
  const bank = new CamBank(31, { ...DESCRIBED, lag: 0 });
  assertThrows(() => batches(set, smallRecipe(0), 0, bank)(1), RangeError);
});

const richer: [string, Partial<Recipe>][] = [
  ["RandAugment", { augmentation: randAugment() }],
  ["CSSR's augmentation", { augmentation: CSSR_STRONG }],
  ...Object.entries(REGULARISERS).map(([name, regulariser]): [string, Partial<Recipe>] => [name, { regulariser }]),
  ["MixUp on CSSR's augmentation", { augmentation: CSSR_STRONG, regulariser: REGULARISERS.mixup }],
];
const covered = priors({ seed: 0, train: 31, test: 6 }).train;

Deno.test("with any augmentation and regulariser a batch depends on seed and step only, and shows the same images", () => {
  const plain = batches(covered, smallRecipe(null), 3, null);
  for (const [name, changed] of richer) {
    const recipe = smallRecipe(null, changed);
    const there = batches(covered, recipe, 3, null), back = batches(covered, recipe, 3, null);
    const expected = [0, 1, 2].map((step) => there(step));
    for (const step of [2, 0, 1]) assertEquals(back(step), expected[step], name);
    for (const batch of expected) {
      const { indices, labels, images } = plain(batch.step);
      assertEquals([batch.indices, batch.labels], [indices, labels], name);
      assertEquals(batch.images.length, images.length);
      assert(batch.images.every(Number.isFinite), name);
    }
    const changedAt = expected.filter(({ step, images }) => String(images) !== String(plain(step).images));
    assert(changedAt.length > 0, name); // CutMix leaves half of the batches alone
  }
});

Deno.test("mixed labels are those of the batch's own images, and lambda says how they are mixed", () => {
  for (const kind of ["mixup", "cutmix"] as const) {
    const recipe = smallRecipe(null, { regulariser: REGULARISERS[kind] });
    const mixedOf = batches(covered, recipe, 0, null), plainOf = batches(covered, smallRecipe(null), 0, null);
    for (let step = 0; step < 8; step++) {
      const { images, labels, mixed } = mixedOf(step), plain = plainOf(step);
      const { lambda } = mixed!;
      assertEquals([...mixed!.labels].sort(), [...labels].sort());
      const sum = (values: Float32Array) => values.reduce((total, value) => total + value, 0);
      if (kind === "mixup") { // the partners are a permutation, so the batch's mean stays
        assert(Math.abs(sum(images) - sum(plain.images)) < 1e-2);
      }
      if (lambda === 1) assertEquals(images, plain.images);
    }
  }
  for (const [, changed] of richer.filter(([, { regulariser }]) => regulariser?.kind === "cutout")) {
    assertEquals(batches(covered, smallRecipe(null, changed), 0, null)(0).mixed, undefined);
  }
});

Deno.test("BackMix pastes before a richer augmentation, which then sees the same flips and crops", () => {
  const exact = batches(set, smallRecipe(1), 0, new CamBank(31, DESCRIBED))(0);
  const bytes = batches(set, smallRecipe(1, { augmentation: { border: "black" } }), 0, new CamBank(31, DESCRIBED))(0);
  assertEquals([bytes.partners, bytes.raw], [exact.partners, exact.raw]);
  const { byte, grey } = pixelValues(smallRecipe(1).normalisation); // grey lies between two levels of bytes
  assertEquals(bytes.images, exact.images.map((value) => value === grey ? byte[128] : value));
  const strong = batches(set, smallRecipe(1, { augmentation: CSSR_STRONG }), 0, new CamBank(31, DESCRIBED))(0);
  assertEquals(strong.partners, exact.partners);
  assertNotEquals(strong.images, exact.images);
});

Deno.test("on swapped backgrounds a shape stands on another image's texture, in the same views", () => {
  const swapped = batches(covered, smallRecipe(null, { regulariser: REGULARISERS["background-swap"] }), 0, null)(0);
  const plain = batches(covered, smallRecipe(null), 0, null)(0);
  let same = 0, differs = 0;
  swapped.images.forEach((value, at) => value === plain.images[at] ? same++ : differs++);
  assert(same > 0.1 * SIZE * 12 && differs > 0.5 * SIZE * 12, `${same} the same, ${differs} not`);
});
