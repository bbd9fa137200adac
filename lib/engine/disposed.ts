/**
 * Says which operation was given a tensor that was disposed, where tfjs only fails for want of its data. One whose data
 * another tensor still shares may be used: tfjs's own gradients do.
 */
import type { Tensor } from "./tensors.ts";

/** Tensors that went to a traced function for good, see {@linkcode JitOptions.donate}. */
export const givenAway = new WeakSet<Tensor>();

/** Why a tensor is not there any more. */
export function whyDisposed(tensor: Tensor): string {
  if (!givenAway.has(tensor)) return "was disposed";
  return "was given away to a traced function (donate), and is no more";
}

/** The functions of a backend through which operations get their inputs. */
interface Operations {
  executeSingleOutput(name: string, attributes: unknown[], inputs: Tensor[]): Tensor;
  executeMultipleOutputs(name: string, attributes: unknown[], inputs: Tensor[], outputs: number): Tensor[];
}

/** Has a backend name the operation and the input, when it fails for a tensor that was disposed. */
export function nameDisposed(backend: Operations): void {
  const { executeSingleOutput: single, executeMultipleOutputs: multiple } = backend;
  backend.executeSingleOutput = (name, attributes, inputs) =>
    naming(name, inputs, () => single.call(backend, name, attributes, inputs));
  backend.executeMultipleOutputs = (name, attributes, inputs, outputs) =>
    naming(name, inputs, () => multiple.call(backend, name, attributes, inputs, outputs));
}

function naming<T>(name: string, inputs: Tensor[], work: () => T): T {
  try {
    return work();
  } catch (error) {
    const at = error instanceof TypeError ? inputs.findIndex(({ isDisposed }) => isDisposed) : -1;
    if (at < 0) throw error;
    const { dtype, shape } = inputs[at];
    throw new Error(
      `${name}: its input ${at}, ${dtype}[${shape}], ${whyDisposed(inputs[at])}. ` +
        (givenAway.has(inputs[at]) ? "Use what the function returned." : "Keep it (tf.keep), or dispose it later."),
      { cause: error },
    );
  }
}
