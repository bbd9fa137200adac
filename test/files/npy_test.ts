import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { decodeNpy, encodeNpy } from "../../lib/files/npy.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { anyArray, anyDamage, byHand, fixture, sameBits } from "./arrays_by_hand.ts";

/** A version 1.0 file with this header. */
function file(header: string, data: number): Uint8Array {
  const text = "\x93NUMPY\x01\x00" + String.fromCharCode(header.length & 255, header.length >> 8) + header;
  return Uint8Array.of(...Array.from(text, (c) => c.charCodeAt(0)), ...new Uint8Array(data));
}

Deno.test("encodeNpy writes what NumPy documents for version 1.0", () => {
  const bytes = encodeNpy(byHand.f4), text = String.fromCharCode(...bytes.subarray(10, 128));
  assertEquals([...bytes.subarray(0, 10)], [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]);
  assertEquals(text, "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }".padEnd(117) + "\n");
  assertEquals(bytes.length, 128 + 24);
});

Deno.test("decodeNpy reads NumPy's versions 2 and 3", async () => {
  for (const name of ["numpy_v2.npy", "numpy_v3.npy"]) assertEquals(decodeNpy(await fixture(name), name), byHand.f4);
});

Deno.test("decodeNpy takes the header's entries in any order, and long integers of Python 2", () => {
  const header = "{'shape':(2L, 1L), 'descr': '<f4','fortran_order':False}\n";
  assertEquals(decodeNpy(file(header, 8), "a.npy"), { dtype: "F32", shape: [2, 1], data: new Float32Array(2) });
});

Deno.test("any array comes back from a .npy file, bit for bit", () => {
  fc.assert(fc.property(anyArray, (array) => assert(sameBits(decodeNpy(encodeNpy(array), "a.npy"), array))));
});

Deno.test("a damaged .npy file is refused in plain words or read, never a crash", () => {
  fc.assert(fc.property(anyArray, anyDamage, (array, damage) => {
    try {
      decodeNpy(damage(encodeNpy(array)), "a.npy");
    } catch (error) {
      assert(error instanceof UserError && error.message.startsWith("a.npy: "), String(error));
    }
  }));
});

Deno.test("a .npy file that is not supported says what it is and what to do", async () => {
  const refusals: [name: string, message: string][] = [
    ["numpy_fortran.npy", "numpy_fortran.npy: in Fortran order, expected C order. Save numpy.ascontiguousarray of it."],
    ["numpy_big_endian.npy", "dtype '>f4'; supported are <f8, <f4"],
    ["numpy_structured.npy", "dtype [('a', '<f4'), ('b', '<i4')]; supported are"],
  ];
  for (const [name, message] of refusals) {
    const bytes = await fixture(name);
    assertThrows(() => decodeNpy(bytes, name), UserError, message);
  }
});

Deno.test("each damaged form of a .npy file has its message", () => {
  const header = (shape: string) => `{'descr': '<f4', 'fortran_order': False, 'shape': ${shape}, }\n`;
  const forms: [bytes: Uint8Array, message: string][] = [
    [new Uint8Array(), "does not begin with NumPy's mark"],
    [file("", 0).fill(4, 6, 7), "version 4.0"],
    [file("", 0).subarray(0, 9), "cut off in the header"],
    [file(header("(2,)"), 8).subarray(0, 40), "cut off in the header"],
    [file("{'descr': '<f4', 'shape': (2,), }", 8), "lacks descr, fortran_order or shape"],
    [file(header("(-2,)"), 8), "lacks descr, fortran_order or shape"],
    [file(header("(2,)"), 7), "7 bytes of data, expected 8"],
    [file(header("(2,)"), 9), "9 bytes of data, expected 8"],
    [file(header("(99999999, 99999999)"), 8), "shape (99999999, 99999999) is larger than any file"],
    [file(header("(1000000000,)"), 8), "8 bytes of data, expected 4000000000"],
  ];
  for (const [bytes, message] of forms) assertThrows(() => decodeNpy(bytes, "a.npy"), UserError, message);
});
