/**
 * TensorFlow's C interface, as far as this engine uses it, opened through Deno's FFI. The declarations follow
 * `tensorflow/c/c_api.h`, `tf_tensor.h`, `tf_tstring.h` and `eager/c_api.h` of TensorFlow 2.21.
 */
import { libraryNames } from "./library_builds.ts";

/** `TF_Output`: an operation of a graph and the number of one of its outputs. */
const output = { struct: ["pointer", "i32"] } as const;

/** What `libtensorflow_framework` holds. */
export const frameworkSymbols = {
  TF_NewStatus: { parameters: [], result: "pointer" },
  TF_DeleteStatus: { parameters: ["pointer"], result: "void" },
  TF_GetCode: { parameters: ["pointer"], result: "i32" },
  TF_Message: { parameters: ["pointer"], result: "pointer" },
  TF_AllocateTensor: { parameters: ["i32", "buffer", "i32", "usize"], result: "pointer" },
  TF_DeleteTensor: { parameters: ["pointer"], result: "void" },
  TF_TensorData: { parameters: ["pointer"], result: "pointer" },
  TF_TensorByteSize: { parameters: ["pointer"], result: "usize" },
  TF_TensorElementCount: { parameters: ["pointer"], result: "i64" },
  TF_NewBuffer: { parameters: [], result: "pointer" },
  TF_NewBufferFromString: { parameters: ["buffer", "usize"], result: "pointer" },
  TF_DeleteBuffer: { parameters: ["pointer"], result: "void" },
} as const;

