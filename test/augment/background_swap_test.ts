import { assert, assertEquals } from "@std/assert";
import { type CoveredSet, drawBackgrounds, swapBackgrounds } from "../../lib/augment/background_swap.ts";
import { priors } from "../../lib/datasets/priors.ts";
import { stream } from "../../lib/engine/streams.ts";

const set = priors({ seed: 0, train: 40, test: 6 }).train as CoveredSet;
const AREA = set.side ** 2;

Deno.test("an image keeps what it shows of its shape; behind it is the partner's background, grey where that has its shape", () => {
  const batch = [0, 7, 7], partners = [5, 7, 30];
  const { bytes, side } = swapBackgrounds(set, batch, partners);
  assertEquals(side, set.side);
  const seen = { own: 0, other: 0, grey: 0, edge: 0 };
  batch.forEach((own, k) => {
    for (let p = 0; p < AREA; p++) {
      const [cover, hidden] = [set.foreground[own * AREA + p], set.foreground[partners[k] * AREA + p] > 0];
      for (let c = 0; c < 3; c++) {
        const got = bytes[(k * AREA + p) * 3 + c];
        const mine = set.images[(own * AREA + p) * 3 + c];
        const behind = hidden ? 128 : set.images[(partners[k] * AREA + p) * 3 + c];
        if (cover === 255) assertEquals(got, mine);
        else if (cover === 0) assertEquals(got, behind);
        else assert(got >= Math.min(mine, behind) && got <= Math.max(mine, behind));
        seen[cover === 255 ? "own" : cover > 0 ? "edge" : hidden ? "grey" : "other"]++;
      }
    }
  });
  assert(Object.values(seen).every((count) => count > 100), JSON.stringify(seen));
});

Deno.test("backgrounds are drawn from all images evenly", () => {
  const times = new Float64Array(10);
  for (const image of drawBackgrounds(stream(0, "backgrounds"), 10_000, 10)) times[image]++;
  const chiSquare = times.reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
  assert(chiSquare < 9 + 4 * Math.sqrt(18), `${chiSquare}`);
});
