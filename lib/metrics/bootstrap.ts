/**
 * Intervals of the metrics by the percentile bootstrap (Efron 1979): how far a figure would move with other test images
 * of the same kind. Known and unknown images are resampled separately, each with replacement, so that their numbers stay.
 *
 * It says nothing of another training seed or split: for that, run more trials.
 *
 * Scores are sorted once; a resample only changes how often each image counts.
 */
import { type Stream, stream } from "../engine/streams.ts";
import { checkClasses, f1OfClasses, meanOfPresent, type Multiplicity } from "./macro_f1.ts";
import {
  type OpenSetMetrics,
  openSetMetrics,
  type RejectionMetrics,
  rejectionMetrics,
  rejectionMetricsOf,
} from "./open_set_metrics.ts";
import { oscrOf } from "./oscr.ts";
import type { ScoredImages, ScoredSides } from "./scores.ts";
import { stepOfEach, stepsOf } from "./steps.ts";

/** The middle part of a figure's bootstrap distribution. */
export interface Interval {
  /** Lower end: the 2.5th percentile. */
  low: number;
  /** Upper end: the 97.5th percentile. */
  high: number;
  /** Share of the resamples inside. */
  level: 0.95;
  /** How many resamples were drawn. */
  resamples: number;
}

/** How to resample. */
export interface BootstrapOptions {
  /** Seed of the stream "bootstrap". */
  seed: number;
  /** How many resamples; 1000 by default. */
  resamples?: number;
}

/** The figures that an input allows: all with classes, those of rejection without. */
export type MetricsOf<Input extends ScoredSides> = Input extends ScoredImages ? OpenSetMetrics : RejectionMetrics;

/** One interval a figure. */
export type Intervals<Metrics> = { [Name in keyof Metrics]: Interval };

/** One value with its interval a figure. */
export type Measured<Metrics> = { [Name in keyof Metrics]: { value: number } & Interval };

/** A run's figures, and the same of each resample of its images: what intervals are made of. */
export interface Resampled<Metrics> {
  /** As measured. */
  value: Metrics;
  /** Of each resample, `[resamples]` a figure. */
  drawn: { [Name in keyof Metrics]: Float64Array };
  /** What decides which images were drawn. */
  by: { known: number; unknown: number; seed: number; resamples: number };
}

/**
 * The interval of each figure.
 *
 * @param input scores of both sides, and classes for the figures that need them
 * @throws {RangeError} if a side is empty or holds NaN, lengths differ, a label is out of range, or there are no resamples
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * const sides = { known: Float64Array.of(3, 4, 5, 1), unknown: Float64Array.of(2, 0, 1) };
 * const { auroc } = bootstrap(sides, { seed: 0, resamples: 200 });
 * assert(auroc.low < 0.9 && auroc.high === 1);
 * ```
 */
export function bootstrap<Input extends ScoredSides>(
  input: Input,
  options: BootstrapOptions,
): Intervals<MetricsOf<Input>> {
  return intervalsOf(resampled([input], options)[0]);
}

/**
 * The interval of each figure's difference, a - b, between two runs on the same images: both are resampled alike, so what
 * is hard for both cancels. An interval without 0 is a difference that other test images would hardly have reversed.
 *
 * @param a scores of one run
 * @param b scores of another on the same images, in the same order
 * @throws {RangeError} if the numbers of images differ, or as `bootstrap`
 */
export function bootstrapDifference<Input extends ScoredSides>(
  a: Input,
  b: Input,
  options: BootstrapOptions,
): Measured<MetricsOf<Input>> {
  const [first, second] = [a, b].map((input) => resampled([input], options)[0]);
  return measuredDifference(first, second);
}

/** Each figure with its interval; as `bootstrap`, and the figures themselves. */
export function measure<Input extends ScoredSides>(
  input: Input,
  options: BootstrapOptions,
): Measured<MetricsOf<Input>> {
  return measured(resampled([input], options)[0]);
}

/**
 * Resamples the images of a run, for several kinds of score at once. Which images are drawn depends on seed and numbers of
 * images alone, so that two runs on the same images are resampled alike.
 *
 * @param inputs one for each kind of score, on the same images
 * @throws {RangeError} as `bootstrap`
 */
export function resampled<Input extends ScoredSides>(
  inputs: readonly Input[],
  { seed, resamples = 1000 }: BootstrapOptions,
): Resampled<MetricsOf<Input>>[] {
  if (!(Number.isInteger(resamples) && resamples > 0)) {
    throw new RangeError(`resamples ${resamples}: a whole number from 1 is needed`);
  }
  const by = { known: inputs[0].known.length, unknown: inputs[0].unknown.length, seed, resamples };
  const runs = inputs.map((input) => {
    const value = metricsOf(input);
    return { value, drawn: mapValues(value, () => new Float64Array(resamples)), by, again: resampler(input) };
  });
  const random = stream(seed, "bootstrap");
  const times = { known: new Int32Array(by.known), unknown: new Int32Array(by.unknown) };
  for (let k = 0; k < resamples; k++) {
    draw(times.known, random);
    draw(times.unknown, random);
    for (const { drawn, again } of runs) {
      const figures = again(times);
      for (const name of Object.keys(drawn) as (keyof MetricsOf<Input>)[]) drawn[name][k] = figures[name] as number;
    }
  }
  return runs.map(({ again: _, ...run }) => run);
}

