import { assertEquals, assertThrows } from "@std/assert";
import { createHash } from "node:crypto";
import type { Dataset, ImageSet } from "../../lib/datasets/image_set.ts";
import { joined } from "../../lib/datasets/joined.ts";
import { openSet } from "../../lib/datasets/open_set.ts";
import { outsideSplit } from "../../lib/datasets/splits.ts";

/** Images of one pixel whose bytes are all `start` and up. */
function toy(name: string, classes: number, start: number, official = true, side = 1): Dataset {
  const set = (n: number): ImageSet => ({
    name: "set",
    side,
    images: Uint8Array.from({ length: 3 * n * side * side }, (_, i) => start + Math.floor(i / 3)),
    labels: Int32Array.from({ length: n }, (_, i) => i % classes),
    index: Int32Array.from({ length: n }, (_, i) => i),
  });
  return {
    name,
    classes: Array.from({ length: classes }, (_, k) => `${name}${k}`),
    train: set(2 * classes),
    test: set(classes),
    source: { sha256: name.repeat(8), official },
  };
}

Deno.test("the second data set's test images follow the first's, with classes and numbers of their own", () => {
  const { classes, train, test, source } = joined("a against b", toy("a", 2, 0), toy("b", 3, 100, false));
  assertEquals(classes, ["a0", "a1", "b0", "b1", "b2"]);
  assertEquals([[...test.labels], [...test.index]], [[0, 1, 2, 3, 4], [0, 1, 2, 3, 4]]);
  assertEquals([...test.images].filter((_, i) => i % 3 === 0), [0, 1, 100, 101, 102]);
  assertEquals(train.labels.length, 4);
  const sha256 = createHash("sha256").update("aaaaaaaa bbbbbbbb").digest("hex");
  assertEquals(source, { sha256, official: false });
});

Deno.test("cut by its split, all of the first is known and all of the second unknown", () => {
  const dataset = joined("a against b", toy("a", 2, 0), toy("b", 3, 100));
  const { classes, unknownClasses, known, unknown } = openSet(dataset, outsideSplit("a against b", 2, 3));
  assertEquals([classes, unknownClasses], [["a0", "a1"], ["b0", "b1", "b2"]]);
  assertEquals([[...known.index], [...unknown.index], [...unknown.labels]], [[0, 1], [2, 3, 4], [2, 3, 4]]);
});

Deno.test("images of other sizes cannot be joined", () => {
  assertThrows(() => joined("no", toy("a", 2, 0), toy("b", 2, 0, true, 2)), RangeError, "1 px and of 2 px");
});
