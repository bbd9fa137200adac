/**
 * Frees tensors that a program forgot to dispose of: when JavaScript collects the last that refers to their data,
 * TensorFlow's handle goes too, and tfjs's counts with it.
 *
 * It may come late, and under no obligation: JavaScript sees 100 bytes where TensorFlow holds a gigabyte. `tf.tidy` and
 * `dispose` stay what a program should use.
 */
import type { Binding } from "./binding.ts";
import { tf } from "./tensorflow.ts";

/** What tfjs-node keeps of a tensor's data. */
interface Kept {
  /** Of the binding; -1, or left out, while the values wait in JavaScript. */
  id?: number;
  shape: readonly number[];
  /** One of TensorFlow's type numbers. */
  dtype: number;
  values: unknown;
  /** How many tensors of tfjs share it. */
  refCount: number;
}

/** The backend's map from the objects by which tfjs knows data. */
interface DataMap {
  set(data: WeakKey, kept: Kept): void;
  delete(data: WeakKey): boolean;
}

/** tfjs's counts, which `tf.memory()` shows. */
interface Counts {
  numTensors: number;
  numDataBuffers: number;
  numBytes: number;
  numStringTensors: number;
}

/**
 * Watches over a backend's data.
 *
 * @param backend tfjs-node's, on this binding
 */
export function freeForgotten(binding: Binding, { tensorMap: data }: { tensorMap: DataMap }): void {
  const counts = (tf.engine() as unknown as { state: Counts }).state;
  const registry = new FinalizationRegistry<{ kept: Kept; bytes: number }>(({ kept, bytes }) => {
    const { id, dtype, values, refCount } = kept;
    counts.numTensors -= refCount;
    counts.numDataBuffers--;
    counts.numBytes -= bytes;
    if (dtype === binding.TF_STRING) counts.numStringTensors -= refCount;
    if (values === null && id !== undefined && id >= 0 && binding.hasTensor(id)) binding.deleteTensor(id);
  });
  const { set, delete: remove } = data;
  data.set = (key, kept) => {
    registry.unregister(key); // data that are set anew
    registry.register(key, { kept, bytes: countedBytes(binding, kept) }, key);
    set.call(data, key, kept);
  };
  data.delete = (key) => {
    registry.unregister(key);
    return remove.call(data, key);
  };
}

/** As tfjs counts them: none for complex numbers, and for texts only those that came from JavaScript. */
function countedBytes({ TF_BOOL, TF_COMPLEX64, TF_STRING }: Binding, { shape, dtype, values }: Kept): number {
  if (dtype === TF_COMPLEX64) return 0;
  if (dtype === TF_STRING) return (values as Uint8Array[] | null)?.reduce((sum, { length }) => sum + length, 0) ?? 0;
  return (dtype === TF_BOOL ? 1 : 4) * shape.reduce((product, side) => product * side, 1);
}
