import { assertEquals, assertNotEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { UserError } from "../../lib/files/user_error.ts";
import { checkRecipe, digest } from "../../lib/training/recipe.ts";
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
  ].map(digest);
  for (const other of others) assertNotEquals(other, digest(base));
  assertEquals(new Set(others).size, others.length);
});

Deno.test("a recipe that cannot be run is refused by the option's name", () => {
  checkRecipe(smallRecipe(null), 12);
  const refused = (epochs: number, images: number) =>
    assertThrows(() => checkRecipe(smallRecipe(null, { epochs }), images), UserError).message;
  for (const epochs of [0, -1, 1.5, NaN]) {
    assertStringIncludes(refused(epochs, 100), `--epochs ${epochs}: give a whole number, 1 or more.`);
  }
  assertStringIncludes(refused(1, 11), "11 training images do not fill one batch of 12. Give a larger --limit");
});
