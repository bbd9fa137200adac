/**
 * Splits: which classes of a data set are known, which unknown, trial by trial, as the two reference code bases fix
 * them (the lists lie in `splits.json`, their source with them).
 *
 * Traps: trials count from 0. Trials 0 and 1 of ARPL's CIFAR10 list hold the same six classes in another order, so that
 * their mean counts one split twice. The order matters too: it gives the known classes their labels.
 */
import { UserError } from "../files/user_error.ts";
import lists from "./splits.json" with { type: "json" };

/** Data sets that a list splits into known and unknown classes of their own. */
export type SplitDataset = "mnist" | "svhn" | "cifar10" | "tiny_imagenet";

/** Whose list: ARPL's (Chen et al.) or CSSR's (Huang et al.). */
export type Protocol = "arpl" | "cssr";

/** Known and unknown classes of one trial, by their official numbers. */
export interface Split {
  /**
   * Where the split comes from: the lists "arpl" (Chen et al., TPAMI 2021) or "cssr" (Huang et al., TPAMI 2022), or
   * another name, such as the data set's, where it makes its own.
   */
  protocol: string;
  /** The data set's name. */
  dataset: string;
  /** The trial, counted from 0. */
  trial: number;
  /** Known classes; the place in this list is the class's label in training, 0 .. K-1. */
  known: readonly number[];
  /** Unknown classes, ascending: all that are not known. */
  unknown: readonly number[];
}

const classes: Record<SplitDataset, number> = { mnist: 10, svhn: 10, cifar10: 10, tiny_imagenet: 200 };

/** The lists, by the names that data sets have here. CSSR has none for MNIST. */
const trialsOf: Record<Protocol, Partial<Record<SplitDataset, number[][]>>> = {
  arpl: lists.arpl,
  cssr: { ...lists.cssr, tiny_imagenet: lists.cssr.tinyimagenet },
};

/**
 * The split of one trial.
 *
 * @param dataset the data set's name
 * @param trial counted from 0
 * @param protocol whose list
 * @throws {UserError} if the list has no such trial
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { split } from "./splits.ts";
 * assertEquals(split("cifar10", 0, "arpl").unknown, [2, 3, 5, 8]);
 * ```
 */
export function split(dataset: SplitDataset, trial: number, protocol: Protocol): Split {
  const trials = trialsOf[protocol][dataset];
  if (trials === undefined) throw new UserError(`The ${protocol} protocol has no list for ${dataset}.`);
  const known = trials[trial];
  if (known === undefined) {
    const valid = trials.map((_, at) => at).join(", ");
    throw new UserError(
      `Trial ${trial} of ${dataset} does not exist in the ${protocol} protocol. Choose one of ${valid}.`,
    );
  }
  return { protocol, dataset, trial, known, unknown: remaining(known, classes[dataset]) };
}

/**
 * A trial of CIFAR+N (Neal et al., ECCV 2018; lists of ARPL): four known classes of CIFAR-10, N unknown ones of CIFAR-100.
 *
 * Traps: the list that the reference calls `cifar100` holds the known classes, which are CIFAR-10's; its lists of unknown
 * ones are CIFAR-100's classes, here numbered from 10 on, after those of CIFAR-10.
 *
 * @param count N
 * @param trial counted from 0
 * @throws {UserError} if there is no such trial, or the protocol has no list
 */
export function plusSplit(count: 10 | 50, trial: number, protocol: Protocol = "arpl"): Split {
  if (protocol !== "arpl") throw new UserError(`The ${protocol} protocol has no list for CIFAR+${count}.`);
  const [known, unknown] = [lists.arpl.cifar100[trial], lists.arpl[`cifar100-${count}`][trial]];
  if (known === undefined) {
    throw new UserError(`Trial ${trial} of CIFAR+${count} does not exist. Choose one of 0, 1, 2, 3, 4.`);
  }
  return { protocol, dataset: `cifar+${count}`, trial, known, unknown: unknown.map((number) => 10 + number) };
}

/**
 * All classes of one data set known, all of another unknown: out-of-distribution detection.
 *
 * @param dataset the joined data set's name
 * @param known how many classes the first has
 * @param unknown how many the second has
 */
export function outsideSplit(dataset: string, known: number, unknown: number): Split {
  const from = (first: number, count: number) => Array.from({ length: count }, (_, k) => first + k);
  return { protocol: "ood", dataset, trial: 0, known: from(0, known), unknown: from(known, unknown) };
}

/**
 * The classes that are not known, ascending.
 *
 * @param known known classes
 * @param count how many classes the data set has, numbered 0 .. count-1
 */
export function remaining(known: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, number) => number).filter((number) => !known.includes(number));
}
