import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  decodeSafetensors,
  encodeSafetensors,
  openSealedSafetensors,
  type Safetensors,
  sealSafetensors,
} from "../../lib/files/safetensors.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { anyArrays, anyDamage, byHand, fixture, sameBits } from "./arrays_by_hand.ts";

function joined(parts: Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (bytes.set(part, at), at + part.length), 0);
  return bytes;
}

/** A file with this header and so many bytes of data. */
function file(header: unknown, data: number): Uint8Array {
  const json = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header));
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(json.length), true);
  return joined([length, json, new Uint8Array(data)]);
}

const anyMetadata = fc.dictionary(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), { maxKeys: 3 });

/** Whether the damaged file is refused in plain words, or harmlessly read. Anything else is a failure of the test. */
function refused(read: () => unknown): boolean {
  try {
    read();
    return false;
  } catch (error) {
    assert(error instanceof UserError && error.message.startsWith("a.safetensors: "), String(error));
    return true;
  }
}

Deno.test("decodeSafetensors reads a file of the Python package", async () => {
  const { arrays, metadata } = decodeSafetensors(await fixture("python.safetensors"), "python.safetensors");
  const { scalar: _, ...expected } = byHand;
  assertEquals(arrays, new Map(Object.entries(expected)));
  assertEquals(metadata, { a: "1", b: "ü" });
});

Deno.test("encodeSafetensors does not depend on the order of arrays and metadata, and pads the header to 8 bytes", () => {
  const one = encodeSafetensors(new Map(Object.entries(byHand)), { b: "2", a: "1" });
  const other = encodeSafetensors(new Map(Object.entries(byHand).reverse()), { a: "1", b: "2" });
  assertEquals(joined(one), joined(other));
  assertEquals(one[0].length % 8, 0);
});

Deno.test("encodeSafetensors refuses a shape that does not fit its data", () => {
  const wrong = { dtype: "F32" as const, shape: [3], data: new Float32Array(2) };
  assertThrows(() => encodeSafetensors(new Map([["a", wrong]])), RangeError, "a: 2 numbers for shape [3]");
});

Deno.test("any arrays and metadata come back from a safetensors file, bit for bit", () => {
  fc.assert(fc.property(anyArrays, anyMetadata, (arrays, metadata) => {
    fc.pre(!arrays.has("__metadata__"));
    for (const sealed of [false, true]) {
      const bytes = joined((sealed ? sealSafetensors : encodeSafetensors)(arrays, metadata));
      const back: Safetensors = (sealed ? openSealedSafetensors : decodeSafetensors)(bytes, "a.safetensors");
      assertEquals([...back.arrays.keys()].sort(), [...arrays.keys()].sort());
      for (const [name, array] of arrays) assert(sameBits(back.arrays.get(name)!, array));
      assertEquals(new Map(Object.entries(back.metadata)), new Map(Object.entries(metadata)));
    }
  }));
});

Deno.test("a damaged safetensors file is refused in plain words or read, never a crash; a sealed one is refused", () => {
  fc.assert(fc.property(anyArrays, anyMetadata, anyDamage, (arrays, metadata, damage) => {
    fc.pre(!arrays.has("__metadata__"));
    const bytes = joined(encodeSafetensors(arrays, metadata)), sealed = joined(sealSafetensors(arrays, metadata));
    refused(() => decodeSafetensors(damage(bytes), "a.safetensors"));
    const damaged = damage(sealed);
    if (damaged.join() !== sealed.join()) assert(refused(() => openSealedSafetensors(damaged, "a.safetensors")));
  }));
});

Deno.test("each flipped bit of a sealed file is found, in header and data", () => {
  const bytes = joined(sealSafetensors(new Map([["w", byHand.f4], ["n", byHand.i8]]), { step: "7" }));
  openSealedSafetensors(bytes, "a.safetensors");
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    bytes[bit >> 3] ^= 1 << (bit & 7);
    assert(refused(() => openSealedSafetensors(bytes, "a.safetensors")), `bit ${bit}`);
    bytes[bit >> 3] ^= 1 << (bit & 7);
  }
});

Deno.test("a seal covers names, shapes and metadata too", () => {
  const seals = [
    sealSafetensors(new Map([["w", byHand.f4]]), { step: "7" }),
    sealSafetensors(new Map([["v", byHand.f4]]), { step: "7" }),
    sealSafetensors(new Map([["w", { ...byHand.f4, shape: [3, 2] }]]), { step: "7" }),
    sealSafetensors(new Map([["w", byHand.f4]]), { step: "8" }),
  ].map((parts) => decodeSafetensors(joined(parts), "a").metadata.sha256);
  assertEquals(new Set(seals).size, 4);
  assertNotEquals(seals[0], "0".repeat(64));
});

Deno.test("each damaged form of a safetensors file has its message", () => {
  const w = (entry: Record<string, unknown>) => ({ w: { dtype: "F32", shape: [2], data_offsets: [0, 8], ...entry } });
  const forms: [bytes: Uint8Array, message: string][] = [
    [new Uint8Array(7), "7 bytes, too short"],
    [new Uint8Array(8).fill(255), "header of 18446744073709552000 bytes in 8"],
    [file(w({}), 8).subarray(0, 30), "header of"],
    [file("[]", 0), "no JSON object"],
    [file("{", 0), "no JSON object"],
    [file("{}\xff", 0), "no JSON object"],
    [file({ __metadata__: { a: 1 } }, 0), "metadata that is not text"],
    [file({ w: 3 }, 0), '"w" has no dtype, shape and data_offsets'],
    [file(w({ shape: [-2] }), 8), '"w" has no dtype'],
    [file(w({ shape: [1.5] }), 8), '"w" has no dtype'],
    [file(w({ shape: [2 ** 40, 2 ** 40] }), 8), '"w" has no dtype'],
    [file(w({ data_offsets: [8, 0] }), 8), '"w" has no dtype'],
    [file(w({ data_offsets: [0, 8, 9] }), 8), '"w" has no dtype'],
    [file(w({ dtype: "F8_E4M3" }), 8), '"w" has dtype F8_E4M3; supported are F64, F32'],
    [file(w({ dtype: "constructor" }), 8), '"w" has dtype constructor'],
    [file(w({ data_offsets: [4, 12] }), 12), '"w" lies at 4 to 12, expected from 0'],
    [file(w({}), 4), '"w" lies at 0 to 8, expected from 0, at most to 4'],
    [file(w({ shape: [2 ** 50] }), 8), '"w" has 8 bytes for F32 [1125899906842624]'],
    [
      file({ ...w({}), v: { dtype: "U8", shape: [2], data_offsets: [7, 9] } }, 9),
      '"v" lies at 7 to 9, expected from 8',
    ],
    [file(w({}), 9), "9 bytes of data, expected 8"],
  ];
  for (const [bytes, message] of forms) {
    const error = assertThrows(() => decodeSafetensors(bytes, "a.safetensors"), UserError, message);
    assert(error.message.startsWith("a.safetensors: "));
  }
  assertThrows(() => openSealedSafetensors(file(w({}), 8), "a"), UserError, "a: has no seal");
});