/** The figures of a resampled run with their intervals. */
export function measured<Metrics extends object>(run: Resampled<Metrics>): Measured<Metrics> {
  return withValues(run.value, intervalsOf(run));
}

/**
 * Differences, a - b, of two runs that were resampled alike: see {@linkcode bootstrapDifference}.
 *
 * @throws {RangeError} if the numbers of images differ, or the seeds
 */
export function measuredDifference<Metrics extends object>(
  a: Resampled<Metrics>,
  b: Resampled<Metrics>,
): Measured<Metrics> {
  if (a.by.known !== b.by.known || a.by.unknown !== b.by.unknown) {
    throw new RangeError(
      `runs on different images: ${a.by.known} and ${b.by.known} known, ${a.by.unknown} and ${b.by.unknown} unknown`,
    );
  }
  if (a.by.seed !== b.by.seed || a.by.resamples !== b.by.resamples) {
    throw new RangeError(
      `runs resampled by seed ${a.by.seed}, ${a.by.resamples} times, and by seed ${b.by.seed}, ${b.by.resamples} times`,
    );
  }
  return measured({
    value: mapValues(a.value, (value, name) => (value as number) - (b.value[name] as number)) as Metrics,
    drawn: mapValues(a.value, (_, name) => a.drawn[name].map((value, k) => value - b.drawn[name][k])),
    by: a.by,
  });
}

function metricsOf<Input extends ScoredSides>(input: Input): MetricsOf<Input> {
  return (hasClasses(input) ? openSetMetrics(input) : rejectionMetrics(input)) as MetricsOf<Input>;
}

function hasClasses(input: ScoredSides): input is ScoredImages {
  return "classes" in input;
}

/** A function from how often each image counts to the figures. */
function resampler<Input extends ScoredSides>(input: Input): (times: Multiplicity) => MetricsOf<Input> {
  const steps = stepsOf(input);
  if (hasClasses(input)) checkClasses(input);
  const stepOfKnown = stepOfEach(input.known, steps);
  const stepOfUnknown = stepOfEach(input.unknown, steps);
  const right = new Float64Array(steps.score.length);

  return (times) => {
    count(steps.known, stepOfKnown, times.known);
    count(steps.unknown, stepOfUnknown, times.unknown);
    const rejection = rejectionMetricsOf(steps);
    if (!hasClasses(input)) return rejection as MetricsOf<Input>;

    const { knownLabel, knownPredicted } = input;
    right.fill(0);
    let rightTotal = 0;
    for (let i = 0; i < stepOfKnown.length; i++) {
      if (knownLabel[i] !== knownPredicted[i]) continue;
      right[stepOfKnown[i]] += times.known[i];
      rightTotal += times.known[i];
    }
    return {
      ...rejection,
      acc: rightTotal / steps.knownTotal,
      oscr: oscrOf(right, steps.unknown, steps.knownTotal, steps.unknownTotal),
      macro_f1: meanOfPresent(f1OfClasses(input, rejection.threshold95, times)),
    } as MetricsOf<Input>;
  };
}

function count(into: Float64Array, step: Int32Array, times: Int32Array): void {
  into.fill(0);
  for (let i = 0; i < step.length; i++) into[step[i]] += times[i];
}

function intervalsOf<Metrics extends object>({ value, drawn }: Resampled<Metrics>): Intervals<Metrics> {
  return mapValues(value, (_, name) => {
    const values = drawn[name].toSorted();
    return { low: quantile(values, 0.025), high: quantile(values, 0.975), level: 0.95, resamples: values.length };
  });
}

/** Draws as many images as there are, with replacement; says how often each came. */
function draw(times: Int32Array, random: Stream): void {
  times.fill(0);
  for (let i = 0; i < times.length; i++) times[random.int(times.length)]++;
}

/** Between the two nearest of the sorted values, in proportion (NumPy's default). */
function quantile(values: Float64Array, share: number): number {
  const at = share * (values.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, values.length - 1);
  return values[below] + (at - below) * (values[above] - values[below]);
}

function withValues<Metrics extends object>(metrics: Metrics, interval: Intervals<Metrics>): Measured<Metrics> {
  return mapValues(metrics, (value, name) => ({ value: value as number, ...interval[name] }));
}

function mapValues<Metrics extends object, Result>(
  metrics: Metrics,
  change: (value: Metrics[keyof Metrics], name: keyof Metrics) => Result,
): { [Name in keyof Metrics]: Result } {
  const entries = (Object.keys(metrics) as (keyof Metrics)[]).map((name) => [name, change(metrics[name], name)]);
  return Object.fromEntries(entries) as { [Name in keyof Metrics]: Result };
}
