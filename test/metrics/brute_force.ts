/** The metrics' definitions, word by word and in quadratic time, for small inputs: what the fast ones are tested against. */
import type { ScoredImages } from "../../lib/metrics/scores.ts";
import fc from "fast-check";

/** Every threshold: the distinct scores from high to low. */
export function thresholds({ known, unknown }: ScoredImages): number[] {
  return [...new Set([...known, ...unknown])].sort((a, b) => b - a);
}

/** Share of `of` for which the condition holds. */
export function share<T>(of: ArrayLike<T>, condition: (value: T, index: number) => boolean): number {
  return Array.from(of).filter(condition).length / of.length;
}

/** P(right and known > unknown) + P(right and equal) / 2 over all pairs; AUROC with `right` always true. */
export function pairs({ known, unknown }: ScoredImages, right: (index: number) => boolean): number {
  let won = 0;
  known.forEach((k, i) => unknown.forEach((u) => won += right(i) ? (k > u ? 1 : k === u ? 0.5 : 0) : 0));
  return won / (known.length * unknown.length);
}

/** Average precision of `positive`, high scores first. */
export function averagePrecision(positive: number[], negative: number[]): number {
  let area = 0;
  let before = 0;
  for (const t of [...new Set([...positive, ...negative])].sort((a, b) => b - a)) {
    const found = positive.filter((score) => score >= t).length;
    const wrong = negative.filter((score) => score >= t).length;
    area += (found - before) / positive.length * found / (found + wrong);
    before = found;
  }
  return area;
}

/** Small random sets of images with many tied scores, infinite ones included. */
export const imagesWithTies: fc.Arbitrary<ScoredImages> = fc.integer({ min: 1, max: 4 }).chain((classes) => {
  const score = fc.oneof(
    { arbitrary: fc.integer({ min: -3, max: 3 }), weight: 20 },
    fc.constantFrom(-0, Infinity, -Infinity),
  );
  const label = fc.integer({ min: 0, max: classes - 1 });
  const known = fc.array(fc.tuple(score, label, label), { minLength: 1, maxLength: 25 });
  const unknown = fc.array(fc.tuple(score, label), { minLength: 1, maxLength: 25 });
  return fc.tuple(known, unknown).map(([k, u]) => ({
    known: Float64Array.from(k, ([s]) => s),
    unknown: Float64Array.from(u, ([s]) => s),
    knownLabel: Int32Array.from(k, ([, l]) => l),
    knownPredicted: Int32Array.from(k, ([, , p]) => p),
    unknownPredicted: Int32Array.from(u, ([, p]) => p),
    classes,
  }));
});
