import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertGreater,
  assertInstanceOf,
  assertLess,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStrictEquals,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";

/** Whether the assertion fails, and with an error that says so. */
function fails(assertion: () => void): boolean {
  try {
    assertion();
    return false;
  } catch (error) {
    if ((error as Error).name !== "AssertionError") throw error;
    return true;
  }
}

Deno.test("assertEquals compares typed arrays, Maps and Sets by content", () => {
  assertEquals(Float32Array.of(1, NaN, 0), Float32Array.of(1, NaN, -0));
  assertEquals(new Map([["a", [1]], ["b", [2]]]), new Map([["b", [2]], ["a", [1]]]));
  assertEquals(new Set([[1], [2]]), new Set([[2], [1]]));
  assertEquals({ a: [{ b: new Date(5) }], c: /x/g }, { c: /x/g, a: [{ b: new Date(5) }] });
  assertEquals(NaN, NaN);
  assertEquals<unknown>(0, -0);
});

Deno.test("assertEquals tells apart what differs in a value, a type, a key or a length", () => {
  const different: [unknown, unknown][] = [
    [1, 2],
    [1, "1"],
    [null, undefined],
    [[1, 2], [1, 2, 3]],
    [{ a: undefined }, {}],
    [Float32Array.of(1), Float64Array.of(1)],
    [Float32Array.of(1, 2), Float32Array.of(1, 3)],
    [new Map([["a", 1]]), new Map([["a", 2]])],
    [new Set([1, 2]), new Set([1, 3])],
    [new Date(1), new Date(2)],
    [[], {}],
  ];
  for (const [a, b] of different) {
    assert(fails(() => assertEquals(a, b)), `${Deno.inspect(a)} = ${Deno.inspect(b)}`);
    assertNotEquals(a, b);
  }
});

Deno.test("assertEquals follows cycles", () => {
  const ring = (): unknown[] => {
    const a: unknown[] = [1];
    a.push(a);
    return a;
  };
  assertEquals(ring(), ring());
});

Deno.test("assertThrows hands the error back and checks its class and message", () => {
  const bad = () => {
    throw new RangeError("too far");
  };
  assertEquals(assertThrows(bad, RangeError, "far").message, "too far");
  assert(fails(() => assertThrows(bad, TypeError)));
  assert(fails(() => assertThrows(bad, RangeError, "near")));
  assert(fails(() => assertThrows(() => 1)));
});

Deno.test("assertRejects does the same for promises", async () => {
  const bad = () => Promise.reject(new RangeError("too far"));
  assertEquals((await assertRejects(bad, RangeError, "far")).message, "too far");
  await assertRejects(() => assertRejects(bad, TypeError));
  await assertRejects(() => assertRejects(() => Promise.resolve()));
});

Deno.test("assertAlmostEquals allows a ten-millionth of the expected value", () => {
  assertAlmostEquals(1e6 + 0.09, 1e6);
  assert(fails(() => assertAlmostEquals(1e6 + 0.11, 1e6)));
  assertAlmostEquals(1, 2, 1);
  assert(fails(() => assertAlmostEquals(NaN, 1, 1)));
});

Deno.test("the small assertions pass and fail where they should", () => {
  assertStrictEquals("a", "a");
  assertGreater(2, 1);
  assertLess(1, 2);
  assertStringIncludes("abc", "bc");
  assertMatch("abc", /b/);
  assertInstanceOf(new Date(), Date);
  assert(fails(() => assertStrictEquals({}, {})));
  assert(fails(() => assertGreater(1, 1)));
  assert(fails(() => assertLess(1, 1)));
  assert(fails(() => assertStringIncludes("abc", "d")));
  assert(fails(() => assertMatch("abc", /d/)));
  assert(fails(() => assertInstanceOf({}, Date)));
});