/** What `libtensorflow_cc` holds. */
export const symbols = {
  TF_Version: { parameters: [], result: "pointer" },
  TFE_NewContextOptions: { parameters: [], result: "pointer" },
  TFE_ContextOptionsSetConfig: { parameters: ["pointer", "buffer", "usize", "pointer"], result: "void" },
  TFE_DeleteContextOptions: { parameters: ["pointer"], result: "void" },
  TFE_NewContext: { parameters: ["pointer", "pointer"], result: "pointer" },
  TFE_ContextListDevices: { parameters: ["pointer", "pointer"], result: "pointer" },
  TF_DeviceListCount: { parameters: ["pointer"], result: "i32" },
  TF_DeviceListType: { parameters: ["pointer", "i32", "pointer"], result: "pointer" },
  TF_DeleteDeviceList: { parameters: ["pointer"], result: "void" },
  TFE_NewTensorHandle: { parameters: ["pointer", "pointer"], result: "pointer" },
  TFE_DeleteTensorHandle: { parameters: ["pointer"], result: "void" },
  TFE_TensorHandleResolve: { parameters: ["pointer", "pointer"], result: "pointer" },
  TFE_TensorHandleDataType: { parameters: ["pointer"], result: "i32" },
  TFE_TensorHandleNumDims: { parameters: ["pointer", "pointer"], result: "i32" },
  TFE_TensorHandleDim: { parameters: ["pointer", "i32", "pointer"], result: "i64" },
  TFE_NewOp: { parameters: ["pointer", "buffer", "pointer"], result: "pointer" },
  TFE_DeleteOp: { parameters: ["pointer"], result: "void" },
  TFE_OpAddInput: { parameters: ["pointer", "pointer", "pointer"], result: "void" },
  TFE_OpSetAttrString: { parameters: ["pointer", "buffer", "buffer", "usize"], result: "void" },
  TFE_OpSetAttrStringList: { parameters: ["pointer", "buffer", "buffer", "buffer", "i32"], result: "void" },
  TFE_OpSetAttrInt: { parameters: ["pointer", "buffer", "i64"], result: "void" },
  TFE_OpSetAttrIntList: { parameters: ["pointer", "buffer", "buffer", "i32"], result: "void" },
  TFE_OpSetAttrFloat: { parameters: ["pointer", "buffer", "f32"], result: "void" },
  TFE_OpSetAttrFloatList: { parameters: ["pointer", "buffer", "buffer", "i32"], result: "void" },
  TFE_OpSetAttrBool: { parameters: ["pointer", "buffer", "u8"], result: "void" },
  TFE_OpSetAttrBoolList: { parameters: ["pointer", "buffer", "buffer", "i32"], result: "void" },
  TFE_OpSetAttrType: { parameters: ["pointer", "buffer", "i32"], result: "void" },
  TFE_OpSetAttrTypeList: { parameters: ["pointer", "buffer", "buffer", "i32"], result: "void" },
  TFE_OpSetAttrShape: { parameters: ["pointer", "buffer", "buffer", "i32", "pointer"], result: "void" },
  TFE_Execute: { parameters: ["pointer", "buffer", "buffer", "pointer"], result: "void" },
  /** The same call on a thread of its own, so that JavaScript goes on meanwhile. */
  TFE_ExecuteOnThread: {
    name: "TFE_Execute",
    parameters: ["pointer", "buffer", "buffer", "pointer"],
    result: "void",
    nonblocking: true,
  },
  TFE_ContextAddFunction: { parameters: ["pointer", "pointer", "pointer"], result: "void" },
  TFE_ContextAddFunctionDef: { parameters: ["pointer", "buffer", "usize", "pointer"], result: "void" },
  TFE_ContextGetFunctionDef: { parameters: ["pointer", "buffer", "pointer", "pointer"], result: "void" },
  TFE_ContextGetFunction: { parameters: ["pointer", "buffer", "pointer"], result: "pointer" },
  TFE_ContextRemoveFunction: { parameters: ["pointer", "buffer", "pointer"], result: "void" },
  TF_GraphGetOpDef: { parameters: ["pointer", "buffer", "pointer", "pointer"], result: "void" },
  TF_NewGraph: { parameters: [], result: "pointer" },
  TF_DeleteGraph: { parameters: ["pointer"], result: "void" },
  TF_GraphCopyFunction: { parameters: ["pointer", "pointer", "pointer", "pointer"], result: "void" },
  TF_DeleteFunction: { parameters: ["pointer"], result: "void" },
  TF_NewOperation: { parameters: ["pointer", "buffer", "buffer"], result: "pointer" },
  TF_SetDevice: { parameters: ["pointer", "buffer"], result: "void" },
  TF_FinishOperation: { parameters: ["pointer", "pointer"], result: "pointer" },
  TF_AddInput: { parameters: ["pointer", output], result: "void" },
  TF_AddInputList: { parameters: ["pointer", "buffer", "i32"], result: "void" },
  TF_SetAttrString: { parameters: ["pointer", "buffer", "buffer", "usize"], result: "void" },
  TF_SetAttrStringList: { parameters: ["pointer", "buffer", "buffer", "buffer", "i32"], result: "void" },
  TF_SetAttrInt: { parameters: ["pointer", "buffer", "i64"], result: "void" },
  TF_SetAttrIntList: { parameters: ["pointer", "buffer", "buffer", "i32"], result: "void" },
  TF_SetAttrFloat: { parameters: ["pointer", "buffer", "f32"], result: "void" },
  TF_SetAttrFloatList: { parameters: ["pointer", "buffer", "buffer", "i32"], result: "void" },
  TF_SetAttrBool: { parameters: ["pointer", "buffer", "u8"], result: "void" },
  TF_SetAttrBoolList: { parameters: ["pointer", "buffer", "buffer", "i32"], result: "void" },
  TF_SetAttrType: { parameters: ["pointer", "buffer", "i32"], result: "void" },
  TF_SetAttrTypeList: { parameters: ["pointer", "buffer", "buffer", "i32"], result: "void" },
  TF_SetAttrFuncName: { parameters: ["pointer", "buffer", "buffer", "usize"], result: "void" },
  TF_SetAttrShapeList: { parameters: ["pointer", "buffer", "buffer", "buffer", "i32"], result: "void" },
  TF_SetAttrShape: { parameters: ["pointer", "buffer", "buffer", "i32"], result: "void" },
  TF_SetAttrTensor: { parameters: ["pointer", "buffer", "pointer", "pointer"], result: "void" },
  TF_OperationOutputType: { parameters: [output], result: "i32" },
  TF_GraphGetTensorNumDims: { parameters: ["pointer", output, "pointer"], result: "i32" },
  TF_GraphGetTensorShape: { parameters: ["pointer", output, "buffer", "i32", "pointer"], result: "void" },
  // deno-fmt-ignore
  TF_GraphToFunction: {
    parameters: ["pointer", "buffer", "u8", "i32", "buffer", "i32", "buffer", "i32", "buffer", "buffer", "pointer",
      "pointer", "pointer"],
    result: "pointer",
  },
  TF_NewSessionOptions: { parameters: [], result: "pointer" },
  TF_SetConfig: { parameters: ["pointer", "buffer", "usize", "pointer"], result: "void" },
  TF_DeleteSessionOptions: { parameters: ["pointer"], result: "void" },
  TF_NewSession: { parameters: ["pointer", "pointer", "pointer"], result: "pointer" },
  // deno-fmt-ignore
  TF_LoadSessionFromSavedModel: {
    parameters: ["pointer", "pointer", "buffer", "buffer", "i32", "pointer", "pointer", "pointer"],
    result: "pointer",
  },
  TF_GraphOperationByName: { parameters: ["pointer", "buffer"], result: "pointer" },
  // deno-fmt-ignore
  TF_SessionRun: {
    parameters: ["pointer", "pointer", "buffer", "buffer", "i32", "buffer", "buffer", "i32", "pointer", "i32",
      "pointer", "pointer"],
    result: "void",
  },
  TF_DeleteSession: { parameters: ["pointer", "pointer"], result: "void" },
  TF_StringInit: { parameters: ["pointer"], result: "void" },
  TF_StringCopy: { parameters: ["pointer", "buffer", "usize"], result: "void" },
  TF_StringDealloc: { parameters: ["pointer"], result: "void" },
  TF_StringGetDataPointer: { parameters: ["pointer"], result: "pointer" },
  TF_StringGetSize: { parameters: ["pointer"], result: "usize" },
} as const;

