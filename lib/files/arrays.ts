/** Arrays with a shape, as safetensors and NumPy files hold them: C order (last axis fastest), little-endian. */

/** Number types by their safetensors names, with the typed array that holds them and NumPy's name. */
export const dtypes = {
  F64: { array: Float64Array, numpy: "<f8" },
  F32: { array: Float32Array, numpy: "<f4" },
  I64: { array: BigInt64Array, numpy: "<i8" },
  I32: { array: Int32Array, numpy: "<i4" },
  I16: { array: Int16Array, numpy: "<i2" },
  U16: { array: Uint16Array, numpy: "<u2" },
  U8: { array: Uint8Array, numpy: "|u1" },
  BOOL: { array: Uint8Array, numpy: "|b1" },
} as const;

/** Name of a number type. */
export type Dtype = keyof typeof dtypes;

/** The typed arrays that hold them; `BOOL` is one byte a value, 0 or 1. */
export type TypedArray =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | Int32Array
  | Int16Array
  | Uint16Array
  | Uint8Array;

/** An array of a file. */
export interface NamedArray {
  /** Number type of `data`. */
  dtype: Dtype;
  /** Size of each axis, the last varies fastest; `[]` is a single number. */
  shape: number[];
  /** The numbers. */
  data: TypedArray;
}

/**
 * Number of elements of a shape.
 *
 * @returns `NaN` if an axis is not a whole number from 0, or the product is beyond exact numbers
 */
export function sizeOf(shape: readonly unknown[]): number {
  let size = 1;
  for (const axis of shape) size *= Number.isSafeInteger(axis) && axis as number >= 0 ? axis as number : NaN;
  return size <= Number.MAX_SAFE_INTEGER ? size : NaN;
}

/** Size of one element in bytes. */
export function bytesEach(dtype: Dtype): number {
  return dtypes[dtype].array.BYTES_PER_ELEMENT;
}

/** The bytes of an array, not copied. */
export function bytesOf({ data }: NamedArray): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** Copies bytes into an array; the caller has checked their number. */
export function arrayFrom(dtype: Dtype, shape: number[], bytes: Uint8Array): NamedArray {
  return { dtype, shape, data: new dtypes[dtype].array(bytes.slice().buffer) };
}

/**
 * Checks that an array is what it says, before it is written.
 *
 * @throws {RangeError} if the shape does not fit the data, or the dtype its typed array
 */
export function checkArray(name: string, { dtype, shape, data }: NamedArray): void {
  if (!(data instanceof dtypes[dtype].array)) throw new RangeError(`${name}: ${dtype} does not fit its typed array`);
  if (sizeOf(shape) !== data.length) throw new RangeError(`${name}: ${data.length} numbers for shape [${shape}]`);
}
