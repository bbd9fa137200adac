/**
 * Traces a tfjs function of trees of tensors into one TensorFlow function: it runs as one call, TensorFlow may reorder
 * and fuse its operations, and memory is freed as soon as it can be. (After `jax.jit`.)
 */
import type * as tf from "@tensorflow/tfjs";
import type { TensorMetadata } from "./binding.ts";
import { engine, tf as tfjs } from "./tensorflow.ts";
import { type Leaf, type Mapped, mapTree } from "./tree.ts";

/** The type in which convolutions and matrix products multiply. */
export type Precision = "float32" | "bfloat16";

/** How to trace. */
export interface JitOptions {
  /**
   * "bfloat16" lets TensorFlow run convolutions in bfloat16, with float32 in and out; only on processors with
   * AVX512_BF16 or AMX, elsewhere ten times slower.
   */
  precision?: Precision;
}

/** A function that {@linkcode jit} made. */
export interface Jitted<Arguments extends unknown[], Result> {
  /** Runs it, and waits. The results are new tensors, which the caller frees. */
  (...trees: Arguments): Result;
  /** Runs it on a thread of its own, so that JavaScript goes on meanwhile. */
  later(...trees: Arguments): Promise<Result>;
}

/**
 * `ConfigProto { graph_options { rewrite_options { auto_mixed_precision_onednn_bfloat16: ON } } }`, as bytes; goes with
 * each call, since on the context it has no effect.
 */
const BFLOAT16 = Uint8Array.of(82, 5, 82, 3, 248, 1, 1);

/** Of the function that is being traced, outermost first; those that run at once have none. */
const tracing: Precision[] = [];

/** The type in which the function that is being traced will multiply; "float32" outside of any. */
export function tracedPrecision(): Precision {
  return tracing.at(-1) ?? "float32";
}

interface Traced {
  name: string;
  /** Tensors from outside that the function uses, by number. */
  captured: number[];
  /** The form of the result; each leaf is its place among the function's outputs. */
  result: unknown;
  outputs: number;
}

/**
 * Makes the traced form of `fn`, anew for each combination of forms, shapes and types of the arguments.
 *
 * `fn` runs in JavaScript only while it is traced. What JavaScript computes then is frozen into the function: numbers
 * belong into tensors, random numbers come from a stateless operation whose seed is an argument (as in `dropMaps`).
 *
 * @example
 * ```ts ignore
 * const step = jit((params: Params, images: tf.Tensor4D) => ({ loss: loss(params, images) }));
 * const { loss } = step(params, images);
 * ```
 */
export function jit<Arguments extends unknown[], Result>(
  fn: (...trees: Arguments) => Result,
  options: JitOptions = {},
): Jitted<Arguments, Result> {
  const cache = new Map<string, Traced>();
  const call = options.precision === "bfloat16" ? { config: BFLOAT16 } : {};

  function prepare(trees: Arguments): { traced: Traced; inputs: number[] } {
    const leaves: tf.Tensor[] = [];
    const key = JSON.stringify(mapTree(trees, (leaf, path) => {
      const { dtype, shape } = tensorAt(leaf, path);
      leaves.push(leaf as tf.Tensor);
      return `${dtype}[${shape}]`;
    }));
    const ids = engine().backend.getInputTensorIds(leaves);
    let traced = cache.get(key);
    if (traced === undefined) {
      tracing.push(options.precision ?? "float32");
      try {
        traced = trace(fn, trees);
      } finally {
        tracing.pop();
      }
      cache.set(key, traced);
    }
    return { traced, inputs: [...ids, ...traced.captured] };
  }

  function results(traced: Traced, made: TensorMetadata[]): Result {
    const tensors = made.map((m) => engine().backend.createOutputTensor(m));
    return mapTree(traced.result, (leaf) => tensors[(leaf as Place).place]) as Result;
  }

  const jitted = (...trees: Arguments): Result => {
    const { traced, inputs } = prepare(trees);
    return results(traced, engine().binding.call(traced.name, inputs, traced.outputs, call));
  };
  jitted.later = async (...trees: Arguments): Promise<Result> => {
    const { traced, inputs } = prepare(trees);
    return results(traced, await engine().binding.callOnThread(traced.name, inputs, traced.outputs, call));
  };
  return jitted;
}

/** A leaf that only says which of a function's outputs stands there. */
interface Place extends Leaf {
  place: number;
}

/**
 * A leaf as a tensor.
 *
 * @throws {TypeError} if it is none
 * @throws {Error} if it was disposed
 */
function tensorAt(leaf: Leaf, path: string): tf.Tensor {
  if (!(leaf instanceof tfjs.Tensor)) throw new TypeError(`${path || "the tree"}: expected a tensor`);
  if (leaf.isDisposed) throw new Error(`${path || "the tensor"}: this tensor was disposed`);
  return leaf;
}

function trace<Arguments extends unknown[], Result>(fn: (...trees: Arguments) => Result, trees: Arguments): Traced {
  const { binding, backend } = engine();
  const typeNumber: Record<string, number> = {
    float32: binding.TF_FLOAT,
    int32: binding.TF_INT32,
    bool: binding.TF_BOOL,
    complex64: binding.TF_COMPLEX64,
    string: binding.TF_STRING,
  };
  let traced: Traced | undefined;
  binding.beginTrace();
  try {
    tfjs.tidy(() => {
      const symbols = mapTree(trees, (leaf) => {
        const { shape, dtype } = leaf as tf.Tensor;
        const id = binding.traceInput(shape, typeNumber[dtype]);
        return backend.createOutputTensor({ id, shape, dtype: typeNumber[dtype] });
      });
      const result = fn(...symbols as unknown as Arguments);
      const outputs: tf.Tensor[] = [];
      const places = mapTree(result, (leaf, path): Place => {
        outputs.push(tensorAt(leaf, path));
        return { shape: leaf.shape, place: outputs.length - 1 };
      }) as Mapped<Result, Place>;
      const made = binding.endTrace(backend.getInputTensorIds(outputs));
      traced = { name: made.name, captured: made.captured, result: places, outputs: outputs.length };
    });
  } finally {
    binding.leaveTrace(traced !== undefined);
  }
  return traced!;
}
