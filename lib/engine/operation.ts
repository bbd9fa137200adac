/**
 * Runs a TensorFlow operation by its name, for what tfjs has no function for: explicit padding, fused batch
 * normalisation with its gradient, random numbers whose seed is a tensor. tfjs does not see such an operation: its
 * gradient is what {@linkcode withGradient} says.
 */
import { attributeList, type AttributeValue } from "./attributes.ts";
import { engine, tf } from "./tensorflow.ts";
import type { Tensor } from "./tensors.ts";

export { type AttributeValue, flag, float, int, ints, text, type } from "./attributes.ts";

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
  return engine().backend.executeMultipleOutputs(name, attributeList(attributes), inputs, outputs);
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
