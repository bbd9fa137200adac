/** Scores that are formulas of logits or features, against closed forms and brute force. */
import { assertAlmostEquals, assertEquals, assertLess, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { stream } from "../../../lib/engine/streams.ts";
import { engine, startTensorFlow } from "../../../lib/engine/tensorflow.ts";
import type { Evaluator } from "../../../lib/evaluation/evaluator.ts";
import { cssr } from "../../../lib/evaluation/scores/cssr.ts";
import { featureMagnitude } from "../../../lib/evaluation/scores/feature_magnitude.ts";
import { knn } from "../../../lib/evaluation/scores/knn.ts";
import { energy, maxLogit, maxProbability } from "../../../lib/evaluation/scores/logits.ts";
import { fitScores, score } from "../../../lib/evaluation/scores/score.ts";
import { SCORES, scoresNamed } from "../../../lib/evaluation/scores/table.ts";
import { vim } from "../../../lib/evaluation/scores/vim.ts";
import { UserError } from "../../../lib/files/user_error.ts";
import { pcssr } from "../../../lib/methods/pcssr.ts";
import { softmax } from "../../../lib/methods/softmax.ts";
import { imagesOf, outputsOf, scored } from "./outputs.ts";

await startTensorFlow();
const { binding } = engine();

function near(actual: Float64Array, expected: number[], tolerance: number): void {
  assertEquals(actual.length, expected.length);
  actual.forEach((value, i) => assertAlmostEquals(value, expected[i], tolerance));
}

Deno.test("k equal logits l have the energy l + log k, and one far above the others its own", async () => {
  const outputs = outputsOf([[0], [0], [0]], [[2, 2, 2], [-1, -1, -1], [1000, 0, 0]]);
  near(await scored(energy, outputs), [2 + Math.log(3), -1 + Math.log(3), 1000], 1e-12);
  near(await scored(maxLogit, outputs), [2, -1, 1000], 1e-12);
  near(await scored(maxProbability, outputs), [1 / 3, 1 / 3, 1], 1e-12);
});

Deno.test("a feature's magnitude is its Euclidean norm", async () => {
  near(await scored(featureMagnitude, outputsOf([[3, 4], [0, 0], [-5, 12]])), [5, 0, 13], 1e-12);
});

Deno.test("knn is minus the distance to the 50th nearest of the normalised training features", async () => {
  const random = stream(0, "knn test");
  const rows = (n: number) => Array.from({ length: n }, () => Array.from({ length: 7 }, () => random.normal()));
  const [bank, queries] = [rows(331), rows(23)];
  const unit = (row: number[]) => row.map((x) => x / Math.hypot(...row));
  const byHand = (size: number, k: number) =>
    queries.map((query) =>
      -bank.slice(0, size).map((row) => Math.hypot(...unit(row).map((x, i) => x - unit(query)[i])))
        .sort((a, b) => a - b)[k - 1]
    );
  near(await scored(knn, outputsOf(queries), outputsOf(bank)), byHand(331, 50), 1e-6);
  near(await scored(knn, outputsOf(queries), outputsOf(bank.slice(0, 12))), byHand(12, 12), 1e-6);
});

Deno.test("knn knows how near a copy is, and takes a feature without length for one without direction", async () => {
  const bank = outputsOf([[1, 2, 3]]);
  // |z - z'| of (1, 2, 3) and (1, 2, 3.001) is 0.001 sqrt(5) / 14, but for terms of a thousandth of it
  const expected = [0, -0.001 * Math.sqrt(5) / 14, -1];
  near(await scored(knn, outputsOf([[10, 20, 30], [1, 2, 3.001], [0, 0, 0]]), bank), expected, 3e-7);
});

Deno.test("vim takes from the energy what lies outside the main half of the features' space", async () => {
  // mean of x x^T = diag(2, 1/2), so R is the second axis; a = mean(4, 2, 3, 1) / mean(0, 0, 1, 1) = 5
  const training = outputsOf([[2, 0], [-2, 0], [0, 1], [0, -1]], [[4, 0], [2, 1], [0, 3], [1, 1]]);
  const outputs = outputsOf([[7, 0.5], [-1, 0]], [[Math.log(2), Math.log(6)], [0, 0]]);
  near(await scored(vim, outputs, training), [Math.log(8) - 2.5, Math.log(2)], 1e-6);
});

/**
 * Numbers by NumPy in float64: s(n, d, k) = sin(0.7 * (m^2 mod 4093) + k) with m the flat index in [n, d]; features
 * x = s(n, 6, k) * (0.25, 3, 0.125, 2.5, 2, 0.5) with n = 40, k = 0 to train and n = 5, k = 1 to score; logits
 * x s(6, 3, 5) + shift. numpy.linalg.eigh of x^T x / 40, R = the first three columns; a and score as vim.ts has them.
 */
Deno.test("vim meets NumPy, also where logits are not positive", async () => {
  const s = (n: number, d: number, k: number) =>
    Array.from(
      { length: n },
      (_, i) => Array.from({ length: d }, (_, j) => Math.sin(0.7 * ((i * d + j) ** 2 % 4093) + k)),
    );
  const scale = [0.25, 3, 0.125, 2.5, 2, 0.5];
  const w = s(6, 3, 5);
  const made = (n: number, k: number, shift: number) => {
    const x = s(n, 6, k).map((row) => row.map((value, j) => Math.fround(value * scale[j])));
    const logits = x.map((row) => [0, 1, 2].map((c) => row.reduce((sum, value, j) => sum + value * w[j][c], shift)));
    return outputsOf(x, logits);
  };
  const positive = await scored(vim, made(5, 1, 0), made(40, 0, 0));
  near(positive, [0.49931, 0.086013, 2.008288, -1.025564, 1.629594], 1e-4);
  const negative = await scored(vim, made(5, 1, -9), made(40, 0, -9));
  near(negative, [2.053549, 0.446959, 0.650457, 1.213936, -0.117149], 1e-4);
});

Deno.test("knn of 2,000 images against 6,000 takes seconds at most", async () => {
  const random = stream(1, "knn test");
  const many = (n: number) => ({
    ...outputsOf([new Array(128).fill(0)]),
    features: Float32Array.from({ length: n * 128 }, () => random.uniform()),
  });
  const [bank, queries] = [many(6000), many(2000)];
  const began = performance.now();
  assertEquals((await scored(knn, queries, bank)).length, 2000);
  assertLess(performance.now() - began, 30_000); // about a second on two idle cores
});

Deno.test("scores leave no tensors behind", () => assertEquals(binding.getNumOfTensors(), 0));

Deno.test("a score that is NaN, or not one an image, is refused with its name and the image", async () => {
  const run = { method: softmax, outputs: () => Promise.resolve(outputsOf([[1], [2], [3]])) } as unknown as Evaluator;
  const fitted = (values: number[]) =>
    fitScores([score({ name: "mine", of: () => Float64Array.from(values) })], run, imagesOf(1));
  assertEquals((await (await fitted([1, 2, 3]))(imagesOf(3))).mine, Float64Array.of(1, 2, 3));
  const nan = await assertRejects(async () => await (await fitted([1, NaN, 3]))(imagesOf(3, "unknown")), UserError);
  assertEquals(nan.message.split(" is NaN")[0], "The score mine of image 101 (place 1 of unknown)");
  const few = await assertRejects(async () => await (await fitted([1, 2]))(imagesOf(3)), UserError);
  assertEquals(few.message, "The score mine gave 2 numbers for 3 images. It must give one number for each.");
  const none = score({ name: "mine", of: () => undefined as unknown as Float64Array });
  const missing = await assertRejects(
    async () => await (await fitScores([none], run, imagesOf(1)))(imagesOf(3)),
    UserError,
  );
  assertEquals(missing.message, "The score mine gave undefined for 3 images. It must give one number for each.");
});

Deno.test("where a score fails, the message names it and the line", async () => {
  const run = { method: softmax, outputs: () => Promise.resolve(outputsOf([[1]])) } as unknown as Evaluator;
  const broken = score({ name: "mine", of: () => Float64Array.of((undefined as unknown as number[]).length) });
  const scorer = await fitScores([broken], run, imagesOf(1));
  const { message } = await assertRejects(async () => await scorer(imagesOf(1)), UserError);
  assertMatch(message, /^Score mine failed at .*formulas_test\.ts, line \d+: Cannot read properties of undefined/);
});

Deno.test("scores are found by name, all those that suit a method, and no others", async () => {
  const names = SCORES.map(({ name }) => name);
  assertEquals(new Set(names).size, names.length);
  assertEquals(scoresNamed("all", softmax).map(({ name }) => name), names.filter((name) => name !== "cssr"));
  assertEquals(scoresNamed("all", pcssr).map(({ name }) => name), names.filter((name) => name !== "energy"));
  assertEquals(scoresNamed(["vim", "energy"], softmax).map(({ name }) => name), ["energy", "vim"]);
  const choice = "Choose among max_logit, max_probability, energy, feature_magnitude, knn, vim, or all.";
  for (
    const [name, what] of [
      ["odin", "no such score: odin"],
      ["cssr", "the score cssr does not suit the method softmax"],
    ]
  ) {
    const { message } = assertThrows(() => scoresNamed([name], softmax), UserError);
    assertEquals(message, `--scores: ${what}. ${choice}`);
  }
  const run = { method: softmax } as unknown as Evaluator;
  const { message } = await assertRejects(() => fitScores([cssr], run, imagesOf(1)), UserError);
  assertEquals(message, "The score cssr does not suit the method softmax.");
});
