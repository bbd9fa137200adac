import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { stream } from "../../lib/engine/streams.ts";
import { bootstrap, bootstrapDifference, measure } from "../../lib/metrics/bootstrap.ts";
import { openSetMetrics, rejectionMetrics } from "../../lib/metrics/open_set_metrics.ts";
import type { ScoredImages } from "../../lib/metrics/scores.ts";

function images(n: number, m: number, shift: number, seed = 0): ScoredImages {
  const random = stream(seed, "test images");
  const classes = 3;
  const label = Int32Array.from({ length: n }, () => random.int(classes));
  return {
    known: Float64Array.from({ length: n }, () => Math.round(4 * (random.normal() + shift)) / 4),
    unknown: Float64Array.from({ length: m }, () => Math.round(4 * random.normal()) / 4),
    knownLabel: label,
    knownPredicted: label.map((c) => random.uniform() < 0.8 ? c : random.int(classes)),
    unknownPredicted: Int32Array.from({ length: m }, () => random.int(classes)),
    classes,
  };
}

/** What a bootstrap is by its definition: arrays of drawn images, sorted anew each time; quantiles as NumPy's. */
function byDefinition(from: ScoredImages, seed: number, resamples: number) {
  const random = stream(seed, "bootstrap");
  const draw = (n: number) => Array.from({ length: n }, () => random.int(n));
  return Array.from({ length: resamples }, () => {
    const k = draw(from.known.length);
    const u = draw(from.unknown.length);
    return openSetMetrics({
      known: Float64Array.from(k, (i) => from.known[i]),
      unknown: Float64Array.from(u, (i) => from.unknown[i]),
      knownLabel: Int32Array.from(k, (i) => from.knownLabel[i]),
      knownPredicted: Int32Array.from(k, (i) => from.knownPredicted[i]),
      unknownPredicted: Int32Array.from(u, (i) => from.unknownPredicted[i]),
      classes: from.classes,
    });
  });
}

Deno.test("intervals are those of images drawn and scored anew", () => {
  const from = images(60, 40, 1);
  const drawn = byDefinition(from, 5, 41); // 41: the 2.5th percentile is the second smallest
  const ours = bootstrap(from, { seed: 5, resamples: 41 });
  for (const name of Object.keys(ours) as (keyof typeof ours)[]) {
    const values = drawn.map((one) => one[name]).sort((a, b) => a - b);
    assertAlmostEquals(ours[name].low, values[1], 1e-12, name);
    assertAlmostEquals(ours[name].high, values[39], 1e-12, name);
  }
});

Deno.test("the interval of accuracy is as wide as the binomial distribution says", () => {
  const n = 400;
  const { acc } = bootstrap({ ...images(n, 10, 1), ...rightIn(n, 300) }, { seed: 0, resamples: 1000 });
  const deviation = Math.sqrt(0.75 * 0.25 / n);
  assertAlmostEquals(acc.low, 0.75 - 1.96 * deviation, 0.01);
  assertAlmostEquals(acc.high, 0.75 + 1.96 * deviation, 0.01);
});

function rightIn(n: number, right: number): Pick<ScoredImages, "knownLabel" | "knownPredicted"> {
  return { knownLabel: new Int32Array(n), knownPredicted: Int32Array.from({ length: n }, (_, i) => i < right ? 0 : 1) };
}

Deno.test("a run differs from itself by nothing, with no width", () => {
  const from = images(50, 50, 1);
  for (const { value, low, high } of Object.values(bootstrapDifference(from, from, { seed: 1, resamples: 20 }))) {
    assertEquals([value, low, high], [0, 0, 0]);
  }
});

Deno.test("the paired interval is narrower than the two runs' own when they find the same images hard", () => {
  const a = images(300, 300, 1);
  const b = { ...a, known: a.known.map((score, i) => score + (i % 10 === 0 ? 1 : 0)) };
  const { auroc } = bootstrapDifference(b, a, { seed: 0, resamples: 200 });
  const alone = bootstrap(a, { seed: 0, resamples: 200 }).auroc;
  assertAlmostEquals(auroc.value, openSetMetrics(b).auroc - openSetMetrics(a).auroc, 1e-12);
  assert(auroc.low > 0 && auroc.high - auroc.low < (alone.high - alone.low) / 2);
});

Deno.test("scores without classes give the figures of rejection alone, equal to those with classes", () => {
  const from = images(80, 80, 1);
  const { known, unknown } = from;
  const options = { seed: 3, resamples: 50 };
  const some = measure({ known, unknown }, options);
  const all = measure(from, options);
  assertEquals(Object.keys(some), Object.keys(rejectionMetrics({ known, unknown })));
  assertEquals([some.auroc, some.dtacc, some.aupr_out], [all.auroc, all.dtacc, all.aupr_out]);
});

Deno.test("the seed alone decides the interval", () => {
  const from = images(80, 80, 1);
  const options = { seed: 3, resamples: 50 };
  assertEquals(bootstrap(from, options), bootstrap(from, options));
  assert(bootstrap(from, options).auroc.low !== bootstrap(from, { ...options, seed: 4 }).auroc.low);
});

Deno.test("runs on different numbers of images are refused", () => {
  const options = { seed: 0, resamples: 2 };
  assertThrows(() => bootstrapDifference(images(5, 5, 1), images(5, 6, 1), options), RangeError, "5 and 6 unknown");
});

Deno.test("no resamples, or part of one, are refused", () => {
  for (const resamples of [0, -1, 1.5, NaN]) {
    assertThrows(() => bootstrap(images(5, 5, 1), { seed: 0, resamples }), RangeError, `resamples ${resamples}`);
  }
});