/** Bytes that the FFI takes as a buffer. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** A pointer into TensorFlow that is not null. */
export type Pointer = Deno.PointerObject;

/** TensorFlow's numbers for the element types that are used here (`TF_DataType`). */
export const DataType = {
  float32: 1,
  int32: 3,
  uint8: 4,
  string: 7,
  complex64: 8,
  int64: 9,
  bool: 10,
  resource: 20,
  variant: 21,
} as const;

/** The functions of both libraries, and the helpers that every caller needs. */
export type TensorFlow = Functions<typeof symbols> & Functions<typeof frameworkSymbols> & Helpers;

/** The functions that a library declares. */
export type Functions<S extends Deno.ForeignLibraryInterface> = Deno.DynamicLibrary<S>["symbols"];

/** What every caller of TensorFlow's functions needs. */
export interface Helpers {
  /** The status that synchronous calls report to. */
  readonly status: Pointer;
  /** Another status; the caller deletes it. */
  newStatus(): Pointer;
  /**
   * Turns the failure that a call reported into an error.
   *
   * @param what the operation, with its inputs' shapes
   * @param reported default: {@linkcode Helpers.status}
   */
  check(what: string | (() => string), reported?: Pointer): void;
  /** TensorFlow's version. */
  version(): string;
}

/**
 * Opens the two libraries in a folder.
 *
 * @param directory holds `libtensorflow_cc` and `libtensorflow_framework`
 * @throws {Error} the linker's message, if they cannot be opened
 */
export function openTensorFlow(directory: string): TensorFlow {
  // cc first: its RUNPATH finds the framework library beside it
  const [cc, base] = libraryNames();
  const { symbols: c } = Deno.dlopen(`${directory}/${cc}`, symbols);
  const { symbols: framework } = Deno.dlopen(`${directory}/${base}`, frameworkSymbols);
  const status = framework.TF_NewStatus() as Pointer;
  return {
    ...framework,
    ...c,
    status,
    newStatus: () => framework.TF_NewStatus() as Pointer,
    check(what: string | (() => string), reported: Pointer = status): void {
      if (framework.TF_GetCode(reported) === 0) return;
      const message = text(framework.TF_Message(reported));
      throw new Error(`${typeof what === "string" ? what : what()}: ${message}`);
    },
    version: () => text(c.TF_Version()),
  };
}

/** Reads a C string. */
export function text(pointer: Deno.PointerValue): string {
  return pointer === null ? "" : new Deno.UnsafePointerView(pointer).getCString();
}

const encoder = new TextEncoder();
const names = new Map<string, Bytes>();

/** The name of an operation or attribute as a C string; kept, for there are few and each is used often. */
export function cName(name: string): Bytes {
  let bytes = names.get(name);
  if (bytes === undefined) {
    bytes = encoder.encode(name + "\0");
    names.set(name, bytes);
  }
  return bytes;
}
