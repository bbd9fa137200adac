/** Operations that run at once, and tensors that have values: the path of a call outside of traced functions. */
import { type Attribute, attributeSetter, typeAttribute } from "./attributes.ts";
import { cName, DataType, type Pointer, type TensorFlow } from "./c_api.ts";
import { deleteStrings, newTensor, readTensor, type Values } from "./tensor_data.ts";
import type { TensorMetadata, TensorTable } from "./tensor_table.ts";
import { describe, type ShapeAndType } from "./trace.ts";

/** What runs at once. */
export interface Eager {
  /** Shape and type of a tensor. */
  metadata(handle: Pointer): ShapeAndType;
  /** Runs an operation, or a traced function by its name. */
  execute(name: string, attributes: Attribute[], inputs: Pointer[], outputs: number): TensorMetadata[];
  /** The same on another thread, which keeps the inputs until it is done. */
  executeOnThread(name: string, attributes: Attribute[], inputs: Pointer[], outputs: number): Promise<TensorMetadata[]>;
  /** Makes a tensor of a copy of the values. */
  create(shape: number[], dtype: number, values: Values): Pointer;
  /** Copies a tensor's values out. */
  read(handle: Pointer): Values;
  /** Lends the values of a tensor, a `TF_Tensor`, to `use`. */
  withValues<T>(handle: Pointer, use: (resolved: Pointer) => T): T;
}

/** The shape of a tensor that has values. */
export function shapeOf(t: TensorFlow, handle: Pointer): number[] {
  const rank = t.TFE_TensorHandleNumDims(handle, t.status);
  const shape = new Array<number>(rank);
  for (let i = 0; i < rank; i++) shape[i] = Number(t.TFE_TensorHandleDim(handle, i, t.status));
  return shape;
}

/**
 * Operations in a context.
 *
 * @param table gets the results
 */
export function eagerOperations(t: TensorFlow, context: Pointer, table: TensorTable): Eager {
  const setAttribute = attributeSetter(t, "TFE_Op");
  /** Where TensorFlow writes the results of operations that have few; those with more get an array of their own. */
  const fewResults = new BigUint64Array(16);
  const resultCount = new Int32Array(1);

  const metadata = (handle: Pointer) => ({ shape: shapeOf(t, handle), dtype: t.TFE_TensorHandleDataType(handle) });

  /** Adds the handles that TensorFlow wrote to `pointers`. */
  function collect(pointers: BigUint64Array, count: number): TensorMetadata[] {
    const made = new Array<TensorMetadata>(count);
    for (let i = 0; i < count; i++) {
      const handle = Deno.UnsafePointer.create(pointers[i])!;
      made[i] = { id: table.add(handle), ...metadata(handle) };
    }
    return made;
  }

  /** Makes an operation that is ready to run; the caller deletes it. */
  function newOperation(name: string, attributes: Attribute[], inputs: Pointer[]): Pointer {
    const operation = t.TFE_NewOp(context, cName(name), t.status);
    t.check(name);
    try {
      for (const input of inputs) {
        t.TFE_OpAddInput(operation, input, t.status);
        t.check(() => describe(name, inputs.map(metadata)));
      }
      for (const attribute of attributes) setAttribute(operation!, attribute);
      return operation!;
    } catch (error) {
      t.TFE_DeleteOp(operation);
      throw error;
    }
  }

  function execute(name: string, attributes: Attribute[], inputs: Pointer[], outputs: number): TensorMetadata[] {
    const pointers = outputs <= fewResults.length ? fewResults : new BigUint64Array(outputs);
    const operation = newOperation(name, attributes, inputs);
    resultCount[0] = outputs;
    t.TFE_Execute(operation, pointers, resultCount, t.status);
    t.TFE_DeleteOp(operation);
    t.check(() => describe(name, inputs.map(metadata)));
    return collect(pointers, resultCount[0]);
  }

  function withValues<T>(handle: Pointer, use: (resolved: Pointer) => T): T {
    const resolved = t.TFE_TensorHandleResolve(handle, t.status);
    t.check("reading a tensor");
    try {
      return use(resolved!);
    } finally {
      t.TF_DeleteTensor(resolved);
    }
  }

  return {
    metadata,
    execute,
    withValues,

    async executeOnThread(name: string, attributes: Attribute[], inputs: Pointer[], outputs: number) {
      const operation = newOperation(name, attributes, inputs);
      const pointers = new BigUint64Array(outputs);
      const count = Int32Array.of(outputs);
      const status = t.newStatus();
      try {
        await t.TFE_ExecuteOnThread(operation, pointers, count, status);
        t.check(name, status);
      } finally {
        t.TFE_DeleteOp(operation);
        t.TF_DeleteStatus(status);
      }
      return collect(pointers, outputs);
    },

    create(shape: number[], dtype: number, values: Values): Pointer {
      const made = newTensor(t, shape, dtype, values);
      const shared = t.TFE_NewTensorHandle(made, t.status);
      try {
        t.check("createTensor");
        if (dtype !== DataType.string) return shared!;
        // TensorFlow frees strings of its own tensors only: let it make a copy, and free ours
        const [copy] = execute("DeepCopy", [typeAttribute(dtype)], [shared!], 1);
        return table.take(copy.id) as Pointer;
      } finally {
        if (dtype === DataType.string) {
          if (shared !== null) t.TFE_DeleteTensorHandle(shared);
          deleteStrings(t, made, values.length);
        }
        t.TF_DeleteTensor(made);
      }
    },

    read: (handle: Pointer) =>
      withValues(handle, (resolved) => readTensor(t, resolved, t.TFE_TensorHandleDataType(handle))),
  };
}
