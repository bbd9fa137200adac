/**
 * *priors*: an embedded data set in which the background predicts the class, the fault of real data that BackMix
 * addresses, in its pure form. Generated from a seed, without any file.
 *
 * Images are 32x32 RGB: one shape of 16 to 22 px on a texture. There are ten shapes (`priors_shapes.ts`) and ten
 * textures (`priors_backgrounds.ts`); each shape owns the texture of its number. The seed draws 6 known and 4 unknown
 * shapes.
 *
 * | part          | images | shapes  | texture                                                             |
 * | ------------- | ------ | ------- | ------------------------------------------------------------------- |
 * | train         |  4,000 | known   | the shape's own with probability p, else one of the 6 known shapes' |
 * | test, known   |  1,200 | known   | as in train                                                         |
 * | test, unknown |  1,200 | unknown | one of the 6 known shapes': what the texture says is always wrong   |
 * | shuffled      |  1,200 | known   | one of the 6 known shapes' (p = 0): how well shapes alone are told  |
 *
 * So a shape's own texture has the share p + (1 - p) / 6. Classes take turns, so that they are even. A network that
 * reads the texture is right on most of train, wrong on shuffled, and sure of itself on unknown shapes.
 *
 * Rendering: two texture colours, one uniform in [0.1, 0.9]^3, the other 0.15 to 0.35 away in each channel (cut to
 * [0, 1]); a shape colour at least 0.35 (Euclidean) from each of their mixtures, so that the shape shows; outlines
 * cover pixels in part; noise of deviation 0.02 (of 1) on every byte. None of this depends on the class, and in every
 * part the six textures are equally frequent. The bytes are the same on every machine.
 */
import { createHash } from "node:crypto";
import { type Stream, stream } from "../engine/streams.ts";
import { UserError } from "../files/user_error.ts";
import type { Dataset, ImageSet } from "./image_set.ts";
import type { PartlyKnown } from "./partly_known.ts";
import { backgrounds } from "./priors_backgrounds.ts";
import { coverage, shapes } from "./priors_shapes.ts";
import { remaining, type Split } from "./splits.ts";

const side = 32;
const knownCount = 6;

/** How often a training image has its class's own background, unless the options say otherwise. */
export const DEFAULT_P = 0.6;

/** What *priors* is generated from. */
export interface PriorsOptions {
  /** Draws the known shapes and every image. */
  seed: number;
  /** Probability that an image's background is drawn from its class's own family, in [0, 1]; `DEFAULT_P` by default. */
  p?: number;
  /** How many training images; 4,000 by default. */
  train?: number;
  /** How many images in each of the three test parts; 1,200 by default. */
  test?: number;
}

/**
 * The split of *priors*: six known shapes drawn from the seed, ascending; the four others are unknown.
 *
 * @param seed the data set's seed
 */
export function priorsSplit(seed: number): Split {
  const known = [...stream(seed, "priors known").permutation(shapes.length).subarray(0, knownCount)].sort((a, b) =>
    a - b
  );
  return { protocol: "priors", dataset: "priors", trial: 0, known, unknown: remaining(known, shapes.length) };
}

/**
 * Generates *priors*.
 *
 * Every set has `foreground` (the shape's coverage of each pixel) and `background` (the texture's number). An image
 * depends on (seed, p, part, its number) alone; p chooses the texture, never the shape, its place, or the colours. In
 * `test` known shapes come first. `source.sha256` is over images, then labels as bytes, of train, test and shuffled, in
 * this order; `source.official` is true: this program is the publication.
 *
 * @throws {UserError} if p lies outside [0, 1]
 * @throws {RangeError} if a size is not a whole number above 0
 *
 * @example
 * ```ts
 * import { openSet } from "./open_set.ts";
 * import { priors, priorsSplit } from "./priors.ts";
 * const data = openSet(priors({ seed: 0, p: 0.6, train: 60, test: 12 }), priorsSplit(0));
 * ```
 */
export function priors({ seed, p = DEFAULT_P, train = 4000, test = 1200 }: PriorsOptions): Dataset {
  if (!(p >= 0 && p <= 1)) throw new UserError(`--p ${p}: a probability is a number from 0 to 1.`);
  for (const size of [train, test]) {
    if (!Number.isInteger(size) || size < 1) throw new RangeError(`priors: ${size} images`);
  }
  const { known, unknown } = priorsSplit(seed);
  const turn = (classes: readonly number[], i: number): number => classes[i % classes.length];
  const part = (name: string, size: number, kind: (i: number) => Kind): ImageSet => draw(seed, name, size, known, kind);
  const parts = {
    train: part("train", train, (i) => ({ label: turn(known, i), p })),
    test: part(
      "test",
      2 * test,
      (i) => i < test ? { label: turn(known, i), p } : { label: turn(unknown, i - test), p: 0 },
    ),
    shuffled: part("shuffled", test, (i) => ({ label: turn(known, i), p: 0 })),
  };
  const hash = createHash("sha256");
  for (const set of Object.values(parts)) {
    hash.update(set.images).update(Uint8Array.from(set.labels));
  }
  return {
    name: "priors",
    classes: shapes.map((shape) => shape.name),
    train: parts.train,
    test: parts.test,
    extra: { shuffled: parts.shuffled },
    source: { sha256: hash.digest("hex"), official: true },
  };
}

