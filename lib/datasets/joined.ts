/** A data set whose unknown images come from another one: CIFAR+N, and out-of-distribution detection. */
import { createHash } from "node:crypto";
import type { Dataset, ImageSet } from "./image_set.ts";

/**
 * Joins the test images of two data sets. Training images are those of the first.
 *
 * Classes of the second are numbered after those of the first, and its test images after the first's. `source.sha256` is
 * over the two checksums.
 *
 * @param name what the result is called in splits and results
 * @param first holds the known classes
 * @param second holds unknown classes; its images are as large
 */
export function joined(name: string, first: Dataset, second: Dataset): Dataset {
  if (first.test.side !== second.test.side) {
    throw new RangeError(`images of ${first.test.side} px and of ${second.test.side} px cannot be joined`);
  }
  const after = (set: ImageSet, key: "labels" | "index", add: number) => {
    const all = new Int32Array(first.test.labels.length + set.labels.length);
    all.set(first.test[key]);
    all.set(set[key].map((value) => value + add), first.test.labels.length);
    return all;
  };
  const images = new Uint8Array(first.test.images.length + second.test.images.length);
  images.set(first.test.images);
  images.set(second.test.images, first.test.images.length);
  const digests = [first, second].map(({ source }) => source.sha256).join(" ");
  return {
    name,
    classes: [...first.classes, ...second.classes],
    train: first.train,
    test: {
      name: "test",
      side: first.test.side,
      images,
      labels: after(second.test, "labels", first.classes.length),
      index: after(second.test, "index", first.test.labels.length),
    },
    source: {
      sha256: createHash("sha256").update(digests).digest("hex"),
      official: first.source.official && second.source.official,
    },
    trainSha256: first.source.sha256,
  };
}
