/**
 * What a result file holds: one table at one preset, self-describing, so that each figure can be traced to its split,
 * recipe, data, machine and code, and recomputed from its scores. `schema.json` says the same to a validator.
 *
 * Names are those of the file (snake_case). Shares and figures lie in [0, 1].
 */
import type { OpenSetMetrics } from "../metrics/open_set_metrics.ts";
import { digest } from "../training/recipe.ts";

/** Version of the layout below; files of another version are never merged. */
export const SCHEMA_VERSION = 1;

/** A name of a figure, such as "auroc". */
export type MetricName = keyof OpenSetMetrics;

/** Whatever JSON can hold. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A figure and its bootstrap interval over test images. */
export interface Figure {
  /** As measured. */
  value: number;
  /** Lower end of the interval. */
  low: number;
  /** Upper end of the interval. */
  high: number;
}

/** All figures of one kind of score. */
export type Figures = Record<MetricName, Figure>;

/** The figures of each kind of score, such as "max_logit" and "max_probability". */
export type FiguresByScore = Record<string, Figures>;

/** A result file. */
export interface ResultFile extends ResultHead {
  /** Version of this layout. */
  schema_version: typeof SCHEMA_VERSION;
  /** One entry a finished run, sorted by id. */
  cells: Cell[];
  /** With minus without BackMix, or its rival, one entry for each two runs that differ in nothing else. */
  paired: PairedDifference[];
  /** Means over trials and seeds. */
  summary: Summary;
}

/** What all cells of a result file share. */
export interface ResultHead {
  /** The table's name, such as "cifar10". */
  table: string;
  /** The recipe's name, "quick" or "paper". */
  preset: string;
  /** The published figures to compare with; null if there are none. */
  paper: PaperFigures | null;
}

/** Figures of a publication. */
export interface PaperFigures {
  /** What it reports, in [0, 1]; left out where it reports on several data sets. */
  metrics?: Partial<Record<MetricName, number>>;
  /** What it reports on each data set of the table, by the name in its cells' `data`. */
  by_data?: Record<string, Partial<Record<MetricName, number>>>;
  /** Where they stand, and under what conditions. */
  source: string;
}

/** One finished run. */
export interface Cell {
  /** What tells it from other cells: see `cellId`. */
  id: string;
  /** Name of the method, such as "softmax". */
  method: string;
  /** Whether it was trained with BackMix. */
  backmix: boolean;
  /** Number of the split, from 0. */
  trial: number;
  /** Seed of everything random. */
  seed: number;
  /** Which classes are known. */
  split: {
    /** Whose list of splits, such as "arpl". */
    protocol: string;
    /** The data set's numbers of the known classes, in the order of the labels. */
    known: number[];
    /** The data set's numbers of the unknown classes. */
    unknown: number[];
  };
  /**
   * How it was trained, as plain data; `recipe.backmix` holds BackMix's settings, or null; `recipe.regulariser` a rival's,
   * where there is one.
   */
  recipe: { [key: string]: Json };
  /** A short hash of the recipe and of whatever else decides what the run computes. */
  recipe_digest: string;
  /** The images. */
  data: {
    /** The data set's name. */
    name: string;
    /** SHA-256 of its unpacked files, or of its generated images. */
    sha256: string;
    /** Whether that is the checksum of the official files. */
    official: boolean;
    /** How many training images were used, where not all. */
    limit: number | null;
    /** Which images the figures are of: the test images, or training images held back. */
    evaluated_on: "test" | "validation";
    /** Numbers that the data set was generated with, such as p; empty otherwise. */
    settings: Record<string, number>;
  };
  /** What training did. */
  training: {
    /** Passes over the training images. */
    epochs: number;
    /** Steps of the optimiser. */
    steps: number;
    /** Training images. */
    images: number;
    /** Mean loss of the last epoch. */
    last_loss: number;
    /** Seconds from the first step to the last, pauses left out. */
    wall_seconds: number;
    /** Training images a second. */
    images_per_second: number;
  };
  /** What computed it. */
  engine: {
    /** Version of the TensorFlow library. */
    tensorflow: string;
    /** Version of TensorFlow.js. */
    tfjs: string;
    /** Version of Deno. */
    deno: string;
    /** Threads of the library. */
    threads: number;
    /** Type in which convolutions multiply. */
    precision: string;
    /** Where, such as "cpu". */
    device: string;
  };
  /** The machine. */
  hardware: {
    /** Its processor's name. */
    processor: string;
    /** Processors that the system shows. */
    cores: number;
    /** Memory in GiB. */
    memory_gib: number;
    /** Name of the GPU that computed, if one did. */
    gpu?: string;
  };
  /** Commit of this program. */
  code_version: string;
  /** When the run ended, ISO 8601 in UTC. */
  finished: string;
  /** The `.npz` file of its scores, relative to the result file. */
  scores_file: string;
  /** How the intervals were drawn. */
  bootstrap: {
    /** Share of the resamples inside. */
    level: 0.95;
    /** How many resamples. */
    resamples: number;
    /** Seed of the stream "bootstrap". */
    seed: number;
  };
  /** All figures for each kind of score. */
  metrics: FiguresByScore;
  /** The score that the method's publication uses, one of `metrics`. */
  headline: string;
  /** Further numbers of this table, such as cam_on_shape. */
  extra?: Record<string, number>;
}

