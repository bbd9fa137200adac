/**
 * Runs a function of trees of tensors once, on stand-ins without values, while TensorFlow records what it does. What
 * would happen only this once, and not in every call, is refused.
 */
import type * as tf from "@tensorflow/tfjs";
import { DataType } from "./c_api.ts";
import { whyDisposed } from "./disposed.ts";
import type { EndedTrace } from "./open_traces.ts";
import type { TensorMetadata } from "./tensor_table.ts";
import { engine, tf as tfjs } from "./tensorflow.ts";
import { type Leaf, mapTree } from "./tree.ts";
import { untraceable } from "./untraceable.ts";

/** Shape and type of a tensor, as tfjs names types; "variant" is a list of TensorFlow's, which tfjs does not know. */
export interface Spec extends Leaf {
  /** The shape. */
  readonly shape: number[];
  /** The type. */
  readonly dtype: tf.DataType | "variant";
}

/** A leaf that only says which of a function's results stands there, and what it is like. */
export interface Place extends Spec {
  /** Counted from 0. */
  place: number;
}

/** What was recorded of a function. */
export interface Recorded {
  /** The graph. */
  trace: EndedTrace;
  /** The form of the result, whose leaves are {@linkcode Place}s. */
  form: unknown;
}

/**
 * A leaf as a tensor.
 *
 * @throws {TypeError} if it is none
 * @throws {Error} if it was disposed
 */
export function tensorAt(leaf: Leaf, path: string): tf.Tensor {
  if (!(leaf instanceof tfjs.Tensor)) throw new TypeError(`${path || "the tree"}: expected a tensor`);
  if (leaf.isDisposed) throw new Error(`${path || "the tensor"}: this tensor ${whyDisposed(leaf)}`);
  return leaf;
}

/** What is known of a tensor without its values. */
export const spec = ({ shape, dtype }: Spec): Spec => ({ shape, dtype });

/** A tensor's type and shape, such as `float32[2,3]`. */
export const described = ({ dtype, shape }: Spec) => `${dtype}[${shape}]`;

/** What `fn` returns, each leaf a new tensor, and nothing else of what it makes. */
export function tidied<Result>(fn: () => Result): Result {
  const copied = () => mapTree(fn(), (leaf, path) => tensorAt(leaf, path).clone());
  return tfjs.tidy(copied as () => tf.TensorContainer) as Result;
}

/** The number of a tensor in the binding. */
export const idOf = (tensor: tf.Tensor) => engine().backend.getInputTensorIds([tensor])[0];

/** A value of the binding as a tensor; tfjs hands a list on, unread, as if it were strings. */
export function wrapped(made: TensorMetadata): tf.Tensor {
  const dtype = made.dtype === DataType.variant ? DataType.string : made.dtype;
  return engine().backend.createOutputTensor({ ...made, dtype });
}

/** One more argument of the function that is being recorded. */
export function argument({ shape, dtype }: Spec): tf.Tensor {
  const id = engine().binding.traceInput(shape, DataType[dtype]);
  return wrapped({ id, shape, dtype: DataType[dtype] });
}

/**
 * Records `fn` as a graph, inside of the one that is being recorded, if any is.
 *
 * @param specs trees of tensors or {@linkcode Spec}s, for each argument of `fn` one
 * @param args makes the arguments of it, within the graph
 */
export function record<Arguments extends unknown[]>(
  fn: (...trees: Arguments) => unknown,
  specs: unknown[],
  args: (specs: unknown[]) => unknown[] = (specs) => mapTree(specs, (leaf) => argument(leaf as Spec)),
): Recorded {
  const { binding } = engine();
  let recorded: Recorded | undefined;
  binding.beginTrace();
  try {
    tfjs.tidy(() => {
      const result = guarded(() => fn(...args(specs) as Arguments));
      const outputs: tf.Tensor[] = [];
      const form = mapTree(result, (leaf, path): Place => {
        const tensor = tensorAt(leaf, path);
        outputs.push(tensor);
        return { shape: tensor.shape, dtype: tensor.dtype, place: outputs.length - 1 };
      });
      recorded = { trace: binding.endTrace(outputs.map(idOf)), form };
    });
  } finally {
    binding.leaveTrace();
  }
  return recorded!;
}

/** A tree in the form of what was recorded, of its results. */
export function inForm<Tree>(form: unknown, results: tf.Tensor[]): Tree {
  return mapTree(form, (leaf) => results[(leaf as Place).place]) as Tree;
}

/** Runs `fn` while what would freeze a passing value, or be done only once, is refused. */
function guarded<T>(fn: () => T): T {
  const { random } = Math;
  const variable = tfjs.Variable.prototype;
  const { assign } = variable;
  Math.random = () => {
    throw untraceable(
      "JavaScript draws a random number here, which would be the same in every call of the traced function (as in " +
        "tf.randomNormal or tf.dropout without a seed). Draw with a stateless operation whose seed is an argument: " +
        'operation("StatelessRandomNormal", [shape, seed], ...).',
    );
  };
  variable.assign = () => {
    throw untraceable(
      "A traced function assigns to a variable, which would happen only while it is traced. Return the new value, and " +
        "assign it outside.",
    );
  };
  try {
    return fn();
  } finally {
    Math.random = random;
    variable.assign = assign;
  }
}
