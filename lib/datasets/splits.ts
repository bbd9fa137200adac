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
 * The classes that are not known, ascending.
 *
 * @param known known classes
 * @param count how many classes the data set has, numbered 0 .. count-1
 */
export function remaining(known: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, number) => number).filter((number) => !known.includes(number));
}
