/** What metrics take, and the checks that all of them share. */

/** Open-set scores, one an image, `[n]`; higher = more likely known. Infinite ones are allowed, NaN is not. */
export type Scores = Float32Array | Float64Array;

/** Class numbers, one an image, `[n]`, from 0. */
export type Labels = Int32Array | Uint8Array;

/** Scores of both sides: all that the threshold metrics need. */
export interface ScoredSides {
  /** Scores of images of known classes, `[n]`. */
  known: Scores;
  /** Scores of images of unknown classes, `[m]`. */
  unknown: Scores;
}

/** Scores together with what the classifier said. */
export interface ScoredImages extends ScoredSides {
  /** True class of each known image, `[n]`. */
  knownLabel: Labels;
  /** Predicted class of each known image, `[n]`. */
  knownPredicted: Labels;
  /** Predicted class of each unknown image, `[m]`. */
  unknownPredicted: Labels;
  /** Number of known classes. */
  classes: number;
}

/**
 * Checks that scores are there and are numbers.
 *
 * @param scores what to check, `[n]`
 * @param name how the message calls them
 * @throws {RangeError} if there are none, or one is NaN (the message says at which index)
 */
export function checkScores(scores: Scores, name: string): void {
  if (scores.length === 0) throw new RangeError(`${name}: no scores`);
  for (let i = 0; i < scores.length; i++) {
    if (scores[i] !== scores[i]) throw new RangeError(`${name}: score ${i} is NaN`);
  }
}

/**
 * Checks that class numbers fit their scores and the number of classes.
 *
 * @param labels what to check
 * @param name how the message calls them
 * @param length how many there should be
 * @param classes each must be a whole number from 0 to classes - 1
 * @throws {RangeError} if not (the message says at which index)
 */
export function checkLabels(labels: Labels, name: string, length: number, classes = Infinity): void {
  if (labels.length !== length) throw new RangeError(`${name}: ${labels.length} labels for ${length} images`);
  for (let i = 0; i < length; i++) {
    if (labels[i] < 0 || labels[i] >= classes) {
      throw new RangeError(`${name}: label ${labels[i]} at index ${i}, expected 0 to ${classes - 1}`);
    }
  }
}
