/**
 * Trains one network by a recipe: batches made ahead on bytes, one traced function a step, a checkpoint each epoch, and
 * the same bits however often the run was stopped and resumed.
 */
import type { Backbone } from "../backbones/backbone.ts";
import { CamBank } from "../backmix/cam_bank.ts";
import type { ImageSet } from "../datasets/image_set.ts";
import { disposeTree } from "../engine/tree.ts";
import { stream } from "../engine/streams.ts";
import { tf } from "../engine/tensorflow.ts";
import { progressBar } from "../files/progress.ts";
import { Interrupted } from "../files/task.ts";
import { UserError } from "../files/user_error.ts";
import type { Method } from "../methods/method.ts";
import { type Batch, batches, stepsPerEpoch } from "./batches.ts";
import { type Checkpoint, loadCheckpoint, type RunIdentity, saveCheckpoint } from "./checkpoint.ts";
import { openLog } from "./log.ts";
import { checkRecipe, digest, type Recipe } from "./recipe.ts";
import { learningRate } from "./schedule.ts";
import { initialNetwork, type Network, trainingStep } from "./step.ts";

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
  /** Gets `checkpoint.safetensors` and `log.jsonl`; must exist. */
  directory: string;
  /** Whatever else a resumed run must have in common with the one that it goes on with. */
  identity: RunIdentity;
  /** Whether to go on from the folder's checkpoint. */
  resume: boolean;
  /** Ends the run after the current step, with a checkpoint. */
  stop?: AbortSignal;
  /** What the progress bar calls the run. */
  label: string;
}

/** A trained network, and what training it took. */
export interface Trained {
  /** Parameters and statistics after the last step. */
  network: Network;
  /** The class activation maps of the training images, `[images, 8, 8]`; null without BackMix. */
  maps: Float32Array | null;
  /** Steps in all. */
  steps: number;
  /** Mean loss of the last epoch. */
  lastLoss: number;
  /** Closed-set accuracy on the last epoch's training batches. */
  lastAccuracy: number;
  /** Seconds that this process trained. */
  seconds: number;
  /** Training images that this process saw. */
  images: number;
}

/** Name of the file that a run goes on from. */
export const CHECKPOINT = "checkpoint.safetensors";

/**
 * Trains, or goes on with training.
 *
 * @throws {UserError} if the recipe cannot be run, the checkpoint is damaged or another run's, the disk is full, or the
 * loss is no longer a number
 * @throws {Interrupted} after `stop`, when the checkpoint is written
 */
