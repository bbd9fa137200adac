/**
 * A data set cut for open set recognition: train on the known classes only, then tell the test images of known classes
 * from those of unknown ones (Scheirer et al., TPAMI 2013; protocol of Neal et al., ECCV 2018).
 */
import { type Stream, stream } from "../engine/streams.ts";
import { UserError } from "../files/user_error.ts";
import { checkDataset, type Dataset, type ImageSet, select } from "./image_set.ts";
import type { Split } from "./splits.ts";

/** The parts of one trial. Labels of known classes are 0 .. K-1, their places in the split. */
export interface OpenSet {
  /** Names of the K known classes, in the order of their labels. */
  classes: readonly string[];
  /** Names of the unknown classes, in the order of their labels K, K+1, .. in `unknown`. */
  unknownClasses: readonly string[];
  /** Training images, of known classes only. */
  train: ImageSet;
  /** Training images held back for choosing a recipe; absent without a validation share. */
  validation?: ImageSet;
  /** Test images of known classes. */
  known: ImageSet;
  /** Test images of unknown classes; their labels start at K. */
  unknown: ImageSet;
  /** The data set's further test parts, known classes only. */
  extra: Readonly<Record<string, ImageSet>>;
}

/** What is drawn from the known training images. */
export interface OpenSetOptions {
  /** Seed of the draws below. */
  seed?: number;
  /** Share of each known class's training images, in [0, 1), that is taken out of training; 0 by default. */
  validationShare?: number;
  /** How many training images are used, evenly over the classes, after the validation share; all by default. */
  limit?: number;
}

/**
 * Cuts a data set by a split.
 *
 * Images keep their order. What is held back, or used under a limit, is drawn by the streams "validation" and "limit"
 * of the seed, a step for each official class number, so that trials which share a class share its draw. A data set
 * without training images can be cut too: it is there to evaluate on.
 *
 * @throws {UserError} if the validation share or the limit is out of range, or leaves a class without images; or if the
 * data set's arrays do not fit each other
 * @throws {RangeError} if split and data set do not belong together
 */
export function openSet(dataset: Dataset, split: Split, options: OpenSetOptions = {}): OpenSet {
  if (split.dataset !== dataset.name) throw new RangeError(`split of ${split.dataset}, data set ${dataset.name}`);
  checkDataset(dataset);
  const { seed = 0, validationShare = 0, limit = Infinity } = options;
  if (!(validationShare >= 0 && validationShare < 1)) {
    throw new UserError(`--validation ${validationShare}: the share is a number from 0 up to, not including, 1.`);
  }
  if (limit !== Infinity && !Number.isInteger(limit) || limit < split.known.length) {
    throw new UserError(
      `--limit ${limit}: training needs a whole number of images, at least one for each of the ` +
        `${split.known.length} known classes.`,
    );
  }

  const labelOf = new Map([...split.known, ...split.unknown].map((number, label) => [number, label]));
  const cut = (set: ImageSet, at: ArrayLike<number>, name: string) => select(set, at, name, (old) => labelOf.get(old)!);
  const test = (set: ImageSet, numbers: readonly number[], name: string) =>
    cut(set, ascending(placesOf(set, numbers).flat()), name);

  const held: number[][] = [];
  const kept: number[][] = [];
  placesOf(dataset.train, split.known).forEach((places, label) => {
    const number = split.known[label];
    const count = Math.round(validationShare * places.length);
    if (places.length === 0 && dataset.train.labels.length > 0) {
      throw new UserError(
        `Data set ${dataset.name}: no training images of "${dataset.classes[number]}", a known class.`,
      );
    }
    if (validationShare > 0 && (count === places.length || count === 0)) {
      throw new UserError(
        `--validation ${validationShare} of the ${places.length} training images of "${
          dataset.classes[number]
        }" leaves ` +
          "training or validation without any. Choose another share.",
      );
    }
    const order = shuffled(places, stream(seed, "validation", number));
    held.push(order.slice(0, count));
    kept.push(shuffled(ascending(order.slice(count)), stream(seed, "limit", number)));
  });

  return {
    classes: split.known.map((number) => dataset.classes[number]),
    unknownClasses: split.unknown.map((number) => dataset.classes[number]),
    train: cut(dataset.train, ascending(inTurn(kept, limit)), "train"),
    ...(validationShare > 0 && { validation: cut(dataset.train, ascending(held.flat()), "validation") }),
    known: test(dataset.test, split.known, "known"),
    unknown: test(dataset.test, split.unknown, "unknown"),
    extra: Object.fromEntries(
      Object.entries(dataset.extra ?? {}).map(([name, set]) => [name, test(set, split.known, name)]),
    ),
  };
}

/** The places of each class's images in a set, ascending: one list for each class number asked for. */
function placesOf(set: ImageSet, numbers: readonly number[]): number[][] {
  const places = new Map(numbers.map((number) => [number, [] as number[]]));
  set.labels.forEach((label, place) => places.get(label)?.push(place));
  return [...places.values()];
}

function shuffled(places: readonly number[], random: Stream): number[] {
  return Array.from(random.permutation(places.length), (at) => places[at]);
}

function ascending(places: number[]): number[] {
  return places.toSorted((a, b) => a - b);
}

/** One of each list in turn, up to `limit`: so no list gives more than one more than another that still has some. */
function inTurn(lists: readonly number[][], limit: number): number[] {
  const taken: number[] = [];
  const turns = Math.max(...lists.map((list) => list.length));
  for (let turn = 0; turn < turns; turn++) {
    for (const list of lists) {
      if (turn < list.length && taken.length < limit) taken.push(list[turn]);
    }
  }
  return taken;
}
