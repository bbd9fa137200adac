import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { encodeNpz } from "../../lib/files/npz.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { differencesOf, figuresOf, readScores, resampledRun, writeScores } from "../../lib/results/scores.ts";
import { sampleScores } from "./sample.ts";

const options = { seed: 0, resamples: 20 };

Deno.test("scores come back from their file as they were written, types included", async () => {
  const path = `${await Deno.makeTempDir()}/scores.npz`;
  const scores = sampleScores(1);
  await writeScores(path, scores);
  assertEquals(await readScores(path), scores);
});

Deno.test("figures are the same before and after the file", async () => {
  const path = `${await Deno.makeTempDir()}/scores.npz`;
  const scores = sampleScores(1);
  await writeScores(path, scores);
  const [read, written] = [await readScores(path), scores].map((run) => figuresOf(resampledRun(run, 3, options)));
  assertEquals(read, written);
});

Deno.test("runs on other images have no paired difference", () => {
  const a = sampleScores(1);
  const b = sampleScores(2);
  const difference = (by = options) => differencesOf(resampledRun(b, 3, by), resampledRun(a, 3, options));
  assertEquals(Object.keys(difference()), ["max_logit", "max_probability"]);
  assertThrows(() => difference({ seed: 1, resamples: 20 }), RangeError, "resampled by seed 1, 20 times");
  b.unknown.index[3] = 1000;
  assertThrows(() => difference(), RangeError, "different unknown images");
});

Deno.test("a score file that is missing, damaged, or lacks an array is named", async () => {
  const path = `${await Deno.makeTempDir()}/scores.npz`;
  await assertRejects(() => readScores(path), UserError, `${path}: cannot read`);
  await writeScores(path, sampleScores(1));
  const bytes = await Deno.readFile(path);
  await Deno.writeFile(path, bytes.subarray(0, bytes.length / 2));
  await assertRejects(() => readScores(path), UserError, path);
  await Deno.writeFile(
    path,
    await encodeNpz(new Map([["known_max_logit", { dtype: "F32", shape: [1], data: Float32Array.of(1) }]])),
  );
  await assertRejects(() => readScores(path), UserError, "lacks known_label");
});
