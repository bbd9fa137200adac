/**
 * The per-sample scores behind a cell's figures, as an `.npz` file that NumPy opens: `known_max_logit`, `known_label`,
 * `known_pred`, `known_index`, and the same for `unknown_`.
 */
import type { NamedArray } from "../files/arrays.ts";
import { writeAtomic } from "../files/atomic.ts";
import { readBytes } from "../files/read.ts";
import { decodeNpz, encodeNpz } from "../files/npz.ts";
import { UserError } from "../files/user_error.ts";
import { type Measured, measured, measuredDifference, type Resampled, resampled } from "../metrics/bootstrap.ts";
import type { OpenSetMetrics } from "../metrics/open_set_metrics.ts";
import type { ScoredImages, Scores } from "../metrics/scores.ts";
import type { Figures, FiguresByScore } from "./result.ts";
import { rounded } from "./rounded.ts";

/** Scores of the images of one side. */
export interface SideScores {
  /** Each kind of score by its name, such as "max_logit", `[n]`; float32 and float64 are kept as they are. */
  scores: Record<string, Scores>;
  /** Classes, `[n]`: known ones from 0, unknown ones from the number of known classes. */
  label: Int32Array;
  /** Predicted known classes, `[n]`. */
  predicted: Int32Array;
  /** The images' places in the data set's test part, `[n]`. */
  index: Int32Array;
}

/** Scores of a run. */
export interface RunScores {
  /** Test images of known classes. */
  known: SideScores;
  /** Test images of unknown classes. */
  unknown: SideScores;
}

/** How the intervals are drawn. */
export interface IntervalOptions {
  /** Seed of the stream "bootstrap". */
  seed: number;
  /** How many resamples. */
  resamples: number;
}

const LABELS = { label: "label", predicted: "pred", index: "index" } as const;
const SIDES = ["known", "unknown"] as const;

/**
 * Writes scores; equal scores give equal bytes.
 *
 * @throws {UserError} if the file cannot be written
 */
export async function writeScores(path: string, run: RunScores): Promise<void> {
  const arrays = new Map<string, NamedArray>();
  for (const side of SIDES) {
    const { scores, ...labels } = run[side];
    for (const [name, data] of Object.entries(scores)) {
      arrays.set(
        `${side}_${name}`,
        data instanceof Float32Array
          ? { dtype: "F32", shape: [data.length], data: new Float32Array(data) }
          : { dtype: "F64", shape: [data.length], data: new Float64Array(data) },
      );
    }
    for (const field of Object.keys(LABELS) as (keyof typeof LABELS)[]) {
      const data = new Int32Array(labels[field]);
      arrays.set(`${side}_${LABELS[field]}`, { dtype: "I32", shape: [data.length], data });
    }
  }
  await writeAtomic(path, await encodeNpz(arrays));
}

/**
 * Reads scores back.
 *
 * @throws {UserError} if the file is not there, is damaged, or lacks an array
 */
export async function readScores(path: string): Promise<RunScores> {
  const bytes = await readBytes(path);
  const arrays = await decodeNpz(bytes, path);
  const [known, unknown] = SIDES.map((side) => sideOf(arrays, side, path));
  return { known, unknown };
}

function sideOf(arrays: Map<string, NamedArray>, side: string, path: string): SideScores {
  const labelsOf = (name: string): Int32Array => {
    const data = arrays.get(`${side}_${name}`)?.data;
    if (data instanceof Int32Array) return data;
    throw new UserError(`${path}: lacks ${side}_${name} (int32). It is not a score file of this program, or damaged.`);
  };
  const isScore = ({ data }: NamedArray) => data instanceof Float32Array || data instanceof Float64Array;
  const scores = [...arrays]
    .filter(([name, array]) => name.startsWith(`${side}_`) && isScore(array))
    .map(([name, { data }]) => [name.slice(side.length + 1), data as Scores] as const);
  if (scores.length === 0) throw new UserError(`${path}: lacks scores of ${side} images. Run its cell again.`);
  return {
    scores: Object.fromEntries(scores),
    label: labelsOf(LABELS.label),
    predicted: labelsOf(LABELS.predicted),
    index: labelsOf(LABELS.index),
  };
}

/** A run's figures by score, and the same of each resample of its images. */
export interface ResampledRun {
  /** Each kind of score by its name. */
  scores: Record<string, Resampled<OpenSetMetrics>>;
  /** Which images they are of. */
  images: Record<(typeof SIDES)[number], Pick<SideScores, "label" | "index">>;
}

/**
 * Resamples a run's images, for figures with intervals and for differences to other runs.
 *
 * @param classes number of known classes
 * @throws {RangeError} if scores are missing or NaN, or labels do not fit them
 */
export function resampledRun(run: RunScores, classes: number, options: IntervalOptions): ResampledRun {
  const names = Object.keys(run.known.scores);
  const each = resampled(names.map((name) => imagesOf(run, name, classes)), options);
  const imagesOfSide = ({ label, index }: SideScores) => ({ label, index });
  return {
    scores: Object.fromEntries(names.map((name, k) => [name, each[k]])),
    images: { known: imagesOfSide(run.known), unknown: imagesOfSide(run.unknown) },
  };
}

/** All figures of a run with their intervals, rounded as in result files. */
export function figuresOf({ scores }: ResampledRun): FiguresByScore {
  return Object.fromEntries(Object.entries(scores).map(([name, score]) => [name, figures(measured(score))]));
}

/**
 * Differences of the figures, a - b, of two runs on the same images, with intervals that resample both alike.
 *
 * @throws {RangeError} if the images differ, or the second run lacks a score of the first
 */
export function differencesOf(a: ResampledRun, b: ResampledRun): FiguresByScore {
  for (const side of SIDES) {
    const [first, second] = [a.images[side], b.images[side]];
    const same = first.index.length === second.index.length &&
      first.index.every((index, i) => index === second.index[i] && first.label[i] === second.label[i]);
    if (!same) throw new RangeError(`runs on different ${side} images`);
  }
  return Object.fromEntries(
    Object.entries(a.scores).map(([name, score]) => {
      if (!(name in b.scores)) throw new RangeError(`no score ${name} in both runs`);
      return [name, figures(measuredDifference(score, b.scores[name]))];
    }),
  );
}

/** The figures as result files have them. */
function figures(each: Measured<OpenSetMetrics>): Figures {
  const entries = Object.entries(each).map(([metric, { value, low, high }]) => [metric, { value, low, high }]);
  return rounded(Object.fromEntries(entries) as Figures);
}

function imagesOf({ known, unknown }: RunScores, name: string, classes: number): ScoredImages {
  if (!(name in known.scores && name in unknown.scores)) throw new RangeError(`no score ${name} on both sides`);
  return {
    known: known.scores[name],
    unknown: unknown.scores[name],
    knownLabel: known.label,
    knownPredicted: known.predicted,
    unknownPredicted: unknown.predicted,
    classes,
  };
}
