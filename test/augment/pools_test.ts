import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { checkPool, CSSR_POOL, drawOperations, type PoolOptions, RAND_AUGMENT } from "../../lib/augment/pools.ts";
import { stream } from "../../lib/engine/streams.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { fixtures } from "./fixture.ts";

const cssr: PoolOptions = { pool: "cssr", operations: 2, magnitude: 10 };

Deno.test("RandAugment has torchvision's operations in its order, with its signs and magnitudes of 31 bins", () => {
  const magnitudes: Record<string, number[]> = fixtures.magnitudes;
  assertEquals(RAND_AUGMENT.map(({ name }) => name as string), Object.keys(magnitudes));
  assertEquals(RAND_AUGMENT.filter(({ signed }) => signed).map(({ name }) => name as string), fixtures.signed);
  const factors = ["Brightness", "Color", "Contrast", "Sharpness"];
  for (const { name, value, signed } of RAND_AUGMENT) {
    magnitudes[name].forEach((magnitude, bin) => {
      const most = name.startsWith("Translate") ? Math.trunc(magnitude) : magnitude;
      const from = factors.includes(name) ? 1 : 0;
      assertEquals(value(bin, 32, 1), from + most, name);
      if (signed) assertEquals(value(bin, 32, -1) - from, -most, name);
    });
  }
});

Deno.test("translations grow with the image", () => {
  const right = RAND_AUGMENT.find(({ name }) => name === "TranslateX")!;
  for (const [side, expected] of Object.entries(fixtures.translations)) {
    assertEquals(expected.map((_, bin) => right.value(bin, Number(side), 1)), expected.map(Math.trunc));
  }
});

Deno.test("every operation of a pool is drawn as often, each sign as often, and CSSR's are done half the time", () => {
  const random = stream(0, "pools");
  const times = new Map<string, number>();
  const rounds = 14_000;
  for (let k = 0; k < rounds; k++) {
    for (const { name, value } of drawOperations(random, 32, { pool: "rand-augment", operations: 1, magnitude: 9 })) {
      times.set(name, (times.get(name) ?? 0) + 1);
      if (name === "Rotate") times.set(`turned ${value > 0}`, (times.get(`turned ${value > 0}`) ?? 0) + 1);
    }
  }
  for (const { name } of RAND_AUGMENT) assert(Math.abs(times.get(name)! - 1000) < 4 * Math.sqrt(1000), name);
  assert(Math.abs(times.get("turned true")! - times.get("turned false")!) < 4 * Math.sqrt(1000));

  const counts = [0, 0, 0];
  const drawn = new Set<string>();
  for (let k = 0; k < rounds; k++) {
    const operations = drawOperations(random, 32, cssr);
    counts[operations.length]++;
    for (const { name, value } of operations) drawn.add(`${name} ${value}`);
  }
  [1 / 4, 1 / 2, 1 / 4].forEach((share, done) =>
    assert(Math.abs(counts[done] - share * rounds) < 4 * Math.sqrt(share * rounds), `${counts}`)
  );
  const possible = CSSR_POOL.flatMap(({ name, value, signed }) =>
    [1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((v) =>
      (signed ? [1, -1] as const : [1] as const).map((sign) => `${name} ${value(v, 32, sign)}`)
    )
  );
  assertEquals(drawn, new Set(possible));
});

Deno.test("the same stream draws the same operations", () => {
  const draw = (step: number) => {
    const random = stream(0, "pools", step);
    return Array.from({ length: 9 }, () => drawOperations(random, 32, cssr));
  };
  assertEquals(draw(1), draw(1));
  assert(JSON.stringify(draw(1)) !== JSON.stringify(draw(2)));
});

Deno.test("a pool out of its range is explained", () => {
  checkPool(cssr);
  const refused = (change: Partial<PoolOptions>) =>
    assertThrows(() => checkPool({ pool: "rand-augment", operations: 2, magnitude: 9, ...change }), UserError).message;
  for (const operations of [0, 1.5, NaN]) assertStringIncludes(refused({ operations }), `${operations} operations`);
  for (const magnitude of [-1, 31, 9.5]) assertStringIncludes(refused({ magnitude }), "a whole number from 0 to 30");
  for (const magnitude of [1, 12]) assertStringIncludes(refused({ pool: "cssr", magnitude }), "from 2 to 11");
});
