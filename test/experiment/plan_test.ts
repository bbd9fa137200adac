import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { type CellPlan, identify } from "../../lib/experiment/plan.ts";
import { softmax } from "../../lib/methods/softmax.ts";
import { smallRecipe } from "../training/small_run.ts";

const plan: CellPlan = {
  method: softmax,
  recipe: smallRecipe(1),
  trial: 2,
  seed: 7,
  split: { protocol: "arpl", dataset: "cifar10", trial: 2, known: [0, 1], unknown: [2] },
  dataset: "cifar10",
  source: { sha256: "a".repeat(64), official: true },
  limit: null,
  validation: 0,
  settings: {},
};

Deno.test("a cell is named by method, BackMix, trial, seed and a digest", () => {
  const { id, recipe_digest } = identify(plan);
  assertMatch(recipe_digest, /^[0-9a-f]{16}$/);
  assertEquals(id, `softmax+backmix.trial2.seed7.${recipe_digest.slice(0, 8)}`);
  assertMatch(identify({ ...plan, recipe: smallRecipe(null) }).id, /^softmax\.trial2\.seed7\./);
});

Deno.test("whatever decides a cell's numbers changes its digest", () => {
  const { split, source } = plan;
  const others: Partial<CellPlan>[] = [
    { recipe: smallRecipe(1, { epochs: 9 }) },
    { recipe: smallRecipe(0) },
    { split: { ...split, known: [1, 0] } },
    { split: { ...split, protocol: "cssr" } },
    { source: { ...source, sha256: "b".repeat(64) } },
    { limit: 600 },
    { validation: 0.1 },
    { settings: { p: 0.8 } },
  ];
  const digests = others.map((changed) => identify({ ...plan, ...changed }).recipe_digest);
  for (const digest of digests) assertNotEquals(digest, identify(plan).recipe_digest);
  assertEquals(new Set(digests).size, others.length);
  assertEquals(
    identify({ ...plan, recipe: Object.fromEntries(Object.entries(plan.recipe).reverse()) as never }),
    identify(plan),
  );
});
