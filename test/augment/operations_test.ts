import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { operate, type Operation } from "../../lib/augment/operations.ts";
import { CSSR_POOL, type PoolEntry, RAND_AUGMENT } from "../../lib/augment/pools.ts";
import { stream } from "../../lib/engine/streams.ts";
import { decoded, fixtures, type Picture, pictures, sha } from "./fixture.ts";

const { torchvision, pillow } = fixtures.versions;

function done(operation: Operation, { side, bytes }: Picture): Uint8Array {
  const image = bytes.slice();
  operate(operation, image, side, new Uint8Array(bytes.length));
  return image;
}

/** The fixture's digests of each operation: for each sign, at each magnitude from `first` up. */
function compareAll(pool: readonly PoolEntry[], expected: Record<string, Record<string, string[][]>>, first: number) {
  let compared = 0;
  for (const [name, digests] of Object.entries(expected)) {
    assertEquals(Object.keys(digests).sort(), pool.map((entry) => entry.name).sort());
    for (const { name: operation, value } of pool) {
      digests[operation].forEach((row, sign) =>
        row.forEach((digest, at) => {
          const drawn = value(first + at, pictures[name].side, sign === 0 ? 1 : -1);
          const image = done({ name: operation, value: drawn }, pictures[name]);
          assertEquals(sha(image), digest, `${operation} of ${drawn} on ${name}`);
          compared++;
        })
      );
    }
  }
  return compared;
}

Deno.test(`RandAugment's operations give the bytes of torchvision ${torchvision} and Pillow ${pillow}, at every magnitude`, () => {
  const compared = compareAll(RAND_AUGMENT, fixtures.randaugment, 0);
  assertEquals(compared, 4 * (9 * 31 * 2 + 2 * 31 + 3));
});

Deno.test("CSSR's pool gives the bytes of its own code, at every magnitude and sign", () => {
  const compared = compareAll(CSSR_POOL, fixtures.cssr, 1);
  assertEquals(compared, 4 * 10 * 9 * 2);
});

Deno.test("where an operation goes wrong can be seen: whole images at bin 9", () => {
  const { image, bin, bytes } = fixtures.randaugment_bytes;
  for (const { name, value } of RAND_AUGMENT) {
    const expected = decoded((bytes as Record<string, string>)[name]);
    assertEquals(done({ name, value: value(bin, 16, 1) }, pictures[image]), expected, name);
  }
});

const anyPicture = fc.record({ side: fc.constantFrom(8, 16, 32), seed: fc.nat(1000) }).map(
  ({ side, seed }): Picture => {
    const random = stream(seed, "picture");
    const [low, range] = [random.int(200), 1 + random.int(56)];
    return { side, bytes: Uint8Array.from({ length: side * side * 3 }, () => low + random.int(range)) };
  },
);
const anyOperation = fc.constantFrom(...RAND_AUGMENT).chain(({ name, value }) =>
  fc.record({ magnitude: fc.nat(30), sign: fc.constantFrom(1 as const, -1 as const) }).map(({ magnitude, sign }) => ({
    name,
    value: value(magnitude, 32, sign),
  }))
);

Deno.test("what an operation does depends on the image and its number alone, not on what is left in scratch", () => {
  fc.assert(fc.property(anyPicture, anyOperation, (picture, operation) => {
    const image = picture.bytes.slice();
    operate(operation, image, picture.side, picture.bytes.map((_, p) => p));
    assertEquals(image, done(operation, picture));
  }));
});

Deno.test("with nothing to change every operation leaves the image as it is", () => {
  const nothing = { Brightness: 1, Color: 1, Contrast: 1, Sharpness: 1, Posterize: 8, Solarize: 256 };
  const still = { Identity: 0, ShearX: 0, ShearY: 0, TranslateX: 0, TranslateY: 0, Rotate: 0 };
  fc.assert(fc.property(anyPicture, (picture) => {
    for (const [name, value] of Object.entries({ ...nothing, ...still })) {
      assertEquals(done({ name, value } as Operation, picture), picture.bytes, name);
    }
  }));
});

Deno.test("a shift brings black in and moves the rest as a whole; there and back the middle is as before", () => {
  fc.assert(fc.property(anyPicture, fc.integer({ min: -7, max: 7 }), (picture, shift) => {
    const { side, bytes } = picture;
    const moved = done({ name: "TranslateY", value: shift }, picture);
    const row = side * 3;
    for (let y = 0; y < side; y++) {
      const from = y - shift;
      const expected = from >= 0 && from < side ? bytes.subarray(from * row, (from + 1) * row) : new Uint8Array(row);
      assertEquals(moved.subarray(y * row, (y + 1) * row), expected);
    }
    const back = done({ name: "TranslateX", value: -shift }, {
      side,
      bytes: done({ name: "TranslateX", value: shift }, picture),
    });
    const kept = Math.abs(shift);
    for (let p = 0; p < bytes.length; p++) {
      const x = Math.floor(p / 3) % side;
      if (x >= kept && x < side - kept) assertEquals(back[p], bytes[p]);
    }
  }));
});

Deno.test("autocontrast and equalize keep the order of levels, and autocontrast reaches black and white", () => {
  fc.assert(
    fc.property(anyPicture, (picture) => {
      for (const name of ["AutoContrast", "Equalize"] as const) {
        const image = done({ name, value: 0 }, picture);
        for (let c = 0; c < 3; c++) {
          const channel = (of: Uint8Array) => of.filter((_, p) => p % 3 === c);
          const [before, after] = [channel(picture.bytes), channel(image)];
          const order = [...before.keys()].sort((a, b) => before[a] - before[b]);
          for (let k = 1; k < order.length; k++) assert(after[order[k]] >= after[order[k - 1]]);
          if (name === "AutoContrast" && Math.min(...before) < Math.max(...before)) {
            assertEquals(Math.min(...after), 0);
            assert(Math.max(...after) >= 254); // 255 but for a rounding error that Pillow cuts off
          }
        }
      }
    }),
    { numRuns: 20 },
  );
});
