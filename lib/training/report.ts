/**
 * Tells how a run goes: a progress bar for who watches it, and for who comes later a log, with the same numbers in an event
 * file for TensorBoard.
 */
import { openSummaries } from "../engine/summaries.ts";
import { progressBar } from "../files/progress.ts";
import type { RunIdentity } from "./checkpoint.ts";
import { LOG, openLog, readLog, timeOf } from "./log.ts";

/** Where a run stands. */
export interface Standing {
  /** Steps done. */
  step: number;
  /** Sum of the losses of the current epoch's steps. */
  lossSum: number;
  /** Training images of the current epoch that were classified rightly. */
  correct: number;
}

/** An open report. */
export interface Report {
  /** After each step: where the run stands, and the step's loss and learning rate. */
  step(now: Standing, loss: number, rate: number): void;
  /** After the last step of each epoch. */
  epoch(now: Standing): void;
  /** After a checkpoint: why it was written, and the steps in it. */
  saved(event: "checkpoint" | "stop" | "finish", step: number): void;
  /** When the step of this number gave no number, or no network, to go on with. */
  diverged(step: number, what: string): void;
  /** Seconds of training up to the last checkpoint, over all processes that took part, and images seen in them. */
  total(): { seconds: number; images: number };
  /** Closes log and bar. */
  close(): void;
}

/**
 * Opens a report.
 *
 * @param directory gets `log.jsonl`, or has it already, and an event file
 * @param label what the progress bar calls the run
 * @param plan.epochSteps steps in an epoch
 * @param plan.run what the run is
 * @param first the step that the run begins with; above 0 it goes on
 * @throws {UserError} if the log is damaged or cannot be written; so do the functions that write to it
 */
export function openReport(
  directory: string,
  label: string,
  plan: { epochSteps: number; recipe: { epochs: number; batch: number }; run: RunIdentity },
  first: number,
): Report {
  const { epochSteps, recipe: { epochs, batch }, run } = plan;
  const steps = epochSteps * epochs;
  const path = `${directory}/${LOG}`;
  const before = first === 0 ? { seconds: 0, steps: 0 } : timeOf(readLog(path));
  let since = { seconds: 0, steps: 0 };
  const log = openLog(path);
  const summaries = openSummaries(directory);
  const bar = progressBar(label, steps * batch, "images");
  const began = performance.now();
  const seconds = () => Number(((performance.now() - began) / 1000).toFixed(3));
  let epochBegan = { at: began, step: first };
  const imagesPerSecond = (step: number) =>
    Number(((step - epochBegan.step) * batch / ((performance.now() - epochBegan.at) / 1000)).toFixed(1));

  log.write({
    event: first === 0 ? "start" : "resume",
    step: first,
    steps,
    epochSteps,
    time: new Date().toISOString(),
    run,
  });
  return {
    step({ step, lossSum }, loss, rate) {
      log.write({ event: "step", step: step - 1, loss, rate, seconds: seconds() });
      summaries.scalar("loss", step - 1, loss);
      summaries.scalar("learning rate", step - 1, rate);
      const inEpoch = (step - 1) % epochSteps + 1;
      const epoch = Math.ceil(step / epochSteps);
      const mean = (lossSum / inEpoch).toFixed(3);
      bar.update(step * batch, `epoch ${epoch}/${epochs}, loss ${mean}, ${imagesPerSecond(step).toFixed(0)} images/s`);
    },
    epoch({ step, lossSum, correct }) {
      const accuracy = correct / (epochSteps * batch);
      const pace = imagesPerSecond(step);
      log.write({
        event: "epoch",
        epoch: step / epochSteps - 1,
        step,
        loss: lossSum / epochSteps,
        accuracy,
        seconds: seconds(),
        imagesPerSecond: pace,
      });
      summaries.scalar("accuracy", step - 1, accuracy);
      summaries.scalar("images per second", step - 1, pace);
      epochBegan = { at: performance.now(), step };
    },
    saved(event, step) {
      since = { seconds: seconds(), steps: step - first };
      log.write({ event, step, seconds: since.seconds });
      summaries.flush();
    },
    diverged: (step, what) => log.write({ event: "diverged", step, what, seconds: seconds() }),
    total: () => ({ seconds: before.seconds + since.seconds, images: (before.steps + since.steps) * batch }),
    close() {
      bar.stop();
      log.close();
      summaries.close();
    },
  };
}
