import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { AREA, sampledCells, topCells } from "../../lib/backmix/foreground.ts";
import { type Stream, stream } from "../../lib/engine/streams.ts";

const anyMap = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: AREA, maxLength: AREA }); // few values: many ties
const anyShare = fc.double({ min: 0, max: 1, noNaN: true });

Deno.test("the foreground is the share's number of cells, none below a cell that is left out", () => {
  fc.assert(fc.property(anyMap, anyShare, fc.nat(), (map, share, seed) => {
    const foreground = topCells(Float32Array.from(map), share, stream(seed, "ties", 0));
    const inside = map.filter((_, k) => foreground[k] === 1);
    const outside = map.filter((_, k) => foreground[k] === 0);
    assertEquals(inside.length, Math.floor(share * AREA));
    assert(Math.min(...inside) >= Math.max(...outside));
  }));
});

Deno.test("without a tie nothing is drawn", () => {
  const none = null as unknown as Stream; // any use throws
  const map = Float32Array.from({ length: AREA }, (_, k) => (k * 37 % AREA) / AREA);
  assertEquals(topCells(map, 0.25, none), Uint8Array.from(map, (value) => value >= 48 / 64 ? 1 : 0));
});

Deno.test("in an untouched bank every cell is foreground equally often", () => {
  const random = stream(0, "ties", 0);
  const draws = 6400;
  const times = count(draws, () => topCells(new Float32Array(AREA).fill(0.5), 0.25, random));
  for (const n of times) assert(Math.abs(n - draws / 4) < 4.5 * Math.sqrt(draws * 3 / 16), `${n} of ${draws}`);
});

Deno.test("cells that tie for the last places share them, and only them", () => {
  const random = stream(0, "ties", 0);
  const map = Float32Array.from({ length: AREA }, (_, k) => k < 10 ? 1 : k < 30 ? 0.5 : 0); // 10 sure, 6 places for 20
  const draws = 4000;
  const times = count(draws, () => topCells(map, 0.25, random));
  assertEquals([...times.slice(0, 10)], Array(10).fill(draws));
  for (const n of times.slice(10, 30)) assert(Math.abs(n - draws * 0.3) < 4.5 * Math.sqrt(draws * 0.21), `${n}`);
  assertEquals([...times.slice(30)], Array(34).fill(0));
});

Deno.test("a sampled cell comes in proportion to the map", () => {
  const random = stream(0, "sampled", 0);
  const map = Float32Array.from({ length: AREA }, (_, k) => k % 8 / 8);
  const total = map.reduce((sum, value) => sum + value, 0);
  const draws = 28_000;
  const times = count(draws, () => sampledCells(map, 1 / AREA, random)); // one cell at a time
  map.forEach((value, k) => {
    const chance = value / total;
    assert(Math.abs(times[k] - draws * chance) <= 4.5 * Math.sqrt(draws * chance), `cell ${k}: ${times[k]}`);
  });
});

Deno.test("the second sampled cell follows the map without the first", () => {
  // Weights a 1, b 2, c 3 of 6. P(a and b) = P(a) P(b | not a) + P(b) P(a | not b), and so on.
  const expected = {
    ab: 1 / 6 * 2 / 5 + 2 / 6 * 1 / 4,
    ac: 1 / 6 * 3 / 5 + 3 / 6 * 1 / 3,
    bc: 2 / 6 * 3 / 4 + 3 / 6 * 2 / 3,
  };
  const random = stream(0, "sampled", 1);
  const map = new Float32Array(AREA);
  map.set([1, 2, 3]);
  const draws = 20_000;
  const times = { ab: 0, ac: 0, bc: 0 };
  for (let k = 0; k < draws; k++) {
    const cells = sampledCells(map, 2 / AREA, random);
    times[cells[0] === 0 ? "bc" : cells[1] === 0 ? "ac" : "ab"]++;
  }
  for (const pair of ["ab", "ac", "bc"] as const) {
    const mean = draws * expected[pair];
    assert(Math.abs(times[pair] - mean) < 4.5 * Math.sqrt(mean), `${pair}: ${times[pair]}, expected ${mean}`);
  }
});

Deno.test("sampling has as many cells as the share says, also where most of the map is 0", () => {
  fc.assert(fc.property(anyMap, anyShare, fc.nat(), (map, share, seed) => {
    const sparse = Float32Array.from(map, (value) => Math.max(0, value - 15));
    const foreground = sampledCells(sparse, share, stream(seed, "sampled", 2));
    assertEquals(foreground.reduce((sum, cell) => sum + cell, 0), Math.floor(share * AREA));
  }));
});

/** How often each cell was foreground. */
function count(draws: number, draw: () => Uint8Array): Float64Array {
  const times = new Float64Array(AREA);
  for (let n = 0; n < draws; n++) draw().forEach((cell, k) => times[k] += cell);
  return times;
}
