/**
 * MATLAB's level 5 files (https://www.mathworks.com/help/pdf_doc/matlab/matfile_format.pdf), as far as data sets need them:
 * full arrays of real numbers, compressed or not, little-endian.
 *
 *     128 bytes  text, then version 0x0100 and "IM"
 *     elements   type and length, 4 bytes each, or both in 4 bytes with up to 4 bytes of data; then data, padded to 8 bytes
 *
 * A reader of our own, because the packages at hand turn each array into nested lists, which for SVHN's 225 million numbers
 * do not fit into memory.
 */
import { inflateSync } from "node:zlib";
import { UserError } from "./user_error.ts";

/** An array of a file; the first axis varies fastest. */
export interface MatArray {
  /** Size of each axis, at least two. */
  shape: number[];
  /** The numbers, in the type in which they are stored. */
  data: Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array;
}

/** Stored types of numbers by their number in the format. */
const NUMBERS = new Map<number, new (buffer: ArrayBuffer) => MatArray["data"]>([
  [1, Int8Array],
  [2, Uint8Array],
  [3, Int16Array],
  [4, Uint16Array],
  [5, Int32Array],
  [6, Uint32Array],
  [7, Float32Array],
  [9, Float64Array],
]);
const MATRIX = 14;
const COMPRESSED = 15;

/** An element: its type and its data. */
interface Element {
  type: number;
  data: Uint8Array;
}

/**
 * Reads all arrays of a file.
 *
 * @param bytes the whole file
 * @param where its path, for messages
 * @param most no array may have more bytes unpacked
 * @throws {UserError} if it is cut off, damaged, of another version, or holds something else than full real arrays
 */
export function decodeMat(bytes: Uint8Array, where: string, most: number): Map<string, MatArray> {
  const damaged = (what: string) => new UserError(`${where}: ${what}. The file is damaged: get it again.`);
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, 116));
  if (text.startsWith("MATLAB 7.3") || bytes[0] === 0x89) {
    throw new UserError(
      `${where}: a MATLAB file of version 7.3, which is HDF5. Save it in MATLAB with the option -v7.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 128 || view.getUint16(124, true) !== 0x0100 || view.getUint16(126, true) !== 0x4d49) {
    throw new UserError(`${where}: no little-endian MATLAB file of level 5. Save it in MATLAB with the option -v7.`);
  }
  const arrays = new Map<string, MatArray>();
  for (const element of elementsOf(bytes.subarray(128), damaged)) {
    const [matrix, ...more] = element.type === COMPRESSED
      ? elementsOf(inflated(element.data, most, damaged), damaged)
      : [element];
    if (matrix?.type !== MATRIX || more.length > 0) throw damaged(`holds an element of type ${matrix?.type}, no array`);
    const { name, array } = arrayOf(matrix.data, damaged);
    if (arrays.has(name)) throw damaged(`holds ${name} twice`);
    arrays.set(name, array);
  }
  return arrays;
}

function inflated(data: Uint8Array, most: number, damaged: (what: string) => UserError): Uint8Array {
  try {
    const { buffer, byteOffset, length } = inflateSync(data, { maxOutputLength: most });
    return new Uint8Array(buffer, byteOffset, length); // of a Buffer a slice would be no copy
  } catch (error) {
    throw damaged(`cannot be unpacked (${error instanceof Error ? error.message : error})`);
  }
}

function elementsOf(bytes: Uint8Array, damaged: (what: string) => UserError): Element[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const elements: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    if (at + 8 > bytes.length) throw damaged("is cut off in the tag of an element");
    const first = view.getUint32(at, true);
    const small = first >>> 16; // a length here says that the data are in the tag
    const type = small > 0 ? first & 0xffff : first;
    const length = small > 0 ? small : view.getUint32(at + 4, true);
    const from = at + (small > 0 ? 4 : 8);
    if (small > 4 || from + length > bytes.length) throw damaged(`is cut off: an element of ${length} bytes at ${at}`);
    elements.push({ type, data: bytes.subarray(from, from + length) });
    // compressed data are not padded
    at = small > 0 ? at + 8 : from + (type === COMPRESSED ? length : Math.ceil(length / 8) * 8);
  }
  return elements;
}

/** Classes of arrays: 6 to 13 are numbers, double to uint32. */
const isNumeric = (flags: number) => (flags & 0xff) >= 6 && (flags & 0xff) <= 13;
const COMPLEX = 0x0800;

function arrayOf(bytes: Uint8Array, damaged: (what: string) => UserError): { name: string; array: MatArray } {
  const [flags, dimensions, name, real] = elementsOf(bytes, damaged);
  if (real === undefined || flags.data.length !== 8 || dimensions.data.length % 4 !== 0) {
    throw damaged("holds an array without flags, dimensions, name or numbers");
  }
  const title = new TextDecoder("latin1").decode(name.data);
  const [kind] = new Uint32Array(flags.data.slice().buffer);
  if (!isNumeric(kind) || (kind & COMPLEX) !== 0) throw damaged(`holds ${title}, which is no array of real numbers`);
  const shape = [...new Int32Array(dimensions.data.slice().buffer)];
  const numbers = NUMBERS.get(real.type);
  if (numbers === undefined) throw damaged(`holds ${title} with numbers of type ${real.type}`);
  const size = shape.reduce((product, n) => product * n, 1);
  const each = new numbers(new ArrayBuffer(0)).BYTES_PER_ELEMENT;
  if (shape.some((n) => n < 0) || real.data.length !== size * each) {
    throw damaged(`holds ${title} with ${real.data.length} bytes for [${shape.join(", ")}]`);
  }
  return { name: title, array: { shape, data: new numbers(real.data.slice().buffer as ArrayBuffer) } };
}
