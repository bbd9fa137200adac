/** Evaluates any network that a safetensors file holds on a data set and split of one's choice. No file is written. */
import { UNIT } from "../augment/pixels.ts";
import { openSet } from "../datasets/open_set.ts";
import type { Protocol } from "../datasets/splits.ts";
import { DATASET_NAMES, datasetNamed } from "../datasets/table.ts";
import { type Device, deviceOf } from "../engine/device.ts";
import { startTensorFlow } from "../engine/tensorflow.ts";
import { disposeTree } from "../engine/tree.ts";
import { evaluator } from "../evaluation/evaluator.ts";
import { openSetFigures } from "../evaluation/open_set_figures.ts";
import { parseScores, scoresNamed } from "../evaluation/scores/table.ts";
import { Interrupted } from "../files/task.ts";
import { taskArguments, wholeNumber } from "../files/task_arguments.ts";
import { UserError } from "../files/user_error.ts";
import { checked } from "../methods/checked.ts";
import { METHODS } from "../methods/table.ts";
import { metricTitles, type OpenSetMetrics } from "../metrics/open_set_metrics.ts";
import type { Table } from "../results/table.ts";
import { toTensors } from "../training/step.ts";
import { readWeights, type WeightsOptions } from "./weights.ts";

const COLUMNS = ["acc", "auroc", "aupr_in", "aupr_out", "fpr_at_tpr95", "dtacc", "oscr"] as const;

/** Scores that look at no training image. */
const BY_DEFAULT = ["max_logit", "max_probability"];

const VALUED = [
  ...["weights", "dataset", "trial", "protocol", "data-dir", "scores", "threads", "device"] as const,
  ...["backbone", "method", "mean", "std"] as const,
];

const HINT = "Run deno task evaluate --help for the options.";

/** The part of `--help` that is about weights. */
export const WEIGHTS_HELP = `
  --weights FILE   a checkpoint.safetensors of this project, or a PyTorch state dictionary as safetensors, under the
                   names of ARPL's and CSSR's code (docs/weights.md)
  --dataset NAME   ${DATASET_NAMES.join(", ")}
  --trial N        number of the split, from 0
  --protocol NAME  whose splits: arpl or cssr; default arpl
  --backbone, --method NAME, --mean, --std R,G,B
                   what the file does not say itself`;

/** What to evaluate, and on what. */
export interface EvaluateWeightsOptions extends WeightsOptions {
  /** The file. */
  weights: string;
  /** Name of the data set. */
  dataset: string;
  /** Number of the split, from 0. */
  trial: number;
  /** Whose splits. */
  protocol: Protocol;
  /** The folder of the data set's files. */
  dataDir?: string;
  /** Whether images that cannot be decoded are left out. */
  skipDamaged?: boolean;
  /** Names of scores; "all" for all that the method has. */
  scores: "all" | readonly string[];
  /** Threads of the engine. */
  threads?: number;
  /** What the engine runs on; default the processor. */
  device?: Device;
}

/** Weights, evaluated. */
export interface EvaluatedWeights {
  /** What was evaluated, in a line. */
  title: string;
  /** Figures of each score, by its name. */
  metrics: Record<string, OpenSetMetrics>;
}

/**
 * The options of a command line; null if it asks for help.
 *
 * @throws {UserError} if it is wrong
 */
export function parseWeightsArgs(args: readonly string[]): EvaluateWeightsOptions | null {
  const given = taskArguments(args, {
    task: "evaluate",
    valued: VALUED,
    flags: ["skip-damaged"],
    paths: { count: 0, called: "paths beside --weights" },
  });
  if (given === null) return null;
  const { values } = given;
  const needed = <T>(name: string, value: T | undefined): T => {
    if (value === undefined) throw new UserError(`--weights needs --${name} too. ${HINT}`);
    return value;
  };
  const colours = (name: "mean" | "std") => {
    const parts = values[name]?.split(",").map((part) => part.trim() === "" ? NaN : Number(part));
    if (parts === undefined || parts.length === 3 && parts.every(Number.isFinite)) return parts;
    throw new UserError(`--${name} ${values[name]}: give three numbers with commas between, of red, green and blue.`);
  };
  const protocol = values.protocol ?? "arpl";
  if (protocol !== "arpl" && protocol !== "cssr") {
    throw new UserError(`--protocol ${protocol}: no such protocol. Choose one of arpl, cssr.`);
  }
  return {
    weights: needed("weights", values.weights),
    dataset: needed("dataset", values.dataset),
    trial: needed("trial", wholeNumber("trial", values.trial, 0)),
    protocol,
    dataDir: values["data-dir"],
    skipDamaged: given.flags["skip-damaged"],
    scores: parseScores(values.scores, BY_DEFAULT),
    threads: wholeNumber("threads", values.threads, 1),
    device: deviceOf(values.device ?? "cpu"),
    backbone: values.backbone,
    method: values.method,
    mean: colours("mean"),
    std: colours("std"),
  };
}

/**
 * Evaluates the weights in a file.
 *
 * @throws {UserError} if file, data set or options are wrong, or do not fit each other
 * @throws {Interrupted} after `stop`
 */
export async function evaluateWeights(options: EvaluateWeightsOptions, stop: AbortSignal): Promise<EvaluatedWeights> {
  const { weights: path, trial, protocol, threads, device } = options;
  const { name, backbone, method, classes, network } = await readWeights(path, METHODS, options);
  const scores = scoresNamed(options.scores, method);
  const training = scores.some(({ needsTraining }) => needsTraining);
  const { split, load } = datasetNamed(options.dataset, trial, protocol);
  if (split.known.length !== classes) {
    throw new UserError(
      `${path}: a network of ${classes} classes, but ${options.dataset} has ${split.known.length} known ones in trial ` +
        `${trial} of ${protocol}. Name the data set and trial that it was trained on.`,
    );
  }
  const dataset = await load({ ...options, training });
  await startTensorFlow({ threads, device });
  const data = openSet(dataset, split);
  const tensors = toTensors(network);
  try {
    const recipe = { normalisation: UNIT, precision: "float32" } as const;
    const evaluated = evaluator(backbone, checked(method, classes), recipe, tensors, stop);
    return {
      title: `${name} with ${method.name} on ${dataset.name}, trial ${trial} of ${protocol}; ` +
        `${data.known.labels.length} known and ${data.unknown.labels.length} unknown test images.`,
      metrics: await openSetFigures(evaluated, scores, data),
    };
  } catch (error) {
    throw error instanceof Interrupted ? new Interrupted("Stopped. Nothing was written.") : error;
  } finally {
    disposeTree(tensors);
  }
}

/** A row for each score, figures as shares with six decimals. */
export function weightsTable({ metrics }: EvaluatedWeights): Table {
  return [
    ["Score", "", ...COLUMNS.map((name) => metricTitles[name])],
    ...Object.entries(metrics).map(([name, figures]) => [
      name.replaceAll("_", " "),
      "",
      ...COLUMNS.map((column) => figures[column].toFixed(6)),
    ]),
  ];
}
