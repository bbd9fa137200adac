/** The data sets that weights can be evaluated on, by the names of the command line. To add one is to add its line. */
import { UserError } from "../files/user_error.ts";
import { cifar10 } from "./cifar10.ts";
import type { Dataset } from "./image_set.ts";
import { mnist } from "./mnist.ts";
import { type Protocol, type Split, split } from "./splits.ts";
import { svhn } from "./svhn.ts";
import { tinyImagenet } from "./tiny_imagenet.ts";

/** What is wanted of a data set. */
export interface Wanted {
  /** The folder of its files. */
  dataDir?: string;
  /** Number of the split, from 0. */
  trial: number;
  /** Whose splits. */
  protocol: Protocol;
  /** Whether the training images of the known classes are wanted too. */
  training: boolean;
  /** Threads of the engine, where it decodes. */
  threads?: number;
}

const DATASETS: Record<string, (wanted: Wanted) => Promise<{ dataset: Dataset; split: Split }>> = {
  "cifar10": async ({ dataDir, trial, protocol }) => ({
    dataset: await cifar10({ dataDir }),
    split: split("cifar10", trial, protocol),
  }),
  "svhn": async ({ dataDir, trial, protocol }) => ({
    dataset: await svhn({ dataDir }),
    split: split("svhn", trial, protocol),
  }),
  "mnist": async ({ dataDir, trial, protocol }) => ({
    dataset: await mnist({ dataDir }),
    split: split("mnist", trial, protocol),
  }),
  "tiny-imagenet": async ({ dataDir, trial, protocol, training, threads }) => {
    const cut = split("tiny_imagenet", trial, protocol);
    const trainClasses = training ? cut.known : [];
    return { dataset: await tinyImagenet({ dataDir, trainClasses, threads }), split: cut };
  },
};

/** Their names. */
export const DATASET_NAMES: readonly string[] = Object.keys(DATASETS);

/**
 * Loads a data set and its split.
 *
 * @throws {UserError} if there is none of that name, or as its loader does
 */
export function datasetNamed(name: string, wanted: Wanted): Promise<{ dataset: Dataset; split: Split }> {
  if (Object.hasOwn(DATASETS, name)) return DATASETS[name](wanted);
  throw new UserError(`--dataset ${name}: no such data set. Choose one of ${DATASET_NAMES.join(", ")}.`);
}
