import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import type { ImageSet } from "../../lib/datasets/image_set.ts";
import { openSet } from "../../lib/datasets/open_set.ts";
import { priors, priorsSplit } from "../../lib/datasets/priors.ts";
import { UserError } from "../../lib/files/user_error.ts";

const pixels = 32 * 32;
const small = { seed: 0, train: 120, test: 60 };

/** Share of a set's images whose background is of their class's own family. */
function ownShare({ labels, background }: ImageSet): number {
  return labels.filter((label, at) => background![at] === label).length / labels.length;
}

Deno.test("the same seed gives the same bytes, on every machine", () => {
  const { sha256, official } = priors(small).source;
  assertEquals(sha256, "7489f795a60f912a3bd3967e5d9d591c0fbe348145f5f9a4a6fced65ea7d59fe");
  assertEquals(official, true);
  assert(priors({ ...small, seed: 1 }).source.sha256 !== sha256);
  assert(priors({ ...small, p: 0.8 }).source.sha256 !== sha256);
});

Deno.test("an image does not depend on how many others there are", () => {
  const [few, many] = [priors(small).train, priors({ ...small, train: 180 }).train];
  assert(few.images.every((value, at) => value === many.images[at]));
});

Deno.test("p moves backgrounds, but no shape", () => {
  const [low, high] = [priors({ ...small, p: 0 }).train, priors({ ...small, p: 1 }).train];
  assert(low.foreground!.every((value, at) => value === high.foreground![at]));
  assertEquals(low.labels, high.labels);
  assertEquals(ownShare(high), 1);
  assert(ownShare(low) < 0.5);
});

Deno.test("six shapes are known and four unknown, drawn from the seed", () => {
  for (let seed = 0; seed < 20; seed++) {
    const { known, unknown } = priorsSplit(seed);
    assertEquals([known.length, unknown.length], [6, 4]);
    assertEquals([...known, ...unknown].toSorted((a, b) => a - b), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  }
  assert(priorsSplit(0).known.join() !== priorsSplit(1).known.join());
});

Deno.test("sizes are 4,000 for training and 1,200 for each test part, even over the classes", () => {
  const data = openSet(priors({ seed: 0 }), priorsSplit(0));
  assertEquals(data.train.labels.length, 4000);
  for (const set of [data.known, data.unknown, data.extra.shuffled]) assertEquals(set.labels.length, 1200);
  for (let label = 0; label < 6; label++) {
    assertAlmostEquals(data.train.labels.filter((other) => other === label).length, 4000 / 6, 1);
    assertEquals(data.known.labels.filter((other) => other === label).length, 200);
  }
  for (let label = 6; label < 10; label++) {
    assertEquals(data.unknown.labels.filter((other) => other === label).length, 300);
  }
});

Deno.test("the own background has the share p + (1 - p) / 6 in training and test, 1 / 6 when shuffled", () => {
  for (const p of [0, 0.6, 1]) {
    const { train, test, extra } = priors({ seed: 7, p, train: 900, test: 600 });
    const within = (share: number, n: number) => 4 * Math.sqrt(share * (1 - share) / n) + 1e-9; // 4 deviations
    const share = p + (1 - p) / 6;
    assertAlmostEquals(ownShare(train), share, within(share, 900));
    const known = { ...test, labels: test.labels.subarray(0, 600) };
    assertAlmostEquals(ownShare(known), share, within(share, 600));
    assertAlmostEquals(ownShare(extra!.shuffled), 1 / 6, within(1 / 6, 600));
  }
});

Deno.test("every background belongs to a known class", () => {
  const { known } = priorsSplit(3);
  const { train, test, extra } = priors({ ...small, seed: 3 });
  for (const set of [train, test, extra!.shuffled]) {
    assert(set.background!.every((family) => known.includes(family)));
  }
  assert(train.labels.every((label) => known.includes(label)));
});

Deno.test("pixels under the mask have one colour, and no pixel beside it has that colour", () => {
  const noise = 4 * 0.02 * 255; // no sum of four bytes lies beyond 3.5 deviations
  const { train, test } = priors(small);
  for (const { images, foreground, labels } of [train, test]) {
    for (let i = 0; i < labels.length; i++) {
      const at = (cover: number) =>
        Array.from({ length: pixels }, (_, pixel) => i * pixels + pixel).filter((pixel) =>
          foreground![pixel] === cover
        );
      const [inside, outside] = [at(255), at(0)];
      assert(inside.length > 60 && outside.length > 300);
      const colour = [0, 1, 2].map((c) => inside.reduce((sum, p) => sum + images[3 * p + c], 0) / inside.length);
      const away = (p: number) => colour.map((value, c) => images[3 * p + c] - value);
      for (const p of inside) assert(away(p).every((difference) => Math.abs(difference) < noise + 6));
      for (const p of outside) assert(Math.hypot(...away(p)) > 0.35 * 255 - Math.sqrt(3) * noise - 6);
    }
  }
});

Deno.test("p outside [0, 1] is refused", () => {
  for (const p of [-0.1, 1.1, NaN]) assertThrows(() => priors({ ...small, p }), UserError, "from 0 to 1");
  assertThrows(() => priors({ ...small, train: 0 }), RangeError);
});
