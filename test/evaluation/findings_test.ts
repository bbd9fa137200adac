/** What the analysis measures, on networks whose answer is known. */
import { assert, assertEquals } from "@std/assert";
import { covered } from "../../lib/datasets/partly_known.ts";
import { partlyKnown, priorsSplit } from "../../lib/datasets/priors.ts";
import type { ImageSet } from "../../lib/datasets/image_set.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import type { Evaluator } from "../../lib/evaluation/evaluator.ts";
import { partlyKnownFigures } from "../../lib/evaluation/partly_known.ts";
import { poolingFigures } from "../../lib/evaluation/pooling.ts";
import { softmax } from "../../lib/methods/softmax.ts";

await startTensorFlow({ threads: 2 });
const seed = 3;
const split = priorsSplit(seed);
const labelOf = new Map(split.known.map((number, label) => [number, label]));

Deno.test("partly known images have shapes and textures of known classes, or of none that was trained on", () => {
  const sets = partlyKnown(seed, 60);
  const known = (number: number) => labelOf.has(number);
  for (
    const [name, shapes, textures] of [
      ["knownOnKnown", true, true],
      ["knownOnUnrelated", true, false],
      ["unknownOnKnown", false, true],
      ["unknownOnUnrelated", false, false],
    ] as const
  ) {
    assert(sets[name].labels.every((number) => known(number) === shapes), name);
    assert(sets[name].background!.every((number) => known(number) === textures), name);
    assertEquals(sets[name].labels.length, 60);
  }
  assertEquals(sets.knownOnKnown.labels, sets.knownOnKnown.background); // each shape on its own texture
});

Deno.test("covering replaces background only, from the left edge to its share of the width", () => {
  const { knownOnKnown: set, knownOnUnrelated: other } = partlyKnown(seed, 6);
  assertEquals(covered(set, other, 0).images, set.images);
  const half = covered(set, other, 0.5);
  let changed = 0;
  for (let pixel = 0; pixel < set.images.length / 3; pixel++) {
    const before = set.images.subarray(3 * pixel, 3 * pixel + 3);
    const after = half.images.subarray(3 * pixel, 3 * pixel + 3);
    const same = before.every((value, channel) => value === after[channel]);
    if (pixel % 32 >= 16 || set.foreground![pixel] > 0) assert(same);
    else changed += Number(!same);
  }
  assert(changed > 0.25 * set.images.length / 3 / 2);
});

/** An evaluator of a network that is sure (logit 5) of the class that `judge` gives for an image, else unsure. */
function judging(judge: (set: ImageSet, image: number) => number | null): Evaluator {
  const logits = (set: ImageSet) => {
    const rows = new Float32Array(set.labels.length * 6);
    for (let image = 0; image < set.labels.length; image++) {
      const label = judge(set, image);
      if (label !== null) rows[6 * image + label] = 5 + image / 1000;
    }
    return Promise.resolve(rows);
  };
  return { logits } as unknown as Evaluator;
}

Deno.test("a network that reads shapes accepts known shapes anywhere, one that reads textures known textures under any shape", async () => {
  const sets = partlyKnown(seed, 60);
  const shapes = await partlyKnownFigures(judging((set, i) => labelOf.get(set.labels[i]) ?? null), sets, labelOf);
  assertEquals(
    [shapes.accepted_unknown_on_known, shapes.accepted_unknown_on_unrelated, shapes.acc_on_unrelated],
    [0, 0, 1],
  );
  assert(shapes.accepted_known_on_unrelated >= 0.95);
  const textures = await partlyKnownFigures(
    judging((set, i) => labelOf.get(set.background![i]) ?? null),
    sets,
    labelOf,
  );
  assertEquals([textures.accepted_known_on_unrelated, textures.accepted_unknown_on_unrelated], [0, 0]);
  assert(textures.accepted_unknown_on_known >= 0.95);
});

Deno.test("a cell that changes moves the pooled score, and not that of the best cell", async () => {
  // an image is a map of 2x2 cells of two channels, whose values stand in its bytes
  const set = (cells: number[][]): ImageSet => ({
    ...{ name: "toy", side: 2, labels: new Int32Array(cells.length), index: new Int32Array(cells.length) },
    images: Uint8Array.from(cells.flat()),
  });
  const whole = set([[9, 0, 4, 0, 4, 0, 4, 0], [9, 0, 6, 0, 6, 0, 6, 0]]);
  const run = {
    method: softmax,
    over: (pass: (shown: object, carried: object) => { rows: tf.Tensor }) => (set: ImageSet) => {
      const rows = tf.tidy(() => {
        const map = tf.tensor4d(Float32Array.from(set.images), [set.labels.length, 2, 2, 2]);
        const params = { weight: tf.tensor2d([[1, 0], [0, 1]]) };
        return pass({ params, map, feature: tf.mean(map, [1, 2]) }, {}).rows.dataSync();
      });
      return Promise.resolve({ rows });
    },
  } as unknown as Evaluator;
  const duller = (share: number) => set([[9, 0, 4, 0, 4, 0, 4 - 4 * share, 0], [9, 0, 6, 0, 6, 0, 6 - 6 * share, 0]]);
  assertEquals(await poolingFigures(run, whole, duller), {
    pooled_25: 0.75, // means 5.25, 6.75 against 5, 6.25: bytes are whole
    best_cell_25: 0.5,
    pooled_50: 0.75, // against 4.75, 6
    best_cell_50: 0.5,
    pooled_75: 0.75, // against 4.5, 5.5
    best_cell_75: 0.5,
    pooled_100: 0.875, // against 4.25, 5.25: they tie once
    best_cell_100: 0.5,
  });
});
