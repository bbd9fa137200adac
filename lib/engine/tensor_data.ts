/**
 * Moves values between JavaScript and TensorFlow's tensors: typed arrays as they are, strings as arrays of bytes.
 */
import { type Bytes, DataType, type Pointer, type TensorFlow } from "./c_api.ts";

/** Values of a tensor in JavaScript; strings are arrays of UTF-8 (or any other) bytes. */
export type Values = Float32Array | Int32Array | Uint8Array | BigInt64Array | Uint8Array[];

/** `sizeof(TF_TString)`. */
const STRING_BYTES = 24;

const typeNames = new Map<number, string>(Object.entries(DataType).map(([name, number]) => [number, name]));

/** The name of an element type, for messages. */
export function typeName(dtype: number): string {
  return typeNames.get(dtype) ?? `type ${dtype}`;
}

const expectedArray: Record<number, [new () => Values, number]> = {
  [DataType.float32]: [Float32Array, 1],
  [DataType.complex64]: [Float32Array, 2],
  [DataType.int32]: [Int32Array, 1],
  [DataType.int64]: [Int32Array, 2], // tfjs has no 64-bit type: low and high half
  [DataType.bool]: [Uint8Array, 1],
  [DataType.uint8]: [Uint8Array, 1],
};

/** Bytes of a typed array, shared. */
function bytesOf(values: ArrayBufferView): Bytes {
  return new Uint8Array(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength);
}

/**
 * Makes a `TF_Tensor` that holds a copy of the values. The caller deletes it, of a string tensor by
 * {@linkcode deleteStrings} first.
 *
 * @throws {TypeError} if the array is of another type or length than `dtype` and `shape` say
 */
export function newTensor(tensorflow: TensorFlow, shape: number[], dtype: number, values: Values): Pointer {
  const count = shape.reduce((a, b) => a * b, 1);
  const dims = BigInt64Array.from(shape, (n) => BigInt(n));
  if (dtype === DataType.string) return newStrings(tensorflow, dims, count, values as Uint8Array[]);
  const expected = expectedArray[dtype];
  if (expected === undefined) throw new TypeError(`cannot make a tensor of ${typeName(dtype)}`);
  const [type, width] = expected;
  if (!(values instanceof type)) {
    throw new TypeError(`Tensor type does not match: ${typeName(dtype)} needs a ${type.name}`);
  }
  if (values.length !== count * width) {
    throw new TypeError(
      `Shape does not match typed-array: [${shape}] of ${typeName(dtype)} needs ${count * width} numbers, ` +
        `got ${values.length}`,
    );
  }
  const bytes = bytesOf(values as Float32Array);
  const tensor = tensorflow.TF_AllocateTensor(dtype, dims, dims.length, BigInt(bytes.length));
  if (tensor === null) throw new RangeError(`no memory for a tensor of ${bytes.length} bytes`);
  if (bytes.length > 0) {
    new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(tensorflow.TF_TensorData(tensor)!, bytes.length)).set(bytes);
  }
  return tensor;
}

function newStrings(tensorflow: TensorFlow, dims: BigInt64Array<ArrayBuffer>, count: number, values: Uint8Array[]) {
  if (!Array.isArray(values) || values.length !== count) {
    throw new TypeError(`Shape does not match: [${dims}] strings need an array of ${count} byte arrays`);
  }
  for (const value of values) {
    if (!(value instanceof Uint8Array)) throw new TypeError("Unsupported array type - expecting Uint8Array");
  }
  const tensor = tensorflow.TF_AllocateTensor(DataType.string, dims, dims.length, BigInt(count * STRING_BYTES));
  if (tensor === null) throw new RangeError(`no memory for a tensor of ${count} strings`);
  eachString(tensorflow, tensor, count, (string, i) => {
    tensorflow.TF_StringInit(string);
    tensorflow.TF_StringCopy(string, bytesOf(values[i]), BigInt(values[i].length));
  });
  return tensor;
}

/** Frees the strings of a tensor that {@linkcode newTensor} made; the tensor itself stays to be deleted. */
export function deleteStrings(tensorflow: TensorFlow, tensor: Pointer, count: number): void {
  eachString(tensorflow, tensor, count, (string) => tensorflow.TF_StringDealloc(string));
}

function eachString(tensorflow: TensorFlow, tensor: Pointer, count: number, visit: (s: Pointer, i: number) => void) {
  if (count === 0) return;
  const data = tensorflow.TF_TensorData(tensor)!;
  for (let i = 0; i < count; i++) visit(Deno.UnsafePointer.offset(data, i * STRING_BYTES)!, i);
}

/** Copies a tensor's values out. The tensor stays the caller's. */
export function readTensor(tensorflow: TensorFlow, tensor: Pointer, dtype: number): Values {
  if (dtype === DataType.string) {
    const values: Uint8Array[] = [];
    eachString(tensorflow, tensor, Number(tensorflow.TF_TensorElementCount(tensor)), (string) => {
      const bytes = new Uint8Array(Number(tensorflow.TF_StringGetSize(string)));
      if (bytes.length > 0) {
        Deno.UnsafePointerView.copyInto(tensorflow.TF_StringGetDataPointer(string)!, bytes);
      }
      values.push(bytes);
    });
    return values;
  }
  const data = new ArrayBuffer(Number(tensorflow.TF_TensorByteSize(tensor)));
  if (data.byteLength > 0) {
    Deno.UnsafePointerView.copyInto(tensorflow.TF_TensorData(tensor)!, new Uint8Array(data));
  }
  switch (dtype) {
    case DataType.float32:
    case DataType.complex64:
      return new Float32Array(data);
    case DataType.int32:
      return new Int32Array(data);
    case DataType.int64:
      return new BigInt64Array(data);
    case DataType.bool:
    case DataType.uint8:
    case DataType.resource:
      return new Uint8Array(data);
    default:
      throw new TypeError(`cannot read a tensor of ${typeName(dtype)}`);
  }
}
