import { assertEquals, assertThrows } from "@std/assert";
import { UserError } from "../../lib/files/user_error.ts";
import { outsideSplit, plusSplit, remaining, split } from "../../lib/datasets/splits.ts";

// The lists as they stand in ARPL's split.py, and those of CSSR's exps/cifar10/spl_a.json to spl_e.json.
const arpl = [[0, 6, 4, 9, 1, 7], [7, 6, 4, 9, 0, 1], [1, 5, 7, 3, 9, 4], [8, 6, 1, 9, 0, 7], [2, 4, 1, 7, 9, 6]];
const cssr = [[2, 3, 4, 5, 6, 7], [1, 2, 4, 6, 7, 8], [0, 3, 4, 5, 6, 8], [0, 1, 4, 6, 8, 9], [0, 2, 3, 5, 6, 7]];

Deno.test("the known classes of cifar10 are those of the reference code, in its order", () => {
  for (const trial of [0, 1, 2, 3, 4]) {
    assertEquals(split("cifar10", trial, "arpl").known, arpl[trial]);
    assertEquals(split("cifar10", trial, "cssr").known, cssr[trial]);
  }
});

Deno.test("known and unknown classes together are all ten, each once", () => {
  for (const protocol of ["arpl", "cssr"] as const) {
    for (const trial of [0, 1, 2, 3, 4]) {
      const { known, unknown } = split("cifar10", trial, protocol);
      assertEquals([...known, ...unknown].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
  }
});

Deno.test("trials 0 and 1 of ARPL's cifar10 hold the same six classes in another order", () => {
  const [a, b] = [split("cifar10", 0, "arpl"), split("cifar10", 1, "arpl")];
  assertEquals(a.known.toSorted(), b.known.toSorted());
  assertEquals(a.unknown, [2, 3, 5, 8]);
  assertEquals(b.unknown, [2, 3, 5, 8]);
  assertEquals(a.known.some((number, at) => number !== b.known[at]), true);
});

Deno.test("the other lists begin as in the reference code, and known and unknown classes are all there are", () => {
  assertEquals(split("svhn", 0, "arpl").known, [5, 3, 7, 2, 8, 6]);
  assertEquals(split("svhn", 4, "cssr").known, [0, 2, 3, 5, 6, 7]);
  assertEquals(split("mnist", 3, "arpl").known, [3, 7, 8, 4, 0, 5]);
  assertEquals(split("tiny_imagenet", 0, "arpl").known.slice(0, 4), [108, 147, 17, 58]);
  assertEquals(split("tiny_imagenet", 0, "cssr").known.slice(0, 4), [0, 7, 8, 27]);
  for (const protocol of ["arpl", "cssr"] as const) {
    const { known, unknown } = split("tiny_imagenet", 4, protocol);
    assertEquals([known.length, new Set([...known, ...unknown]).size], [20, 200]);
  }
  assertThrows(() => split("mnist", 0, "cssr"), UserError, "The cssr protocol has no list for mnist.");
});

Deno.test("CIFAR+N has four known classes of CIFAR-10, and N unknown ones of CIFAR-100, numbered after them", () => {
  const { known, unknown, dataset } = plusSplit(10, 0);
  assertEquals([dataset, known], ["cifar+10", [4, 7, 9, 1]]);
  assertEquals(unknown, [30, 25, 1, 9, 8, 0, 46, 52, 49, 71].map((number) => 10 + number)); // split.py, cifar100-10
  for (const trial of [0, 1, 2, 3, 4]) {
    const { known, unknown } = plusSplit(50, trial);
    assertEquals([known.length, new Set(unknown).size, unknown.every((n) => n >= 10 && n < 110)], [4, 50, true]);
  }
  assertThrows(() => plusSplit(50, 5), UserError, "Trial 5 of CIFAR+50 does not exist. Choose one of 0, 1, 2, 3, 4.");
  assertThrows(() => plusSplit(10, 0, "cssr"), UserError, "The cssr protocol has no list for CIFAR+10.");
});

Deno.test("outside of a data set all classes of the other are unknown", () => {
  const { known, unknown } = outsideSplit("a against b", 3, 2);
  assertEquals([known, unknown], [[0, 1, 2], [3, 4]]);
});

Deno.test("an unknown trial is refused with the valid ones", () => {
  for (const trial of [5, -1, 0.5, NaN]) {
    assertThrows(() => split("cifar10", trial, "arpl"), UserError, "Choose one of 0, 1, 2, 3, 4.");
  }
});

Deno.test("remaining gives the classes that are not known, ascending", () => {
  assertEquals(remaining([3, 0], 5), [1, 2, 4]);
});
