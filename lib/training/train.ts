/**
 * Trains one network by a recipe: batches made ahead on bytes, one traced function a step, a checkpoint each epoch, and
 * the same bits however often the run was stopped and resumed.
 */
import type { Backbone } from "../backbones/backbone.ts";
import { CamBank } from "../backmix/cam_bank.ts";
import type { ImageSet } from "../datasets/image_set.ts";
import { disposeTree, leavesOf } from "../engine/tree.ts";
import { stream } from "../engine/streams.ts";
import { tf } from "../engine/tensorflow.ts";
import { notANumber } from "../evaluation/evaluator.ts";
import { Interrupted } from "../files/task.ts";
import { UserError } from "../files/user_error.ts";
import { rehearse } from "../methods/checked.ts";
import type { Method } from "../methods/method.ts";
import { type Batch, batches, stepsPerEpoch } from "./batches.ts";
import { checkGenerator, initialConfusion } from "./confusing_step.ts";
import { optimiserOf } from "./optimiser.ts";
import { trainingPasses } from "./passes.ts";
import { writePreview } from "./preview.ts";
import { type Checkpoint, loadCheckpoint, type RunIdentity, saveCheckpoint } from "./checkpoint.ts";
import { checkRecipe, type Recipe } from "./recipe.ts";
import { openReport, type Report } from "./report.ts";
import { learningRate } from "./schedule.ts";
import { initialNetwork, type Network, type trainingStep } from "./step.ts";

/** What to train, and where to keep it. */
export interface TrainOptions {
  /** How. */
  recipe: Recipe;
  /** The network. */
  backbone: Backbone;
  /** What judges its features. */
  method: Method;
  /** Training images with labels 0 .. classes-1. */
  images: ImageSet;
  /** Number of known classes. */
  classes: number;
  /** Seed of everything that is random. */
  seed: number;
  /**
   * Gets `checkpoint.safetensors`, `log.jsonl`, an event file for TensorBoard, and with BackMix `preview.npy`; must exist, and
   * be no other process's.
   */
  directory: string;
  /** Whatever else a resumed run must have in common with the one that it goes on with. */
  identity: RunIdentity;
  /** Whether to go on from the folder's checkpoint. */
  resume: boolean;
  /** Waited for before the writes of a step, and of a checkpoint; throws if the folder is another process's by now. */
  mayWrite?: () => Promise<void>;
  /** Ends the run after the current step, with a checkpoint. */
  stop?: AbortSignal;
  /** What the progress bar calls the run. */
  label: string;
  /** Waited for after each epoch's checkpoint, with how many epochs are done and the network, which stays the run's. */
  afterEpoch?: (epochs: number, network: Network) => Promise<void>;
}

/** A trained network, and what training it took. */
export interface Trained {
  /** Parameters and statistics after the last step; the caller frees its tensors. */
  network: Network;
  /** The class activation maps of the training images, `[images, 8, 8]`; null without BackMix. */
  maps: Float32Array | null;
  /** Steps in all. */
  steps: number;
  /** Mean loss of the last epoch. */
  lastLoss: number;
  /** Seconds of training, pauses left out, over all processes that took part, as the log tells. */
  seconds: number;
  /** Training images that were seen in these seconds. */
  images: number;
}

/** Name of the file that a run goes on from. */
export const CHECKPOINT = "checkpoint.safetensors";

/**
 * Trains, or goes on with training.
 *
 * @throws {UserError} if the recipe cannot be run, the folder holds a run and `resume` is not set, the checkpoint is
 * damaged or another run's, the disk is full, the loss or the network is no longer finite, the method's evidence is NaN,
 * or its functions do not pass a rehearsal
 * @throws {Interrupted} after `stop`, when the checkpoint is written
 */
