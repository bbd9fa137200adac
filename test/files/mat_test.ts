import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import fc from "fast-check";
import { decodeMat } from "../../lib/files/mat.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { anyDamage, fixture } from "./arrays_by_hand.ts";

const MOST = 1 << 20;
const message = (bytes: Uint8Array, most = MOST) =>
  assertThrows(() => decodeMat(bytes, "a.mat", most), UserError).message;

Deno.test("decodeMat reads what SciPy writes, compressed or not, in column order", async () => {
  for (const [name, kind] of [["scipy_svhn.mat", Uint8Array], ["scipy_svhn_plain.mat", Float64Array]] as const) {
    const arrays = decodeMat(await fixture(name), name, MOST);
    assertEquals([...arrays.keys()], ["X", "y"]);
    const { shape, data } = arrays.get("X")!;
    assertEquals([shape, data.length], [[32, 32, 3, 2], 6144]);
    for (const [row, column, channel, n] of [[0, 0, 0, 0], [5, 0, 0, 0], [0, 5, 0, 0], [31, 30, 2, 1]]) {
      assertEquals(
        data[row + 32 * (column + 32 * (channel + 3 * n))],
        (7 * row + 3 * column + 50 * channel + 11 * n) % 256,
      );
    }
    const y = arrays.get("y")!;
    assertEquals([y.shape, [...y.data], y.data instanceof kind], [[2, 1], [10, 3], true]);
  }
});

Deno.test("decodeMat reads every type of number", async () => {
  const arrays = decodeMat(await fixture("scipy_numbers.mat"), "a.mat", MOST);
  const kinds = { i1: Int8Array, u2: Uint16Array, i2: Int16Array, u4: Uint32Array, i4: Int32Array, f4: Float32Array };
  for (const [name, kind] of Object.entries({ ...kinds, f8: Float64Array })) {
    const { shape, data } = arrays.get(name)!;
    assertEquals([shape, [...data], data instanceof kind], [[1, 2, 3], [0, 3, 1, 4, 2, 5], true], name);
  }
});

Deno.test("what is no full real array, or of another version, is refused with what to do", async () => {
  assertMatch(message(await fixture("scipy_complex.mat")), /^a\.mat: holds z, which is no array of real numbers\./);
  assertMatch(message(await fixture("scipy_struct.mat")), /^a\.mat: holds s, which is no array of real numbers\./);
  assertMatch(message(await fixture("scipy_v4.mat")), /^a\.mat: no little-endian MATLAB file of level 5\. Save it/);
  const bytes = await fixture("scipy_svhn.mat");
  const new73 = bytes.slice();
  new73.set(new TextEncoder().encode("MATLAB 7.3 MAT-file"));
  assertMatch(message(new73), /^a\.mat: a MATLAB file of version 7\.3, which is HDF5\. Save it in MATLAB with/);
  assertMatch(message(bytes.subarray(0, 100)), /^a\.mat: no little-endian MATLAB file/);
  assertMatch(message(bytes.subarray(0, bytes.length - 9)), /^a\.mat: (is cut off|cannot be unpacked)/);
  assertMatch(message(bytes, 1000), /^a\.mat: cannot be unpacked .*\. The file is damaged: get it again\.$/);
});

Deno.test("a damaged MATLAB file is refused in plain words or read, never a crash", async () => {
  const files = await Promise.all(["scipy_svhn.mat", "scipy_svhn_plain.mat", "scipy_numbers.mat"].map(fixture));
  fc.assert(
    fc.property(fc.constantFrom(...files), anyDamage, (bytes, damage) => {
      try {
        decodeMat(damage(bytes), "a.mat", MOST);
      } catch (error) {
        assert(error instanceof UserError && error.message.startsWith("a.mat: "), String(error));
      }
    }),
    { numRuns: 300 },
  );
});
