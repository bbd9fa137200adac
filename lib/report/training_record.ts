/** How trainings went, epoch for epoch: what `experiments/notebook_data.ts` writes and a notebook draws. */
import { readText } from "../files/read.ts";
import { UserError } from "../files/user_error.ts";
import type { Cell, Json } from "../results/result.ts";

/** A network after an epoch. */
export interface EpochFigures {
  /** Mean loss of the epoch's steps. */
  loss: number;
  /** Share of the epoch's training images, as they were mixed and augmented, that were classified rightly. */
  accuracy: number;
  /** Closed-set accuracy on the test images of known classes. */
  acc: number;
  /** AUROC by the name of the score. */
  auroc: Record<string, number>;
  /** Share of the class activation maps that lies on the shapes of the known test images. */
  cam_on_shape: number;
  /** Seconds that the epoch's training took, its evaluation left out. */
  seconds: number;
}

/** A run. */
export interface TrainingRun {
  /** Of everything that is random. */
  seed: number;
  /** Whether it was trained with BackMix. */
  backmix: boolean;
  /** After each epoch. */
  epochs: EpochFigures[];
}

/** Runs of one recipe. */
export interface TrainingRecord {
  /** Of the form. */
  version: 1;
  /** How they were trained, but for BackMix. */
  recipe: Record<string, Json>;
  /** What they were computed with. */
  engine: Cell["engine"];
  /** On what. */
  hardware: Cell["hardware"];
  /** Commit of the program. */
  code_version: string;
  /** When the last one ended: ISO 8601 in UTC. */
  finished: string;
  /** One after another. */
  runs: TrainingRun[];
}

/**
 * Reads a record.
 *
 * @throws {UserError} if it cannot be read, is not JSON, or of another form
 */
export async function readTrainingRecord(path: string): Promise<TrainingRecord> {
  const text = await readText(path, "Make it: deno task notebooks:data.");
  let record: TrainingRecord | null = null;
  try {
    record = JSON.parse(text);
  } catch {
    // told below
  }
  const isRun = (run: TrainingRun | null) => {
    const { seed, backmix, epochs } = run ?? {};
    return Number.isInteger(seed) && typeof backmix === "boolean" && Array.isArray(epochs) && epochs.every(isEpoch);
  };
  if (record?.version === 1 && Array.isArray(record.runs) && record.runs.every(isRun)) return record;
  throw new UserError(`${path}: is no record of trainings. Make it again: deno task notebooks:data.`);
}

function isEpoch(epoch: EpochFigures | null): boolean {
  const { loss, accuracy, acc, auroc, cam_on_shape, seconds } = epoch ?? {} as Partial<EpochFigures>;
  return [loss, accuracy, acc, cam_on_shape, seconds, ...Object.values(auroc ?? { none: NaN })].every(Number.isFinite);
}
