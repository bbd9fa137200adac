import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { decodeNpz, encodeNpz } from "../../lib/files/npz.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { anyArrays, anyDamage, byHand, fixture, sameBits } from "./arrays_by_hand.ts";

const arrays = new Map(Object.entries(byHand));

Deno.test("decodeNpz reads what numpy.savez and numpy.savez_compressed write", async () => {
  for (const name of ["numpy_savez.npz", "numpy_savez_compressed.npz"]) {
    assertEquals(await decodeNpz(await fixture(name), name), arrays);
  }
});

Deno.test("encodeNpz gives the same bytes for the same arrays, in any order and at any time", async () => {
  const bytes = await encodeNpz(arrays), view = new DataView(bytes.buffer, bytes.byteOffset);
  assertEquals(await encodeNpz(new Map([...arrays].reverse())), bytes);
  for (let at = 0, entries = 0; entries < arrays.size; at++) {
    if (view.getUint32(at, true) !== 0x04034b50) continue; // an entry's local header: its time is the earliest there is
    assertEquals([view.getUint16(at + 10, true), view.getUint16(at + 12, true)], [0, 0x21]);
    entries++;
  }
});

Deno.test("any arrays come back from a .npz file, bit for bit", async () => {
  await fc.assert(
    fc.asyncProperty(anyArrays, async (arrays) => {
      const back = await decodeNpz(await encodeNpz(arrays), "a.npz");
      assertEquals([...back.keys()], [...arrays.keys()].sort((a, b) => a < b ? -1 : 1));
      for (const [name, array] of arrays) assert(sameBits(back.get(name)!, array));
    }),
    { numRuns: 50, examples: [[new Map([["/a", byHand.f4], ["../b", byHand.f8], ["c.npy", byHand.i4]])]] },
  );
});

Deno.test("a damaged .npz file is refused in plain words or read, never a crash", async () => {
  const files = [
    await encodeNpz(arrays),
    await fixture("numpy_savez.npz"),
    await fixture("numpy_savez_compressed.npz"),
  ];
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...files), anyDamage, async (bytes, damage) => {
      try {
        await decodeNpz(damage(bytes), "a.npz");
      } catch (error) {
        assert(error instanceof UserError && error.message.startsWith("a.npz: "), String(error));
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("a changed number in a .npz file is found by its CRC-32", async () => {
  const bytes = await fixture("numpy_savez.npz"),
    at = bytes.findIndex((_, i) => bytes[i] === 0xa0 && bytes[i + 1] === 0x3f);
  bytes[at] ^= 1; // in 1.25 of f4
  await assertRejects(() => decodeNpz(bytes, "a.npz"), UserError, "a.npz: ");
});

Deno.test("an array that the directory calls otherwise than the archive itself is refused", async () => {
  const bytes = await encodeNpz(new Map([["a", byHand.f4]]));
  bytes[new TextDecoder("latin1").decode(bytes).lastIndexOf("a.npy")] = 98;
  await assertRejects(() => decodeNpz(bytes, "a.npz"), UserError, "a.npz: b.npy has another name in the directory");
});

Deno.test("an archive that lost entries of its directory, all or some, is not taken for a smaller one", async () => {
  const whole = await encodeNpz(new Map([["a", byHand.f4], ["b", byHand.f8]]));
  for (const count of [0, 1]) {
    const bytes = whole.slice();
    bytes[bytes.length - 12] = bytes[bytes.length - 14] = count; // of entries, in the 22 bytes of the end
    await assertRejects(() => decodeNpz(bytes, "a.npz"), UserError, "a.npz: ");
  }
  const emptied = whole.slice().fill(0, whole.length - 14);
  await assertRejects(() => decodeNpz(emptied, "a.npz"), UserError, "a.npz: ");
  assertEquals((await decodeNpz(await encodeNpz(new Map()), "a.npz")).size, 0);
});

Deno.test("an entry that claims more than it can hold is refused before anything is allocated", async () => {
  const bytes = await encodeNpz(new Map([["a", byHand.f4]])), view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let at = 0; at < bytes.length - 4; at++) {
    const signature = view.getUint32(at, true); // of an entry's local header and its record in the directory
    if (signature === 0x04034b50) view.setUint32(at + 22, 0xfffffff0, true);
    if (signature === 0x02014b50) view.setUint32(at + 24, 0xfffffff0, true);
  }
  await assertRejects(() => decodeNpz(bytes, "a.npz"), UserError, "a.npz: a.npy has a wrong size");
});

Deno.test("a .npz file of Python objects says which array has them", async () => {
  const bytes = await fixture("numpy_object.npz");
  await assertRejects(() => decodeNpz(bytes, "a.npz"), UserError, "a.npz: o.npy: dtype '|O'");
});
