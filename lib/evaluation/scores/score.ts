/**
 * What an open set score is: a number an image, higher = more likely known. Most are a formula of what a network says of
 * the image, {@linkcode score}; some must first see the training images. To add one is to add one file and one line in
 * `table.ts`.
 */
import type { ImageSet } from "../../datasets/image_set.ts";
import { failed } from "../../files/own_code.ts";
import { UserError } from "../../files/user_error.ts";
import type { Method } from "../../methods/method.ts";
import type { Evaluator, Outputs } from "../evaluator.ts";

/** Scores each image of a set, `[n]`. */
export type Scorer = (set: ImageSet) => Promise<Float64Array>;

/** A score. */
export interface Score {
  /** Its name on the command line and in result files, such as "max_logit". */
  name: string;
  /** Whether networks of a method have it. */
  suits(method: Method): boolean;
  /** Whether it looks at training images; else it may be fitted to none. */
  needsTraining: boolean;
  /**
   * Makes ready to score, which may take a look at the training images.
   *
   * @param training images of known classes, labelled 0 .. K-1, each class with at least one
   */
  fit(run: Evaluator, training: ImageSet): Promise<Scorer>;
}

/** A score that is a formula of what a network says of an image: of its logits and its feature. */
export interface Formula<Fitted> {
  /** Its name on the command line and in result files. */
  name: string;
  /** What it needs to know of the training images; left out, they are not looked at. */
  fit?(training: Outputs): Fitted;
  /** Scores images, `[n]`. */
  of(outputs: Outputs, fitted: Fitted): Float64Array;
}

/**
 * The score of a formula, for networks of any method.
 *
 * @example
 * ```ts
 * import { score } from "./score.ts";
 * const smallestLogit = score({
 *   name: "smallest_logit",
 *   of: ({ logits, classes }) =>
 *     Float64Array.from({ length: logits.length / classes }, (_, i) =>
 *       -Math.min(...logits.subarray(i * classes, (i + 1) * classes))),
 * });
 * ```
 */
export function score<Fitted = undefined>({ name, fit, of }: Formula<Fitted>): Score {
  return {
    name,
    suits: () => true,
    needsTraining: fit !== undefined,
    async fit(run, training) {
      const fitted = fit?.(await run.outputs(training)) as Fitted;
      return async (set) => of(await run.outputs(set), fitted);
    },
  };
}

/** Several scores of each image of a set, by name. */
export type Scorers = (set: ImageSet) => Promise<Record<string, Float64Array>>;

/**
 * Makes several scores ready.
 *
 * @throws {UserError} if a method's networks do not have one of them. What is returned throws it if a score is NaN, or
 * not one an image: it says which score, and of which image
 */
export async function fitScores(scores: readonly Score[], run: Evaluator, training: ImageSet): Promise<Scorers> {
  const fitted: [string, Scorer][] = [];
  for (const { name, suits, fit } of scores) {
    if (!suits(run.method)) throw new UserError(`The score ${name} does not suit the method ${run.method.name}.`);
    fitted.push([name, await fit(run, training).catch((error) => Promise.reject(failed(`Score ${name}: fit`, error)))]);
  }
  return async (set) => {
    const made: Record<string, Float64Array> = {};
    for (const [name, scorer] of fitted) {
      const scores = await scorer(set).catch((error) => Promise.reject(failed(`Score ${name}`, error)));
      made[name] = checked(name, scores, set);
    }
    return made;
  };
}

function checked(name: string, scores: Float64Array, set: ImageSet): Float64Array {
  const n = set.labels.length;
  if (scores?.length !== n) {
    const gave = scores?.length === undefined ? String(scores) : `${scores.length} numbers`;
    throw new UserError(`The score ${name} gave ${gave} for ${n} images. It must give one number for each.`);
  }
  const at = scores.findIndex(Number.isNaN);
  if (at < 0) return scores;
  throw new UserError(
    `The score ${name} of image ${
      set.index[at]
    } (place ${at} of ${set.name}) is NaN. Look in it for a division by zero, ` +
      "or the root or logarithm of a number that may be negative; if other scores are NaN too, the network's outputs " +
      "overflowed, and a lower learning rate helps.",
  );
}
