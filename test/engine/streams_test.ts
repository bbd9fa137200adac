import { assert, assertEquals, assertLess, assertNotEquals } from "@std/assert";
import { type Stream, stream } from "../../lib/engine/streams.ts";

const take = <T>(count: number, draw: () => T) => Array.from({ length: count }, draw);

/** Chi-square of counts that should be equal; its mean is their number - 1, its variance twice that. */
function chiSquare(counts: number[]): number {
  const expected = counts.reduce((a, b) => a + b) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

/** Fails where counts lie further from equal than five standard deviations. */
function assertEven(counts: number[]) {
  const freedom = counts.length - 1;
  assertLess(Math.abs(chiSquare(counts) - freedom), 5 * Math.sqrt(2 * freedom));
}

function countOf(draws: number, kinds: number, draw: () => number): number[] {
  const counts = new Array<number>(kinds).fill(0);
  for (let i = 0; i < draws; i++) counts[draw()]++;
  return counts;
}

// expected numbers: sfc32 from the SHA-256 of the name, written a second time in Python
Deno.test("a stream draws the same numbers on every machine, forever", () => {
  assertEquals(take(4, stream(0, "order", 0).bits), [1960217355, 1282119480, 1742779433, 1285215027]);
  assertEquals(take(4, stream(0, "order", 1).bits), [2315597814, 3238273123, 641781325, 3289094465]);
  assertEquals(take(4, stream(1, "mix", 12345).bits), [3896960906, 2302880290, 353901192, 3287313494]);
  assertEquals([...stream(0, "permutation").permutation(10)], [9, 1, 8, 4, 7, 3, 2, 6, 5, 0]);
  assertEquals(take(3, stream(0, "normal").normal), [0.3749459765025733, -0.6866737600583704, -1.346128326373424]);
});

Deno.test("streams of other seeds, purposes and steps draw other numbers", () => {
  const streams: Stream[] = [stream(0, "a", 0), stream(1, "a", 0), stream(0, "b", 0), stream(0, "a", 1)];
  assertEquals(new Set(streams.map((s) => s.bits())).size, streams.length);
  assertNotEquals(stream(1, "1", 0).bits(), stream(11, "", 0).bits());
});

Deno.test("uniform numbers are even over [0, 1), each bit of them too", () => {
  const random = stream(0, "test");
  assertEven(countOf(50_000, 256, () => Math.floor(random.uniform() * 256)));
  const ones = new Array<number>(32).fill(0);
  for (let i = 0; i < 20_000; i++) {
    const bits = random.bits();
    for (let b = 0; b < 32; b++) ones[b] += (bits >>> b) & 1;
  }
  for (const count of ones) assertLess(Math.abs(count - 10_000), 5 * Math.sqrt(5_000));
});

Deno.test("whole numbers are even over [0, n), also where n does not divide 2^32", () => {
  const random = stream(0, "test");
  assertEven(countOf(30_000, 7, () => random.int(7)));
  const n = 3 * 2 ** 30; // the remainder alone would draw the first third twice as often
  assertEven(countOf(30_000, 3, () => Math.floor(random.int(n) / 2 ** 30)));
  assertEquals(take(5, () => random.int(1)), [0, 0, 0, 0, 0]);
});

Deno.test("normal numbers have mean 0, deviation 1, and the normal's fourth moment", () => {
  const random = stream(0, "test");
  const n = 50_000;
  const x = take(n, random.normal);
  const moment = (power: number) => x.reduce((sum, v) => sum + v ** power, 0) / n;
  assertLess(Math.abs(moment(1)), 5 / Math.sqrt(n)); // standard error 1 / sqrt(n)
  assertLess(Math.abs(moment(2) - 1), 5 * Math.sqrt(2 / n)); // variance of x^2 is 2
  assertLess(Math.abs(moment(4) - 3), 5 * Math.sqrt(96 / n)); // variance of x^4 is 96
  assert(x.every(Number.isFinite));
});

Deno.test("every order of four is equally likely", () => {
  const random = stream(0, "test");
  const index = new Map<string, number>();
  assertEven(countOf(24_000, 24, () => {
    const key = random.permutation(4).join();
    if (!index.has(key)) index.set(key, index.size);
    return index.get(key)!;
  }));
});

Deno.test("permutations of nothing and of one are what they must be", () => {
  assertEquals([...stream(0, "test").permutation(0)], []);
  assertEquals([...stream(0, "test").permutation(1)], [0]);
});
