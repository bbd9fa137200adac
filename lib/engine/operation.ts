/**
 * Runs a TensorFlow operation by its name, for what tfjs has no function for: explicit padding, fused batch
 * normalisation with its gradient, random numbers whose seed is a tensor. tfjs does not see such an operation: its
 * gradient is what {@linkcode withGradient} says.
 */
import { type Attribute, AttributeType } from "./attributes.ts";
import { DataType } from "./c_api.ts";
import { engine, tf } from "./tensorflow.ts";
import type { Tensor } from "./tensors.ts";

/** An attribute's value with its type; {@linkcode float} and its neighbours make them. */
export type AttributeValue = Omit<Attribute, "name">;

/** A fractional number. */
export const float = (value: number): AttributeValue => ({ type: AttributeType.float, value });
/** A whole number. */
export const int = (value: number): AttributeValue => ({ type: AttributeType.int, value });
/** A list of whole numbers. */
export const ints = (value: number[]): AttributeValue => ({ type: AttributeType.int, value });
/** Text. */
export const text = (value: string): AttributeValue => ({ type: AttributeType.string, value });
/** A truth value. */
export const flag = (value: boolean): AttributeValue => ({ type: AttributeType.bool, value });
/** A type of numbers. */
export const type = (value: "float32" | "int32"): AttributeValue => ({
  type: AttributeType.type,
  value: DataType[value],
});

/**
 * Runs an operation, or records it while `jit` traces.
 *
 * @param name as in TensorFlow's list of operations, such as "FusedBatchNormV3"
 * @param outputs how many results it has
 * @throws {Error} TensorFlow's own message, with the operation and the inputs' shapes
 *
 * @example
 * ```ts ignore
 * const [y] = operation("LeakyRelu", [x], { T: type("float32"), alpha: float(0.2) });
 * ```
 */
export function operation(
  name: string,
  inputs: Tensor[],
  attributes: Record<string, AttributeValue>,
  outputs = 1,
): Tensor[] {
  const list = Object.entries(attributes).map(([name, value]): Attribute => ({ name, ...value }));
  return engine().backend.executeMultipleOutputs(name, list, inputs, outputs);
}

/**
 * A value with a gradient that tfjs does not work out itself.
 *
 * @param value what {@linkcode operation} made of the inputs
 * @param inputs what to differentiate with respect to
 * @param saved tensors that the gradient needs
 * @param gradient from the gradient of `value` and the saved tensors to that of each input
 *
 * @example
 * ```ts ignore
 * withGradient(y, [x], [x], (dy, [x]) => operation("LeakyReluGrad", [dy, x], attributes));
 * ```
 */
export function withGradient<T extends Tensor>(
  value: T,
  inputs: Tensor[],
  saved: Tensor[],
  gradient: (dy: Tensor, saved: Tensor[]) => Tensor[],
): T {
  const attach = tf.customGrad((...inputsAndSave) => {
    const save = inputsAndSave.at(-1) as unknown as (tensors: Tensor[]) => void;
    save(saved);
    return { value: value.clone(), gradFunc: gradient };
  });
  return attach(...inputs) as T;
}
