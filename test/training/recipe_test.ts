import { assertEquals, assertNotEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { CSSR_STRONG, randAugment } from "../../lib/augment/augmentation.ts";
import { REGULARISERS } from "../../lib/augment/regulariser.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { checkRecipe, digest, type Recipe } from "../../lib/training/recipe.ts";
import { smallRecipe } from "./small_run.ts";

Deno.test("a digest is that of the JSON with sorted keys, in whatever order they come", () => {
  // printf %s '{"a":[{"c":null,"d":"x"},2],"b":{"e":0.1,"f":true}}' | sha256sum | cut -c1-16
  const expected = "bf25ad16932a6f20";
  assertEquals(digest({ a: [{ c: null, d: "x" }, 2], b: { e: 0.1, f: true } }), expected);
  assertEquals(digest({ b: { f: true, e: 0.1 }, a: [{ d: "x", c: null }, 2] }), expected);
});

Deno.test("a digest changes with every part of a recipe", () => {
  const base = smallRecipe(1);
  const others = [
    smallRecipe(null),
    smallRecipe(0),
    { ...base, epochs: 5 },
    { ...base, precision: "bfloat16" },
    { ...base, optimiser: { ...base.optimiser, weightDecay: 0 } },
    { ...base, schedule: { ...base.schedule, rise: 0.31 } },
    { ...base, augmentation: CSSR_STRONG },
    { ...base, augmentation: randAugment(2, 9) },
    { ...base, augmentation: randAugment(2, 10) },
    ...Object.values(REGULARISERS).map((regulariser) => ({ ...base, regulariser })),
  ].map(digest);
  for (const other of others) assertNotEquals(other, digest(base));
  assertEquals(new Set(others).size, others.length);
});

/** As many training images, without masks. */
const labelled = (count: number) => ({ labels: new Int32Array(count) });

Deno.test("a recipe that cannot be run is refused by the option's name", () => {
  checkRecipe(smallRecipe(null), labelled(12));
  const refused = (epochs: number, images: number) =>
    assertThrows(() => checkRecipe(smallRecipe(null, { epochs }), labelled(images)), UserError).message;
  for (const epochs of [0, -1, 1.5, NaN]) {
    assertStringIncludes(refused(epochs, 100), `--epochs ${epochs}: give a whole number, 1 or more.`);
  }
  assertStringIncludes(refused(1, 11), "11 training images do not fill one batch of 12. Give a larger --limit");
});

Deno.test("augmentation and regulariser are checked before a run, and absent ones change no digest", () => {
  const refused = (changed: Partial<Recipe>, set: Parameters<typeof checkRecipe>[1] = labelled(12)) =>
    assertThrows(() => checkRecipe(smallRecipe(1, changed), set), UserError).message;
  assertStringIncludes(refused({ augmentation: randAugment(0, 9) }), "0 operations an image");
  assertStringIncludes(refused({ regulariser: { kind: "mixup", alpha: 0 } }), "mixup: alpha 0");
  const swap = { regulariser: REGULARISERS["background-swap"] };
  assertStringIncludes(refused(swap), "without foreground masks. Use it with priors");
  const masks = { ...labelled(12), foreground: new Uint8Array(12 * 32 * 32) };
  assertStringIncludes(refused(swap, masks), "Train it without BackMix");
  checkRecipe(smallRecipe(null, swap), masks);
  const base = smallRecipe(1);
  assertEquals(digest({ ...base, augmentation: undefined, regulariser: undefined }), digest(base));
});