export async function train(options: TrainOptions): Promise<Trained> {
  const { recipe, images, seed, directory, stop } = options;
  checkRecipe(recipe, images.labels.length);
  const path = `${directory}/${CHECKPOINT}`;
  const identity = { ...options.identity, recipe, seed, images: images.labels.length };
  const epochSteps = stepsPerEpoch(images.labels.length, recipe);
  const steps = epochSteps * recipe.epochs;

  const fresh = initialNetwork(options.backbone, options.method, options.classes, stream(seed, "init"));
  const found = await loadCheckpoint(path, fresh, identity);
  if (found !== null && !options.resume) {
    throw new UserError(
      `${directory}: a run was begun here (${found.step} of ${steps} steps). Add --resume to go on with it, delete the ` +
        "folder, or choose another --out.",
    );
  }
  const state: Checkpoint<Network> = found ?? { step: 0, lossSum: 0, correct: 0, network: fresh, bank: null };
  if (found !== null) disposeTree(fresh);
  const bank = recipe.backmix &&
    (state.bank === null
      ? new CamBank(images.labels.length, recipe.backmix)
      : CamBank.restore(state.bank, state.step, recipe.backmix));
  const batchOf = batches(images, recipe, seed, bank);
  const step = trainingStep(options.backbone, options.method, recipe);

  const log = openLog(`${directory}/log.jsonl`);
  const bar = progressBar(options.label, steps * recipe.batch, "images");
  const began = performance.now();
  const seconds = () => Number(((performance.now() - began) / 1000).toFixed(3));
  const firstStep = state.step;
  const save = async (event: "checkpoint" | "stop" | "finish") => {
    await saveCheckpoint(path, { ...state, bank: bank?.state() ?? null }, identity);
    log.write({ event, step: state.step, seconds: seconds() });
  };

  try {
    log.write({
      event: found === null ? "start" : "resume",
      step: state.step,
      epoch: Math.floor(state.step / epochSteps),
      steps,
      time: new Date().toISOString(),
      recipe: digest(recipe),
    });
    let epochBegan = performance.now();
    let epochFirst = state.step;
    let ahead: Batch | null = null;
    while (state.step < steps) {
      const batch: Batch = ahead ?? batchOf(state.step);
      if (state.step % epochSteps === 0) [state.lossSum, state.correct] = [0, 0];
      const rate = learningRate(recipe.schedule, state.step, epochSteps, recipe.epochs);
      const running = runStep(step, state.network, batch, rate, seed);
      // while the step runs on its threads, the next batch is made here
      const mayRunAhead = state.step + 1 < steps && (recipe.backmix === null || recipe.backmix.lag > 0);
      ahead = mayRunAhead ? batchOf(state.step + 1) : null;
      const { network, loss, correct, maps } = await running;
      if (!Number.isFinite(loss)) {
        disposeTree(network);
        throw new UserError(
          `Step ${state.step} (epoch ${Math.floor(state.step / epochSteps)}): the loss is ${loss}. ${path} holds the ` +
            "last good state. Try a lower learning rate, or another seed.",
        );
      }
      bank?.record(state.step, batch.indices, maps!, batch.partners);
      disposeTree(state.network);
      state.network = network;
      state.lossSum += loss;
      state.correct += correct;
      log.write({ event: "step", step: state.step, loss, rate, seconds: seconds() });
      state.step++;
      const inEpoch = (state.step - 1) % epochSteps + 1;
      const epoch = Math.floor((state.step - 1) / epochSteps);
      const speed = (state.step - epochFirst) * recipe.batch / ((performance.now() - epochBegan) / 1000);
      bar.update(
        state.step * recipe.batch,
        `epoch ${epoch + 1}/${recipe.epochs}, loss ${(state.lossSum / inEpoch).toFixed(3)}, ${
          speed.toFixed(0)
        } images/s`,
      );
      if (inEpoch === epochSteps) {
        const imagesPerSecond = Number(speed.toFixed(1));
        log.write({
          event: "epoch",
          epoch,
          step: state.step,
          loss: state.lossSum / epochSteps,
          accuracy: state.correct / (epochSteps * recipe.batch),
          seconds: seconds(),
          imagesPerSecond,
        });
        await save(state.step === steps ? "finish" : "checkpoint");
        [epochBegan, epochFirst] = [performance.now(), state.step];
      } else if (stop?.aborted) {
        await save("stop");
      }
      if (stop?.aborted && state.step < steps) {
        throw new Interrupted(
          `Stopped after ${state.step} of ${steps} steps. Run the same command with --resume to go on.`,
        );
      }
    }
    return {
      network: state.network,
      maps: bank?.state().maps ?? null,
      steps,
      lastLoss: state.lossSum / epochSteps,
      lastAccuracy: state.correct / (epochSteps * recipe.batch),
      seconds: seconds(),
      images: (steps - firstStep) * recipe.batch,
    };
  } finally {
    bar.stop();
    log.close();
  }
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
  };
  const result = await step.later(network, input);
  const numbers = {
    network: result.network,
    loss: result.loss.dataSync()[0],
    correct: result.correct.dataSync()[0],
    maps: result.maps === undefined ? null : result.maps.dataSync() as Float32Array,
  };
  disposeTree({ ...result, network: undefined, input });
  return numbers;
}