/** With minus without BackMix, or its rival, of two runs on the same images. */
export interface PairedDifference {
  /** Id of the cell with BackMix, or its rival. */
  with: string;
  /** Id of the cell without. */
  without: string;
  /** Differences of the figures; their intervals resample the same images in both. */
  metrics: FiguresByScore;
  /** Differences of the further numbers that both have. */
  extra?: Record<string, number>;
}

/** A mean over runs. */
export interface Mean {
  /** The mean. */
  mean: number;
  /** Standard deviation of a run (divisor n - 1); null for one run. */
  deviation: number | null;
}

/** A mean difference over pairs of runs. */
export interface MeanDifference extends Mean {
  /** Lower end of Student's 95 % interval of the mean; null for one pair. */
  low: number | null;
  /** Upper end; null for one pair. */
  high: number | null;
}

/** Means of each figure of each kind of score. */
export type MeansByScore<M> = Record<string, Record<MetricName, M>>;

/** Means over trials and seeds. */
export interface Summary {
  /** One entry for each method, with and without BackMix or a rival; runs of different recipes are never averaged. */
  rows: SummaryRow[];
  /** One entry for each row that has pairs. */
  paired: SummaryPair[];
}

/** Runs of one method and recipe. */
export interface SummaryRow {
  /** The method. */
  method: string;
  /** With BackMix or without. */
  backmix: boolean;
  /** The score that the method's publication uses. */
  headline: string;
  /** Ids of the cells averaged. */
  cells: string[];
  /** Means of the figures. */
  metrics: MeansByScore<Mean>;
  /** Means of the further numbers. */
  extra?: Record<string, Mean>;
}

/** Pairs of runs of one method and recipe. */
export interface SummaryPair {
  /** The method. */
  method: string;
  /** The score that the method's publication uses. */
  headline: string;
  /** Ids of the cells with BackMix, or its rival; each has one partner without. */
  cells: string[];
  /** Mean differences of the figures. */
  metrics: MeansByScore<MeanDifference>;
  /** Mean differences of the further numbers. */
  extra?: Record<string, MeanDifference>;
}

/**
 * A short hash of all that decides a cell's numbers but its method and seed.
 *
 * @param parts.data SHA-256 of the images
 * @param parts.validation share of the training images that was held back; 0 in every result file
 */
export function decidingDigest(parts: {
  recipe: unknown;
  split: { protocol: string; dataset: string; trial: number; known: readonly number[]; unknown: readonly number[] };
  data: string;
  limit: number | null;
  validation: number;
  settings: Record<string, number>;
}): string {
  return digest(parts);
}

/**
 * The id of a cell: what was trained, and a short hash of how, such as "softmax+backmix.trial0.seed0.1a2b3c4d".
 *
 * @param cell what tells it from others
 */
export function cellId(cell: Pick<Cell, "method" | "backmix" | "trial" | "seed" | "recipe_digest">): string {
  const { method, backmix, trial, seed, recipe_digest } = cell;
  return `${method}${backmix ? "+backmix" : ""}.trial${trial}.seed${seed}.${recipe_digest.slice(0, 8)}`;
}
