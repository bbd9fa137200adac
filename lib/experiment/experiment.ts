/** What an experiment's script states: the table's caption as data. `reproduce` does the rest. */
import type { BackmixOptions } from "../backmix/mix.ts";
import type { Dataset } from "../datasets/image_set.ts";
import type { OpenSet } from "../datasets/open_set.ts";
import type { Split } from "../datasets/splits.ts";
import type { Evaluator } from "../evaluation/evaluator.ts";
import type { Method } from "../methods/method.ts";
import type { PaperFigures } from "../results/result.ts";
import type { Recipe } from "../training/recipe.ts";

/** A recipe with the trials that a table of it has. */
export interface Preset {
  /** Trials or, where the seed makes the split, seeds that run by default. */
  byDefault: readonly number[];
  /** Names of the methods that run by default; all of the experiment's if it is left out. */
  methods?: readonly string[];
  /** How to train, but for what the command line says. */
  recipe: Omit<Recipe, "backmix" | "precision">;
  /** What a method trains with instead, by its name. */
  own?: Readonly<Record<string, Partial<Preset["recipe"]>>>;
  /** BackMix's settings in the rows that have it. */
  backmix: BackmixOptions;
  /** Further rows, to compare BackMix with: what each changes in the recipe of the row without it. */
  rivals?: readonly Partial<Pick<Recipe, "backmix" | "regulariser">>[];
}

/** What the command line says about the data. */
export interface DataOptions {
  /** The folder of the data set's files. */
  dataDir?: string;
  /** Number of the split, from 0. */
  trial: number;
  /** Whose splits. */
  protocol: "arpl" | "cssr";
  /** The run's seed, for generated data. */
  seed: number;
  /** Probability of a class's own background; priors only. */
  p?: number;
  /** Threads of the engine, for data sets that it decodes. */
  threads?: number;
  /** Whether images that cannot be decoded are left out. */
  skipDamaged?: boolean;
  /** Which of the experiment's sets of unknown images. */
  unknown?: string;
}

/** A table: data, splits, rows, recipes, and the figures to compare with. */
export interface Experiment {
  /** Its name in tasks and files. */
  table: string;
  /** First lines of the help: what it does, costs, and writes. */
  about: string;
  /** Loads or generates a data set, and says which classes are known. */
  data: (options: DataOptions) => Promise<{ dataset: Dataset; split: Split }> | { dataset: Dataset; split: Split };
  /**
   * Names of several sets of unknown images that a network meets: each gives cells of its own, and networks are trained
   * once for all of them. Known classes and training images must be the same.
   */
  unknowns?: readonly string[];
  /** How many training images it has, about, and their side in pixels: for what a cell costs. */
  images?: { count: number; side: number };
  /** Whether the data are files, or generated from the seed. */
  source: "files" | "generated";
  /** Whether the images are nobody's but the user's: then results go to the folder of the runs, never to `results/`. */
  own?: boolean;
  /** Trials of its splits; empty where the seed makes the split. */
  trials: readonly number[];
  /** Its rows, each run without and with BackMix. */
  methods: readonly Method[];
  /** Its recipes; the first is the default. */
  presets: Readonly<Record<string, Preset>>;
  /** Further numbers of a trained network, for the result's `extra`; each by a name with _ between words. */
  measure?: (run: Evaluator, seed: number, data: OpenSet) => Promise<Record<string, number>>;
  /** The published figures; null if there are none. */
  paper: PaperFigures | null;
}
