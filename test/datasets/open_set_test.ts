import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import type { Dataset, ImageSet } from "../../lib/datasets/image_set.ts";
import { openSet } from "../../lib/datasets/open_set.ts";
import type { Split } from "../../lib/datasets/splits.ts";
import { UserError } from "../../lib/files/user_error.ts";

const split: Split = { protocol: "arpl", dataset: "toy", trial: 0, known: [3, 0, 4], unknown: [1, 2] };

/** Images of one pixel that spell their own number; `each` of a class, classes in turn. */
function toySet(name: string, each: number): ImageSet {
  const n = 5 * each;
  return {
    name,
    side: 1,
    images: Uint8Array.from({ length: 3 * n }, (_, i) => Math.floor(i / 3) % 251),
    labels: Int32Array.from({ length: n }, (_, i) => i % 5),
    index: Int32Array.from({ length: n }, (_, i) => i),
  };
}

function toy(each: number): Dataset {
  return {
    name: "toy",
    classes: ["a", "b", "c", "d", "e"],
    train: toySet("train", each),
    test: toySet("test", 2),
    extra: { shuffled: toySet("shuffled", 2) },
    source: { sha256: "0".repeat(64), official: true },
  };
}

const counts = (set: ImageSet) => [0, 1, 2].map((label) => set.labels.filter((other) => other === label).length);

Deno.test("labels of known classes are their places in the split, and unknown ones follow", () => {
  const { classes, unknownClasses, train, known, unknown, extra } = openSet(toy(2), split);
  assertEquals(classes, ["d", "a", "e"]);
  assertEquals(unknownClasses, ["b", "c"]);
  assertEquals([...train.index], [0, 3, 4, 5, 8, 9]);
  assertEquals([...train.labels], [1, 0, 2, 1, 0, 2]);
  assertEquals([...known.index], [0, 3, 4, 5, 8, 9]);
  assertEquals([...unknown.index], [1, 2, 6, 7]);
  assertEquals([...unknown.labels], [3, 4, 3, 4]);
  assertEquals([...extra.shuffled.labels], [1, 0, 2, 1, 0, 2]);
});

Deno.test("validation and training share no image, and each image keeps its number", () => {
  fc.assert(fc.property(
    fc.integer({ min: 4, max: 30 }),
    fc.double({ min: 0.2, max: 0.8, noNaN: true }),
    fc.nat(),
    (each, validationShare, seed) => {
      const data = toy(each);
      const { train, validation } = openSet(data, split, { validationShare, seed });
      const held = Math.round(validationShare * each);
      assertEquals(counts(validation!), [held, held, held]);
      assertEquals(counts(train), [each - held, each - held, each - held]);
      const all = [...train.index, ...validation!.index];
      assertEquals(new Set(all).size, 3 * each);
      for (const set of [train, validation!]) {
        set.index.forEach((number, at) => {
          assertEquals(set.images[3 * at], number % 251);
          assertEquals(split.known[set.labels[at]], data.train.labels[number]);
        });
        assertEquals(set.index, set.index.toSorted());
      }
    },
  ));
});

Deno.test("a limit takes that many training images, evenly over the classes", () => {
  fc.assert(fc.property(fc.integer({ min: 3, max: 60 }), fc.nat(), (limit, seed) => {
    const { train } = openSet(toy(20), split, { limit, seed });
    assertEquals(train.labels.length, limit);
    assert(Math.max(...counts(train)) - Math.min(...counts(train)) <= 1);
  }));
});

Deno.test("a limit above the number of training images takes them all", () => {
  assertEquals(openSet(toy(4), split, { limit: 1000 }), openSet(toy(4), split));
});

Deno.test("images under a smaller limit are among those under a larger one", () => {
  const small = openSet(toy(20), split, { limit: 10, seed: 5 }).train.index;
  const large = new Set(openSet(toy(20), split, { limit: 25, seed: 5 }).train.index);
  assert(small.every((number) => large.has(number)));
});

Deno.test("what is drawn depends on the seed alone", () => {
  const drawn = (seed: number) => [...openSet(toy(20), split, { limit: 9, validationShare: 0.5, seed }).train.index];
  assertEquals(drawn(1), drawn(1));
  assert(drawn(1).join() !== drawn(2).join());
});

Deno.test("a limit below the classes, or that is no whole number, is refused", () => {
  for (const limit of [0, 2, -5, 3.5, NaN]) {
    const error = assertThrows(() => openSet(toy(4), split, { limit }), UserError);
    assertStringIncludes(error.message, "at least one for each of the 3 known classes");
  }
});

Deno.test("a validation share outside [0, 1), or that leaves a part empty, is refused", () => {
  for (const validationShare of [-0.1, 1, 2, NaN]) {
    assertThrows(() => openSet(toy(4), split, { validationShare }), UserError, "from 0 up to, not including, 1");
  }
  for (const validationShare of [0.01, 0.99]) {
    assertThrows(() => openSet(toy(4), split, { validationShare }), UserError, 'of the 4 training images of "d"');
  }
});

Deno.test("a split of another data set is refused", () => {
  assertThrows(() => openSet(toy(1), { ...split, dataset: "cifar10" }), RangeError);
});

Deno.test("a data set whose arrays do not fit each other is refused, with what was expected", () => {
  const refused = (changed: Partial<ImageSet>) => {
    const dataset = { ...toy(2), test: { ...toySet("test", 2), ...changed } };
    return assertThrows(() => openSet(dataset, split), UserError).message;
  };
  const about = "Data set toy, part test: ";
  const n = " for 10 labels and images of 1 px.";
  assertEquals(refused({ images: new Uint8Array(10) }), `${about}10 values of images, expected 30${n}`);
  assertEquals(refused({ index: new Int32Array(9) }), `${about}9 values of index, expected 10${n}`);
  assertEquals(refused({ foreground: new Uint8Array(30) }), `${about}30 values of foreground, expected 10${n}`);
  assertEquals(refused({ labels: new Int32Array(10).fill(5) }), `${about}label 5, expected 0 to 4 (5 classes).`);
});

Deno.test("a data set's checksum is looked at before training, not when the result is written", () => {
  const dataset = { ...toy(2), source: { sha256: "drawn by me", official: false } };
  assertThrows(() => openSet(dataset, split), UserError, 'source.sha256 is "drawn by me", expected 64 hexadecimal');
});