/**
 * Further images of *priors*, for measuring what a network makes of foreground and background apart: shapes of known or
 * unknown classes, on a known class's texture (of a known shape its own) or on one that no training image had.
 *
 * @param seed the data set's seed
 * @param size images in each set
 */
export function partlyKnown(seed: number, size = 600): PartlyKnown {
  const { known, unknown } = priorsSplit(seed);
  const set = (name: string, classes: readonly number[], families: readonly number[], p: number) =>
    draw(seed, name, size, families, (i) => ({ label: classes[i % classes.length], p }));
  return {
    knownOnKnown: set("known on known", known, known, 1),
    knownOnUnrelated: set("known on unrelated", known, unknown, 0),
    unknownOnKnown: set("unknown on known", unknown, known, 0),
    unknownOnUnrelated: set("unknown on unrelated", unknown, unknown, 0),
  };
}

/** What an image shows: the shape, and with what probability on its own texture. */
interface Kind {
  label: number;
  p: number;
}

function draw(
  seed: number,
  name: string,
  size: number,
  families: readonly number[],
  kind: (i: number) => Kind,
): ImageSet {
  const pixels = side * side;
  const set = {
    name,
    side,
    images: new Uint8Array(size * pixels * 3),
    labels: new Int32Array(size),
    index: Int32Array.from({ length: size }, (_, i) => i),
    foreground: new Uint8Array(size * pixels),
    background: new Int32Array(size),
  };
  for (let i = 0; i < size; i++) {
    const random = stream(seed, `priors ${name}`, i);
    const { label, p } = kind(i);
    const other = families[random.int(families.length)]; // drawn in any case: p moves no shape and no colour
    const family = random.uniform() < p ? label : other;
    const covered = coverage(shapes[label], side, random);
    set.labels[i] = label;
    set.background[i] = family;
    set.foreground.set(covered, i * pixels);
    const image = new Uint8ClampedArray(set.images.buffer, i * pixels * 3, pixels * 3);
    paint(image, covered, family, random);
  }
  return set;
}

/** Paints the texture, the shape on it, and noise over both. */
function paint(image: Uint8ClampedArray, covered: Uint8Array, family: number, random: Stream): void {
  const { first, second, shape } = colours(random);
  const texture = backgrounds[family].texture(random, side);
  for (let at = 0; at < covered.length; at++) {
    const share = Math.min(1, Math.max(0, texture(at % side, Math.floor(at / side))));
    const cover = covered[at] / 255;
    for (let c = 0; c < 3; c++) {
      const behind = first[c] + (second[c] - first[c]) * share;
      image[3 * at + c] = 255 * (behind + (shape[c] - behind) * cover + 0.02 * bell(random)); // rounded and cut
    }
  }
}

/** The texture's two colours and the shape's, channels in [0, 1]. */
function colours(random: Stream): { first: number[]; second: number[]; shape: number[] } {
  const first = [0, 1, 2].map(() => 0.1 + 0.8 * random.uniform());
  const second = first.map((value) => {
    const step = (0.15 + 0.2 * random.uniform()) * (random.int(2) === 0 ? -1 : 1);
    return Math.min(1, Math.max(0, value + step));
  });
  let shape: number[];
  do {
    shape = first.map(() => random.uniform());
  } while (fromSegment(shape, first, second) < 0.35);
  return { first, second, shape };
}

/** Distance of a point from the segment a-b. */
function fromSegment(point: number[], a: number[], b: number[]): number {
  let [dot, square] = [0, 0];
  for (let c = 0; c < 3; c++) {
    dot += (point[c] - a[c]) * (b[c] - a[c]);
    square += (b[c] - a[c]) ** 2;
  }
  const along = Math.min(1, Math.max(0, dot / square));
  let distance = 0;
  for (let c = 0; c < 3; c++) distance += (point[c] - a[c] - along * (b[c] - a[c])) ** 2;
  return Math.sqrt(distance);
}

/** Nearly normal, mean 0 and deviation 1: the sum of four random bytes, without logarithm and cosine. */
function bell(random: Stream): number {
  const bits = random.bits();
  const sum = (bits & 255) + (bits >>> 8 & 255) + (bits >>> 16 & 255) + (bits >>> 24);
  return (sum - 4 * 127.5) / bellDeviation;
}
const bellDeviation = Math.sqrt(4 * (256 * 256 - 1) / 12);