export async function train(options: TrainOptions): Promise<Trained> {
  const { recipe, images, seed, directory, stop, mayWrite } = options;
  checkRecipe(recipe, images);
  checkGenerator(options.method, images.side);
  rehearse(options.method, options.classes, options.backbone.channels, recipe.loss);
  const path = `${directory}/${CHECKPOINT}`;
  const identity = { ...options.identity, recipe, seed, images: images.labels.length };
  const passes = trainingPasses(options.backbone, options.method, recipe);
  const passSteps = stepsPerEpoch(images.labels.length, recipe);
  const epochSteps = passSteps * passes.length;
  const steps = epochSteps * recipe.epochs;
  const state = await begin(options, path, identity);
  let report: Report | null = null;
  let saved = state.step;

  try {
    const bank = bankOf(state, options);
    const batchOf = batches(images, recipe, seed, bank);
    if (bank !== null && state.step === 0) await writePreview(directory, images);
    report = openReport(directory, options.label, { epochSteps, recipe, run: identity }, state.step);

    const diverged = (what: string): UserError => {
      report?.diverged(state.step, what);
      const kept = saved === 0 ? "Nothing was saved yet." : `${path} holds the last good state, after ${saved} steps.`;
      return new UserError(
        `Step ${state.step} (epoch ${Math.floor(state.step / epochSteps) + 1} of ${recipe.epochs}): ${what}. ${kept} ` +
          "Lower the recipe's learning rate, or try another --seed.",
      );
    };
    const save = async (event: "checkpoint" | "stop" | "finish") => {
      const broken = notFinite(state.network);
      if (broken !== undefined) throw diverged(`${broken} is no longer finite`);
      await mayWrite?.();
      await saveCheckpoint(path, { ...state, bank: bank?.state() ?? null }, identity);
      saved = state.step;
      report?.saved(event, state.step);
    };

    let ahead: Batch | null = null;
    while (state.step < steps) {
      if (stop?.aborted) {
        if (state.step !== saved) await save("stop");
        throw new Interrupted(
          `Stopped after ${state.step} of ${steps} steps. Run the same command with --resume to go on.`,
        );
      }
      const batch: Batch = ahead ?? batchOf(state.step);
      if (state.step % epochSteps === 0) [state.lossSum, state.correct] = [0, 0];
      const step = passes[Math.floor(state.step / passSteps) % passes.length];
      const rate = learningRate(recipe.schedule, state.step, epochSteps, recipe.epochs);
      // while the step runs on its threads, the next batch is made here
      const mayRunAhead = state.step + 1 < steps && (bank === null || recipe.backmix!.lag > 0);
      const next = async () => await (mayRunAhead ? batchOf(state.step + 1) : null);
      const [{ network, loss, correct, maps }, made] = await Promise.all([
        runStep(step, state.network, batch, rate, seed),
        next(),
      ]);
      ahead = made;
      await mayWrite?.();
      if (!Number.isFinite(loss)) {
        disposeTree(network);
        throw diverged(`the loss is ${loss}`);
      }
      if (maps?.some(Number.isNaN)) {
        disposeTree(network);
        throw notANumber(options.method, "evidence", `the training images of step ${state.step}`);
      }
      bank?.record(state.step, batch.indices, maps!, batch.partners);
      disposeTree(state.network);
      state.network = network;
      state.lossSum += loss;
      state.correct += correct;
      state.step++;
      report.step(state, loss, rate);
      if (state.step % epochSteps === 0) {
        report.epoch(state);
        await save(state.step === steps ? "finish" : "checkpoint");
        await options.afterEpoch?.(state.step / epochSteps, state.network);
      }
    }
    return {
      network: state.network,
      maps: bank?.state().maps ?? null,
      steps,
      lastLoss: state.lossSum / epochSteps,
      ...report.total(),
    };
  } catch (error) {
    disposeTree(state.network);
    throw error;
  } finally {
    report?.close();
  }
}

/** The state at the first step, or, to resume, at the folder's checkpoint where there is one. */
async function begin(options: TrainOptions, path: string, identity: RunIdentity): Promise<Checkpoint<Network>> {
  const { recipe, backbone, method, images, classes, seed, directory, resume } = options;
  if (!resume && await Deno.stat(path).then(() => true, () => false)) {
    throw new UserError(
      `${directory}: a run was begun here. Add --resume to go on with it, delete the folder, or choose another --out.`,
    );
  }
  const optimiser = optimiserOf(recipe.optimiser);
  const network = initialNetwork(backbone, method, classes, stream(seed, "init"), optimiser);
  if (method.confusion !== undefined) {
    const sizes = { side: images.side, width: recipe.gan?.width };
    network.confusion = initialConfusion(backbone, method.confusion, optimiser, sizes, stream(seed, "init-confusion"));
  }
  const found = await loadCheckpoint(path, network, identity).catch((error) => {
    disposeTree(network);
    throw error;
  });
  if (found === null) return { step: 0, lossSum: 0, correct: 0, network, bank: null };
  disposeTree(network);
  return found;
}

function bankOf(state: Checkpoint<Network>, { recipe: { backmix }, images }: TrainOptions): CamBank | null {
  if (backmix === null) return null;
  if (state.bank === null) return new CamBank(images.labels.length, backmix);
  return CamBank.restore(state.bank, state.step, backmix);
}

/** The first array with an infinity or NaN in it, from which training cannot go on; its gradient overflowed. */
function notFinite(network: Network): string | undefined {
  const isFinite = (tensor: tf.Tensor) => (tensor.dataSync() as Float32Array).every(Number.isFinite);
  return leavesOf<tf.Tensor>(network).entries().find(([, tensor]) => !isFinite(tensor))?.[0];
}

/** One step on a thread of the engine's: tensors in, numbers out. */
async function runStep(
  step: ReturnType<typeof trainingStep>,
  network: Network,
  batch: Batch,
  rate: number,
  seed: number,
): Promise<{ network: Network; loss: number; correct: number; maps: Float32Array | null }> {
  const side = Math.sqrt(batch.images.length / batch.labels.length / 3);
  const shape: [number, number, number, number] = [batch.labels.length, side, side, 3];
  const dropout = stream(seed, "dropout", batch.step);
  const input = {
    images: tf.tensor4d(batch.images, shape),
    labels: tf.tensor1d(batch.labels, "int32"),
    rate: tf.scalar(rate),
    seed: tf.tensor1d([dropout.bits() | 0, dropout.bits() | 0], "int32"),
    raw: batch.raw && tf.tensor4d(batch.raw, shape),
    mixed: batch.mixed && {
      labels: tf.tensor1d(batch.mixed.labels, "int32"),
      lambda: tf.scalar(batch.mixed.lambda),
    },
  };
  try {
    const { network: moved, ...told } = await step.later(network, input);
    const numbers = {
      network: moved,
      loss: told.loss.dataSync()[0],
      correct: told.correct.dataSync()[0],
      maps: told.maps === undefined ? null : told.maps.dataSync() as Float32Array,
    };
    disposeTree(told);
    return numbers;
  } finally {
    disposeTree(input);
  }
}
