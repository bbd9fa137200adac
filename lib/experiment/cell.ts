/** One cell of a table: data, training, evaluation, and the record that goes into the result file. */
import { backboneOf } from "../backbones/table.ts";
import type { OpenSet } from "../datasets/open_set.ts";
import type { Engine } from "../engine/tensorflow.ts";
import { disposeTree } from "../engine/tree.ts";
import { camOnShape } from "../evaluation/cam_on_shape.ts";
import { type Evaluator, evaluator } from "../evaluation/evaluator.ts";
import { logitScores } from "../evaluation/logit_scores.ts";
import { maxLogit, maxProbability } from "../evaluation/scores/logits.ts";
import { fitScores, type Scorers } from "../evaluation/scores/score.ts";
import { PUBLISHED } from "../evaluation/scores/table.ts";
import { fileError } from "../files/file_error.ts";
import { acquireLock } from "../files/lock.ts";
import type { ImageSet } from "../datasets/image_set.ts";
import { checked } from "../methods/checked.ts";
import { accuracy } from "../metrics/accuracy.ts";
import type { Cell, Json } from "../results/result.ts";
import { figuresOf, resampledRun, type RunScores, type SideScores } from "../results/scores.ts";
import { train, type Trained } from "../training/train.ts";
import { aboutOf } from "./about.ts";
import { codeVersion, engineOf, hardwareOf } from "./environment.ts";
import type { Experiment } from "./experiment.ts";
import { type CellPlan, identify, identifyTraining } from "./plan.ts";

/** A finished cell. */
export interface FinishedCell {
  /** Its record, but for its id and the place of its scores. */
  cell: Omit<Cell, "id" | "scores_file">;
  /** Scores of every test image. */
  scores: RunScores;
  /** Maps of the training images as training left them, `[images, 8, 8]`; null without BackMix. */
  maps: Float32Array | null;
}

/** What a cell with a validation share tells: nothing of the test images. */
export interface ValidatedCell {
  /** Closed-set accuracy on the training images that were held back. */
  validationAccuracy: number;
}

/** Intervals are drawn from this seed, whatever the run's, so that they can be recomputed from the scores alone. */
const BOOTSTRAP = { seed: 0, resamples: 1000 };

/**
 * Trains and evaluates a cell.
 *
 * @param options.table the experiment's name, for who evaluates the checkpoint
 * @param options.directory gets checkpoint and log; one process at a time
 * @param options.measure further numbers of the trained network
 * @throws {UserError} as `train` does, if another process uses the folder, or if the method returns wrong shapes or NaN
 * @throws {Interrupted} after `stop`
 */
export async function runCell(
  plan: CellPlan,
  data: OpenSet,
  engine: Engine,
  options: {
    table: string;
    directory: string;
    resume: boolean;
    stop: AbortSignal;
    label: string;
    measure?: Experiment["measure"];
  },
): Promise<FinishedCell | ValidatedCell> {
  const { recipe, seed } = plan;
  const method = checked(plan.method, data.classes.length);
  await Deno.mkdir(options.directory, { recursive: true }).catch((error) => {
    throw fileError(error, "write", options.directory);
  });
  await using lock = await acquireLock(`${options.directory}/lock`, options.directory, { onWait: console.error });

  const backbone = backboneOf(recipe.backbone);
  const trained = await train({
    ...options,
    recipe,
    backbone,
    method,
    images: data.train,
    classes: data.classes.length,
    seed,
    mayWrite: lock.confirm,
    identity: {
      ...identifyTraining(plan),
      threads: engine.threads,
      gpu: engine.gpu, // undefined is not written: on the processor checkpoints stay as they were
      tensorflow: engine.version,
      about: aboutOf(plan, options.table, data.train.side),
    },
  });
  const run = evaluator(backbone, method, recipe, trained.network, options.stop);
  try {
    if (data.validation === undefined) return await finish(plan, data, engine, trained, run, options.measure);
    return { validationAccuracy: await accuracyOn(data.validation, run, data.classes.length) };
  } finally {
    disposeTree(trained.network);
  }
}

async function finish(
  plan: CellPlan,
  data: OpenSet,
  engine: Engine,
  trained: Trained,
  run: Evaluator,
  measure: Experiment["measure"],
): Promise<FinishedCell> {
  const { method, recipe, trial, seed, split, source, limit, settings } = plan;
  const classes = data.classes.length;
  const published = PUBLISHED[method.score];
  const scorers = await fitScores([...new Set([maxLogit, maxProbability, published])], run, data.train);
  const scores: RunScores = {
    known: await sideScores(data.known, run, scorers, classes),
    unknown: await sideScores(data.unknown, run, scorers, classes),
  };
  const metrics = figuresOf(resampledRun(scores, classes, BOOTSTRAP));
  const extra = { ...await extraFigures(data, run, classes), ...await measure?.(run, seed, data) };
  const cell: FinishedCell["cell"] = {
    recipe_digest: identify(plan).recipe_digest,
    method: method.name,
    backmix: recipe.backmix !== null,
    trial,
    seed,
    split: { protocol: split.protocol, known: [...split.known], unknown: [...split.unknown] },
    recipe: recipe as unknown as Record<string, Json>,
    data: {
      name: plan.dataset,
      sha256: source.sha256,
      official: source.official,
      limit,
      evaluated_on: "test",
      settings,
    },
    training: {
      epochs: recipe.epochs,
      steps: trained.steps,
      images: data.train.labels.length,
      last_loss: Number(trained.lastLoss.toPrecision(6)),
      wall_seconds: Math.round(trained.seconds),
      images_per_second: trained.seconds > 0 ? Number((trained.images / trained.seconds).toPrecision(4)) : 0,
    },
    engine: engineOf(engine, recipe.precision),
    hardware: hardwareOf(engine.gpu),
    code_version: await codeVersion(),
    finished: new Date().toISOString(),
    bootstrap: { level: 0.95, ...BOOTSTRAP },
    metrics,
    headline: published.name,
    ...(Object.keys(extra).length > 0 && { extra }),
  };
  return { cell, scores, maps: trained.maps };
}

async function sideScores(set: ImageSet, run: Evaluator, scorers: Scorers, classes: number): Promise<SideScores> {
  const { predicted } = logitScores(await run.logits(set), classes);
  return { scores: await scorers(set), label: set.labels, predicted, index: set.index };
}

/** What only data sets with known foregrounds and shuffled backgrounds can tell. */
async function extraFigures(
  data: OpenSet,
  run: Evaluator,
  classes: number,
): Promise<Record<string, number>> {
  const { known, extra: { shuffled } } = data;
  if (known.foreground === undefined || shuffled === undefined) return {};
  const { share, area } = camOnShape(await run.maps(known), known.foreground, known.side);
  return { acc_shuffled: await accuracyOn(shuffled, run, classes), cam_on_shape: share, shape_area: area };
}

async function accuracyOn(set: ImageSet, run: Evaluator, classes: number): Promise<number> {
  return accuracy(set.labels, logitScores(await run.logits(set), classes).predicted);
}
