/** Curves whose areas are the metrics, and which a figure may thin. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { stream } from "../../lib/engine/streams.ts";
import { curvesFigure, type Points, thinned } from "../../lib/figures/curve.ts";
import { oscrCurve } from "../../lib/figures/oscr_curve.ts";
import { precisionRecallCurve } from "../../lib/figures/precision_recall_curve.ts";
import { rocCurve } from "../../lib/figures/roc_curve.ts";
import { auprIn } from "../../lib/metrics/aupr.ts";
import { auroc } from "../../lib/metrics/auroc.ts";
import { oscr } from "../../lib/metrics/oscr.ts";

/** Scores with ties, labels, predictions that are right for two of three. */
function scored(seed: number) {
  const random = stream(seed, "curves");
  const scores = (n: number, shift: number) =>
    Float64Array.from({ length: n }, () => Math.round(20 * random.uniform() + shift));
  const known = scores(300, 4);
  return {
    known,
    unknown: scores(200, 0),
    knownLabel: Int32Array.from(known, (_, i) => i % 4),
    knownPredicted: Int32Array.from(known, (_, i) => (i + Number(i % 3 === 0)) % 4),
  };
}

function trapezoids({ x, y }: Points): number {
  return x.slice(1).reduce((sum, at, i) => sum + (at - x[i]) * (y[i + 1] + y[i]) / 2, 0);
}

Deno.test("the areas under the curves are AUROC, AUPR-in and OSCR", () => {
  for (const seed of [0, 1, 2]) {
    const images = scored(seed);
    const { known, unknown, knownLabel, knownPredicted } = images;
    assertAlmostEquals(trapezoids(rocCurve(images)), auroc(known, unknown), 1e-12);
    assertAlmostEquals(trapezoids(oscrCurve(images)), oscr(known, unknown, knownLabel, knownPredicted), 1e-12);
    const { x, y } = precisionRecallCurve(images);
    const steps = x.reduce((sum, recall, i) => sum + (recall - (x[i - 1] ?? 0)) * y[i], 0);
    assertAlmostEquals(steps, auprIn(known, unknown), 1e-12);
  }
});

Deno.test("a curve runs from nothing accepted to everything, OSCR's up to the accuracy", () => {
  const images = scored(0);
  const [roc, ccr] = [rocCurve(images), oscrCurve(images)];
  assertEquals([roc.x[0], roc.y[0], roc.x.at(-1), roc.y.at(-1)], [0, 0, 1, 1]);
  assertEquals([ccr.x.at(-1), ccr.y.at(-1)], [1, 2 / 3]);
});

Deno.test("a thinned curve keeps its ends, and a point close to each that it drops", () => {
  const x = Array.from({ length: 5000 }, (_, i) => i / 4999);
  const whole = { x, y: x.map((at) => Math.sqrt(at)) };
  const few = thinned(whole);
  assert(few.x.length < 600);
  assertEquals([few.x[0], few.y[0], few.x.at(-1), few.y.at(-1)], [0, 0, 1, 1]);
  whole.x.forEach((at, i) => {
    const near = few.x.some((one, k) => Math.max(Math.abs(one - at), Math.abs(few.y[k] - whole.y[i])) < 1 / 250 + 1e-4);
    assert(near, `point ${i}`);
  });
});

Deno.test("a figure of curves names each, and gives each a colour", () => {
  const images = scored(0);
  const { data, layout } = curvesFigure(
    [{ name: "a", ...rocCurve(images) }, { name: "b", ...rocCurve(scored(1)) }],
    { title: "ROC", x: "FPR", y: "TPR", diagonal: true },
  );
  assertEquals(data.map(({ name }) => name), ["a", "b"]);
  assertEquals(new Set(data.map(({ line }) => (line as { color: string }).color)).size, 2);
  assertEquals([(layout.title as { text: string }).text, (layout.shapes as unknown[]).length], ["ROC", 1]);
  JSON.stringify({ data, layout }); // plain data
});
