/** The data sets that weights can be evaluated on, by the names of the command line. To add one is to add its line. */
import { UserError } from "../files/user_error.ts";
import { cifar10 } from "./cifar10.ts";
import type { DecodeOptions } from "./decoded.ts";
import type { Dataset } from "./image_set.ts";
import { mnist } from "./mnist.ts";
import { type Protocol, type Split, split, type SplitDataset } from "./splits.ts";
import { svhn } from "./svhn.ts";
import { tinyImagenet } from "./tiny_imagenet.ts";

/** What is wanted of a data set. */
export interface Wanted extends DecodeOptions {
  /** The folder of its files. */
  dataDir?: string;
  /** Whether the training images of the known classes are wanted too. */
  training: boolean;
}

/** A data set by the name that splits have for it, and how to load it for one of them. */
type Line = [SplitDataset, (wanted: Wanted, split: Split) => Promise<Dataset>];

const DATASETS: Record<string, Line> = {
  "cifar10": ["cifar10", cifar10],
  "svhn": ["svhn", svhn],
  "mnist": ["mnist", mnist],
  "tiny-imagenet": [
    "tiny_imagenet",
    ({ training, ...options }, { known }) => tinyImagenet({ ...options, trainClasses: training ? known : [] }),
  ],
};

/** Their names. */
export const DATASET_NAMES: readonly string[] = Object.keys(DATASETS);

/**
 * A data set's split, and how to load its images.
 *
 * @throws {UserError} if there is no data set of that name, or no such split
 */
export function datasetNamed(
  name: string,
  trial: number,
  protocol: Protocol,
): { split: Split; load: (wanted: Wanted) => Promise<Dataset> } {
  if (!Object.hasOwn(DATASETS, name)) {
    throw new UserError(`--dataset ${name}: no such data set. Choose one of ${DATASET_NAMES.join(", ")}.`);
  }
  const [called, load] = DATASETS[name];
  const cut = split(called, trial, protocol);
  return { split: cut, load: (wanted) => load(wanted, cut) };
}
