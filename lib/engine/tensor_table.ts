/**
 * Tensors by number, as tfjs-node's kernels name them. Behind a number stands a handle of TensorFlow's, or, while a
 * function is traced, a value of its graph.
 */
import type { Pointer } from "./c_api.ts";
import type { Symbolic } from "./trace.ts";

/** Number, shape and type of a tensor that an operation made. */
export interface TensorMetadata {
  /** The tensor's number. */
  id: number;
  /** Its shape. */
  shape: number[];
  /** One of TensorFlow's type numbers. */
  dtype: number;
}

/** The tensors of a binding. */
export class TensorTable {
  readonly #tensors = new Map<number, Pointer | Symbolic>();
  #next = 0;

  /** How many there are. */
  get size(): number {
    return this.#tensors.size;
  }

  /** The number that the next one gets; those of older ones are smaller. */
  get next(): number {
    return this.#next;
  }

  /** Whether there is such a tensor. */
  has(id: number): boolean {
    return this.#tensors.has(id);
  }

  /** Gives a tensor its number. */
  add(tensor: Pointer | Symbolic): number {
    this.#tensors.set(this.#next, tensor);
    return this.#next++;
  }

  /** Gives values of a graph their numbers. */
  addAll(values: Symbolic[]): TensorMetadata[] {
    return values.map((value) => ({ id: this.add(value), shape: value.shape, dtype: value.dtype }));
  }

  /**
   * A tensor.
   *
   * @throws {Error} if it is not there
   */
  get(id: number): Pointer | Symbolic {
    const found = this.#tensors.get(id);
    if (found === undefined) {
      throw new Error(
        `Tensor ${id} is not there: it was disposed, perhaps while a traced function still uses it, or it was made ` +
          "inside a traced function and not returned.",
      );
    }
    return found;
  }

  /** A tensor that has values; there are no others while no trace is open. */
  handle(id: number): Pointer {
    return this.get(id) as Pointer;
  }

  /** Forgets a tensor; its handle is the caller's from now on. */
  take(id: number): Pointer | Symbolic {
    const found = this.get(id);
    this.#tensors.delete(id);
    return found;
  }

  /** Forgets the values of graphs. */
  forgetSymbolic(): void {
    for (const [id, tensor] of this.#tensors) if (isSymbolic(tensor)) this.#tensors.delete(id);
  }
}

/** Whether a tensor is a value of a graph. */
export function isSymbolic(tensor: Pointer | Symbolic): tensor is Symbolic {
  return "output" in tensor;
}
