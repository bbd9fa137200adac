/**
 * Labelled images as bytes: the form in which a data set is kept, augmented and mixed before the engine sees floats.
 */
import { UserError } from "../files/user_error.ts";

/** A data set's name, classes, official parts, and where its bytes come from. */
export interface Dataset {
  /** Name, as in a split and a result file. */
  name: string;
  /** Class names in the order of the official class numbers. */
  classes: readonly string[];
  /** Training part, labelled with official class numbers. */
  train: ImageSet;
  /** Test part, labelled with official class numbers. */
  test: ImageSet;
  /** Further test parts by name, labelled with official class numbers. */
  extra?: Readonly<Record<string, ImageSet>>;
  /** What identifies the bytes in a result file. */
  source: Source;
  /** SHA-256 of what training sees, where test images come from another data set; else `source`'s. */
  trainSha256?: string;
}

/** What identifies a data set's bytes. */
export interface Source {
  /** SHA-256 of the data set's bytes; each loader says over what, in which order. */
  sha256: string;
  /** Whether they are the bytes that the data set's authors published. */
  official: boolean;
}

/** Square RGB images with labels. */
export interface ImageSet {
  /** What the set is for, such as "train" or "unknown". */
  name: string;
  /** Height and width of an image, in pixels. */
  side: number;
  /** Pixels, `[n, side, side, 3]`. */
  images: Uint8Array;
  /** Labels, `[n]`. */
  labels: Int32Array;
  /** Each image's number in the official file order of its part, from 0, `[n]`: it names the image in score files. */
  index: Int32Array;
  /** How much of each pixel the foreground covers, 0 .. 255, `[n, side, side]`; only where the data set knows it. */
  foreground?: Uint8Array;
  /** Each image's background family, `[n]`; only where the data set knows it. */
  background?: Int32Array;
}

/**
 * Checks what a loader gives, for whoever writes one.
 *
 * @throws {UserError} if a part's arrays are not of one number of images, a label names no class, or the checksum is none
 */
export function checkDataset({ name, classes, train, test, extra, source }: Dataset): void {
  if (!/^[0-9a-f]{64}$/.test(source.sha256)) {
    throw new UserError(`Data set ${name}: source.sha256 is "${source.sha256}", expected 64 hexadecimal digits.`);
  }
  for (const set of [train, test, ...Object.values(extra ?? {})]) {
    const n = set.labels.length;
    const pixels = n * set.side * set.side;
    const wanted: [string, number | undefined, number][] = [
      ["images", set.images.length, 3 * pixels],
      ["index", set.index.length, n],
      ["foreground", set.foreground?.length, pixels],
      ["background", set.background?.length, n],
    ];
    for (const [array, length, expected] of wanted) {
      if (length === undefined || length === expected) continue;
      throw new UserError(
        `Data set ${name}, part ${set.name}: ${length} values of ${array}, expected ${expected} for ${n} labels and ` +
          `images of ${set.side} px.`,
      );
    }
    const bad = set.labels.find((label) => !(label >= 0 && label < classes.length));
    if (bad === undefined) continue;
    throw new UserError(
      `Data set ${name}, part ${set.name}: label ${bad}, expected 0 to ${
        classes.length - 1
      } (${classes.length} classes).`,
    );
  }
}

/**
 * Copies some images of a set, in the order given.
 *
 * @param set the set
 * @param at which images, as places in the set
 * @param name the new set's name
 * @param label gives the new label for an old one; as it is by default
 */
export function select(
  set: ImageSet,
  at: ArrayLike<number>,
  name: string,
  label: (old: number) => number = (old) => old,
): ImageSet {
  const pixels = set.side * set.side;
  const images = new Uint8Array(at.length * pixels * 3);
  const labels = new Int32Array(at.length);
  const index = new Int32Array(at.length);
  const foreground = set.foreground && new Uint8Array(at.length * pixels);
  const background = set.background && new Int32Array(at.length);
  for (let to = 0; to < at.length; to++) {
    const from = at[to];
    images.set(set.images.subarray(from * pixels * 3, (from + 1) * pixels * 3), to * pixels * 3);
    labels[to] = label(set.labels[from]);
    index[to] = set.index[from];
    foreground?.set(set.foreground!.subarray(from * pixels, (from + 1) * pixels), to * pixels);
    background?.set(set.background!.subarray(from, from + 1), to);
  }
  return {
    name,
    side: set.side,
    images,
    labels,
    index,
    ...(foreground && { foreground }),
    ...(background && { background }),
  };
}
