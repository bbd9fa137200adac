import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { auroc } from "../../lib/metrics/auroc.ts";
import { openSetMetrics } from "../../lib/metrics/open_set_metrics.ts";
import type { ScoredImages } from "../../lib/metrics/scores.ts";
import { averagePrecision, imagesWithTies, pairs, share, thresholds } from "./brute_force.ts";

const near = (actual: number, expected: number) => assertAlmostEquals(actual, expected, 1e-12);

Deno.test("every figure equals its definition, worked out pair by pair and threshold by threshold", () => {
  fc.assert(fc.property(imagesWithTies, (images) => {
    const { known, unknown, knownLabel, knownPredicted, unknownPredicted, classes } = images;
    const ours = openSetMetrics(images);
    const right = (i: number) => knownLabel[i] === knownPredicted[i];

    near(ours.acc, share(known, (_, i) => right(i)));
    near(ours.auroc, pairs(images, () => true));
    near(ours.oscr, pairs(images, right));
    near(ours.aupr_in, averagePrecision([...known], [...unknown]));
    near(ours.aupr_out, averagePrecision([...unknown].map((s) => -s), [...known].map((s) => -s)));

    const threshold = thresholds(images).find((t) => share(known, (s) => s >= t) >= 0.95)!;
    assertEquals(ours.threshold95, threshold + 0);
    near(ours.fpr_at_tpr95, share(unknown, (s) => s >= threshold));
    near(ours.tnr_at_tpr95, share(unknown, (s) => s < threshold));
    const balanced = thresholds(images).map((t) => (share(known, (s) => s >= t) + share(unknown, (s) => s < t)) / 2);
    near(ours.dtacc, Math.max(0.5, ...balanced));

    const truth = [...knownLabel, ...[...unknown].map(() => classes)];
    const accepted = [...known, ...unknown].map((s) => s >= threshold);
    const called = [...knownPredicted, ...unknownPredicted].map((p, i) => accepted[i] ? p : classes);
    const f1: number[] = [];
    for (let c = 0; c <= classes; c++) {
      const hits = truth.filter((t, i) => t === c && called[i] === c).length;
      const all = truth.filter((t) => t === c).length + called.filter((p) => p === c).length;
      if (all > 0) f1.push(2 * hits / all);
    }
    near(ours.macro_f1, f1.reduce((sum, value) => sum + value, 0) / f1.length);
  }));
});

Deno.test("figures depend on the order of scores alone: a rising function of all scores changes none", () => {
  fc.assert(fc.property(imagesWithTies, (images) => {
    const rise = (score: number) => Math.atan(score) ** 3 + 10;
    const moved = { ...images, known: images.known.map(rise), unknown: images.unknown.map(rise) };
    const { threshold95: a, ...before } = openSetMetrics(images);
    const { threshold95: b, ...after } = openSetMetrics(moved);
    assertEquals(after, before);
    assertEquals(b, rise(a));
  }));
});

Deno.test("AUROC with the sides exchanged is one minus AUROC", () => {
  fc.assert(
    fc.property(imagesWithTies, ({ known, unknown }) => near(auroc(known, unknown), 1 - auroc(unknown, known))),
  );
});

Deno.test("OSCR is at most accuracy and at most AUROC", () => {
  fc.assert(fc.property(imagesWithTies, (images) => {
    const { oscr, acc, auroc } = openSetMetrics(images);
    assertEquals(oscr <= acc + 1e-12 && oscr <= auroc + 1e-12, true);
  }));
});

const images = (known: number[], unknown: number[]): ScoredImages => ({
  known: Float64Array.from(known),
  unknown: Float64Array.from(unknown),
  knownLabel: new Int32Array(known.length),
  knownPredicted: new Int32Array(known.length),
  unknownPredicted: new Int32Array(unknown.length),
  classes: 1,
});

Deno.test("separated sides give 1, and no unknown image at the threshold", () => {
  const { threshold95, ...figures } = openSetMetrics(images([3, 4], [1, 2]));
  assertEquals(threshold95, 3);
  assertEquals(figures, {
    acc: 1,
    auroc: 1,
    aupr_in: 1,
    aupr_out: 1,
    fpr_at_tpr95: 0,
    tnr_at_tpr95: 1,
    dtacc: 1,
    oscr: 1,
    macro_f1: 1,
  });
});

Deno.test("equal scores everywhere give chance: AUROC 1/2, AUPR the share of the side", () => {
  const figures = openSetMetrics(images([7, 7, 7], [7]));
  assertEquals([figures.auroc, figures.dtacc, figures.fpr_at_tpr95, figures.tnr_at_tpr95], [0.5, 0.5, 1, 0]);
  assertEquals([figures.aupr_in, figures.aupr_out], [3 / 4, 1 / 4]);
});

Deno.test("the threshold accepts 95 % exactly where that is possible", () => {
  const known = Array.from({ length: 20 }, (_, i) => i); // 19 of 20 lie at 1 or above
  assertEquals(openSetMetrics(images(known, [0.5, 1.5])).threshold95, 1);
});

Deno.test("uniform scores against uniform scores half a unit lower: AUROC 7/8", () => {
  const n = 1000; // P(k + 1/2 > u) for k, u uniform in [0, 1] is 1 - (1/2)^2 / 2
  const grid = Array.from({ length: n }, (_, i) => (i + 0.5) / n);
  assertAlmostEquals(openSetMetrics(images(grid.map((x) => x + 0.5), grid)).auroc, 7 / 8, 1e-3);
});

Deno.test("wrong lengths and labels out of range are refused, with name and index", () => {
  const good = images([3, 4], [1, 2]);
  const refuse = (change: Partial<ScoredImages>, message: string) =>
    assertThrows(() => openSetMetrics({ ...good, ...change }), RangeError, message);
  refuse({ knownLabel: Int32Array.of(0) }, "knownLabel: 1 labels for 2 images");
  refuse({ knownPredicted: Int32Array.of(0, 1) }, "knownPredicted: label 1 at index 1, expected 0 to 0");
  refuse({ unknownPredicted: Int32Array.of(-1, 0) }, "unknownPredicted: label -1 at index 0");
  refuse({ known: Float64Array.of(1, NaN) }, "known: score 1 is NaN");
  refuse({ unknown: new Float64Array(0), unknownPredicted: new Int32Array(0) }, "unknown: no scores");
});
