import { assertAlmostEquals, assertEquals, assertLess } from "@std/assert";
import fc from "fast-check";
import { logitScores } from "../../lib/evaluation/logit_scores.ts";

Deno.test("two classes give the logistic function of the difference", () => {
  const { maxLogit, maxProbability, predicted } = logitScores(Float32Array.of(0.5, 2, 3, -1, 4, 4), 2);
  assertEquals([...maxLogit], [2, 3, 4]);
  [1.5, 4, 0].forEach((difference, i) => assertAlmostEquals(maxProbability[i], 1 / (1 + Math.exp(-difference)), 1e-15));
  assertEquals([...predicted], [1, 0, 0], "the first of equal ones");
});

Deno.test("confident images do not tie, however large the logits", () => {
  const { maxProbability } = logitScores(Float32Array.of(1000, 970, 1000, 969, -1000, -1020), 2);
  assertEquals([...maxProbability].map((p) => p < 1), [true, true, true]);
  assertLess(maxProbability[0], maxProbability[1]);
  assertAlmostEquals(maxProbability[2], 1 / (1 + Math.exp(-20)), 1e-15);
});

Deno.test("scores are those of softmax, and a constant on all logits moves the maximum only", () => {
  const logit = fc.integer({ min: -160, max: 160 }).map((eighths) => eighths / 8); // sums are exact
  fc.assert(fc.property(fc.array(logit, { minLength: 1, maxLength: 8 }), logit, (row, constant) => {
    const plain = logitScores(Float32Array.from(row), row.length);
    const moved = logitScores(Float32Array.from(row, (value) => value + constant), row.length);
    const exponentials = row.map(Math.exp);
    const sum = exponentials.reduce((total, value) => total + value);
    assertAlmostEquals(plain.maxProbability[0], Math.max(...exponentials) / sum, 1e-12);
    assertEquals(plain.predicted[0], row.indexOf(Math.max(...row)));
    assertEquals(moved.maxLogit[0], plain.maxLogit[0] + constant);
    assertEquals([moved.maxProbability, moved.predicted], [plain.maxProbability, plain.predicted]);
  }));
});
