/**
 * NumPy's `.npy` (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html): one array behind a header
 * that is a Python dictionary. Little-endian and C order only.
 */
import { arrayFrom, bytesEach, bytesOf, checkArray, type Dtype, dtypes, type NamedArray, sizeOf } from "./arrays.ts";
import { UserError } from "./user_error.ts";

const magic = "\x93NUMPY";

/**
 * The bytes of a `.npy` file, version 1.0, as NumPy writes them.
 *
 * @throws {RangeError} if the shape does not fit the data
 *
 * @example
 * ```ts
 * import { decodeNpy, encodeNpy } from "./npy.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const scores = { dtype: "F64" as const, shape: [3], data: Float64Array.of(1, 2, 3) };
 * assertEquals(decodeNpy(encodeNpy(scores), "scores.npy"), scores);
 * ```
 */
export function encodeNpy(array: NamedArray): Uint8Array {
  checkArray("array", array);
  const { dtype, shape } = array;
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const header = `{'descr': '${dtypes[dtype].numpy}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const length = Math.ceil((10 + header.length + 1) / 64) * 64; // the data begins at a multiple of 64
  const data = bytesOf(array), bytes = new Uint8Array(length + data.length);
  const text = `${magic}\x01\x00\x00\x00${header.padEnd(length - 11)}\n`;
  for (let i = 0; i < length; i++) bytes[i] = text.charCodeAt(i);
  new DataView(bytes.buffer).setUint16(8, length - 10, true);
  bytes.set(data, length);
  return bytes;
}

/**
 * Reads a `.npy` file of version 1, 2 or 3.
 *
 * @param bytes the whole file
 * @param where its path, for messages
 * @throws {UserError} if it is damaged, in Fortran order, or of a number type that is not supported: then with which
 */
export function decodeNpy(bytes: Uint8Array, where: string): NamedArray {
  const damaged = (what: string) =>
    new UserError(`${where}: ${what}. The file is damaged or not a .npy file: write it again with numpy.save.`);
  const start = String.fromCharCode(...bytes.subarray(0, 6)), [major, minor] = bytes.subarray(6, 8);
  if (start !== magic) throw damaged("does not begin with NumPy's mark");
  if (![1, 2, 3].includes(major) || minor !== 0) throw damaged(`version ${major}.${minor}, expected 1.0, 2.0 or 3.0`);
  const begin = major === 1 ? 10 : 12, view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < begin) throw damaged("cut off in the header");
  const end = begin + (major === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (end > bytes.length) throw damaged("cut off in the header");

  const header = new TextDecoder().decode(bytes.subarray(begin, end));
  const entry = (name: string, value: RegExp) =>
    new RegExp(`[{,] *'${name}' *: *(?:${value.source})`).exec(header)?.[1];
  const descr = entry("descr", /('[^']*'|\[.*\])/), fortran = entry("fortran_order", /(True|False)/);
  const tuple = entry("shape", /\(((?:\d+L?(?:, *|(?=\))))*)\)/);
  if (descr === undefined || fortran === undefined || tuple === undefined) {
    throw damaged("the header lacks descr, fortran_order or shape");
  }
  const dtype = (Object.keys(dtypes) as Dtype[]).find((name) => `'${dtypes[name].numpy}'` === descr);
  if (dtype === undefined) {
    const known = Object.values(dtypes).map(({ numpy }) => numpy).join(", ");
    throw new UserError(`${where}: dtype ${descr.slice(0, 80)}; supported are ${known}. Convert it with array.astype.`);
  }
  if (fortran === "True") {
    throw new UserError(`${where}: in Fortran order, expected C order. Save numpy.ascontiguousarray of it.`);
  }
  const shape = tuple.split(",").filter((axis) => axis.trim()).map((axis) => parseInt(axis)); // 3L in Python 2
  if (Number.isNaN(sizeOf(shape))) throw damaged(`shape (${tuple}) is larger than any file`);
  const found = bytes.length - end, expected = sizeOf(shape) * bytesEach(dtype);
  if (found !== expected) throw damaged(`${found} bytes of data, expected ${expected} for ${descr} (${tuple})`);
  return arrayFrom(dtype, shape, bytes.subarray(end));
}
