/** Images cut by maps and put together anew, on a network whose maps are known: the truth of *priors*. */
import { assert, assertEquals } from "@std/assert";
import type { ImageSet } from "../../lib/datasets/image_set.ts";
import { openSet } from "../../lib/datasets/open_set.ts";
import { priors, priorsSplit } from "../../lib/datasets/priors.ts";
import { cutByMaps, putTogether } from "../../lib/evaluation/cut_by_maps.ts";
import type { Evaluator } from "../../lib/evaluation/evaluator.ts";

const seed = 3;
const data = openSet(priors({ seed, train: 6, test: 48 }), priorsSplit(seed));

/** Says class 2 of each image, and gives maps that are high in the upper left quarter. */
const asked: number[] = [];
const run = {
  logits: ({ labels }: ImageSet) =>
    Promise.resolve(Float32Array.from({ length: 6 * labels.length }, (_, i) => Number(i % 6 === 2))),
  maps: ({ labels }: ImageSet) => {
    asked.push(...labels);
    const map = Float32Array.from({ length: 64 }, (_, cell) => Number(cell % 8 < 4 && cell < 32));
    return Promise.resolve(Float32Array.from({ length: 64 * labels.length }, (_, i) => map[i % 64]));
  },
} as unknown as Evaluator;

const upperLeft = (pixel: number) => pixel % 32 < 16 && Math.floor(pixel % 1024 / 32) < 16;

Deno.test("the top quarter of the map of the predicted class is the foreground, of unknown images too", async () => {
  const cut = await cutByMaps(run, data, 0);
  assertEquals(new Set(asked), new Set([2]));
  for (const [side, set] of Object.entries(cut)) {
    assertEquals(set.labels.length, 48, side);
    assertEquals([...set.index].sort((a, b) => a - b), [...data[side as "known"].index], side); // each image once
    assert(set.foreground.every((cover, pixel) => cover === (upperLeft(pixel) ? 255 : 0)), side);
  }
  assert(cut.known.labels.every((label) => label < 6) && cut.unknown.labels.every((label) => label >= 6));
});

Deno.test("images put together have their own foreground, and a background of the side that their name says", async () => {
  const cut = await cutByMaps(run, data, 0);
  // every pixel tells whose it is: 200 known and 50 unknown foregrounds, 100 + label and 20 + label backgrounds
  const painted = (set: typeof cut.known, on: number, off: number) => ({
    ...set,
    images: set.images.map((_, at) => {
      const pixel = Math.floor(at / 3);
      return upperLeft(pixel) ? on : off + set.labels[Math.floor(pixel / 1024)];
    }),
  });
  const sets = putTogether({ known: painted(cut.known, 200, 100), unknown: painted(cut.unknown, 50, 20) }, 0);
  const expected = { knownOnKnown: [200, 100], knownOnUnrelated: [200, 20], unknownOnKnown: [50, 100] } as const;
  for (const [name, [on, off]] of Object.entries({ ...expected, unknownOnUnrelated: [50, 20] })) {
    const set = sets[name as keyof typeof sets];
    set.images.forEach((byte, at) => {
      const pixel = Math.floor(at / 3);
      if (upperLeft(pixel)) return assertEquals(byte, on, name);
      assert(byte >= off && byte < off + 10, name);
      if (name === "knownOnKnown") assertEquals(byte, off + set.labels[Math.floor(pixel / 1024)]); // of its own class
    });
  }
});

Deno.test("the same seed draws the same images and partners", async () => {
  const made = async (seed: number) => putTogether(await cutByMaps(run, data, seed), seed).unknownOnKnown.images;
  const [once, again, other] = [await made(5), await made(5), await made(6)];
  assertEquals(once, again);
  assert(once.some((byte, at) => byte !== other[at]));
});
