/** What the files in `fixtures/` hold (see `fixtures/make.py`), random arrays, and random damage. */
import fc from "fast-check";
import { type Dtype, dtypes, type NamedArray, sizeOf } from "../../lib/files/arrays.ts";

/** The arrays of `fixtures/make.py`, by name. */
export const byHand: Record<string, NamedArray> = {
  f4: { dtype: "F32", shape: [2, 3], data: Float32Array.of(0, 0.25, 0.5, 0.75, 1, 1.25) },
  f8: { dtype: "F64", shape: [3], data: Float64Array.of(Math.PI, -0, Infinity) },
  i4: { dtype: "I32", shape: [2, 1], data: Int32Array.of(-1, 2147483647) },
  i8: { dtype: "I64", shape: [2], data: BigInt64Array.of(-(2n ** 63n), 2n ** 53n + 1n) },
  u1: { dtype: "U8", shape: [2], data: Uint8Array.of(0, 255) },
  i2: { dtype: "I16", shape: [1], data: Int16Array.of(-32768) },
  u2: { dtype: "U16", shape: [1], data: Uint16Array.of(65535) },
  b1: { dtype: "BOOL", shape: [2], data: Uint8Array.of(1, 0) },
  scalar: { dtype: "F64", shape: [], data: Float64Array.of(2.5) },
  empty: { dtype: "F32", shape: [0, 4], data: new Float32Array() },
};

/** The bytes of a file in `fixtures/`. */
export function fixture(name: string): Promise<Uint8Array> {
  return Deno.readFile(new URL(`fixtures/${name}`, import.meta.url));
}

/** Any array: every dtype, up to three axes, any bits. */
export const anyArray: fc.Arbitrary<NamedArray> = fc
  .tuple(fc.constantFrom(...Object.keys(dtypes) as Dtype[]), fc.array(fc.nat(4), { maxLength: 3 }))
  .chain(([dtype, shape]) => {
    const length = sizeOf(shape) * dtypes[dtype].array.BYTES_PER_ELEMENT;
    return fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => ({
      dtype,
      shape,
      data: new dtypes[dtype].array(bytes.slice().buffer),
    }));
  });

/** Any arrays by name. */
export const anyArrays: fc.Arbitrary<Map<string, NamedArray>> = fc
  .dictionary(fc.string({ unit: "grapheme", minLength: 1 }), anyArray, { maxKeys: 5 })
  .map((arrays) => new Map(Object.entries(arrays)));

/** Damage to a file: changed, cut off, lengthened, or with a part taken out. */
export type Damage = (bytes: Uint8Array) => Uint8Array;

/** Any damage. */
export const anyDamage: fc.Arbitrary<Damage> = fc.oneof(
  fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }).map((changes): Damage => (bytes) => {
    const changed = bytes.slice();
    for (const [at, value] of changes) changed[at % bytes.length] = value;
    return changed;
  }),
  fc.nat().map((length): Damage => (bytes) => bytes.slice(0, length % bytes.length)),
  fc.uint8Array({ minLength: 1, maxLength: 9 }).map((more): Damage => (bytes) => Uint8Array.of(...bytes, ...more)),
  fc.tuple(fc.nat(), fc.nat(20)).map(([at, length]): Damage => (bytes) => {
    const from = at % bytes.length;
    return Uint8Array.of(...bytes.subarray(0, from), ...bytes.subarray(from + length + 1));
  }),
);

/** Equal in dtype, shape and every bit, NaN's included. */
export function sameBits(a: NamedArray, b: NamedArray): boolean {
  const bits = ({ data }: NamedArray) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return a.dtype === b.dtype && a.shape.join() === b.shape.join() && bits(a).join() === bits(b).join();
}
