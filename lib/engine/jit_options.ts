/** How a function is traced, and what of it TensorFlow is told with each call. */
import { UserError } from "../files/user_error.ts";
import type { CallOptions } from "./binding.ts";
import type { Bytes } from "./c_api.ts";

/** The type in which convolutions and matrix products multiply. */
export type Precision = "float32" | "bfloat16";

/** How to trace. */
export interface JitOptions {
  /**
   * "bfloat16" lets TensorFlow run convolutions in bfloat16, with float32 in and out; only on processors with
   * AVX512_BF16 or AMX, elsewhere ten times slower.
   */
  precision?: Precision;
  /**
   * Has XLA compile the function, at the first call for seconds. Worth it for long chains of operations on single
   * elements, which become one pass over the memory; convolutions and matrix products get slower.
   */
  xla?: boolean;
  /**
   * Arguments that each call gives away, by their places from 0: TensorFlow may compute in their memory. They are gone
   * after the call, even if it fails.
   */
  donate?: readonly number[];
}

/**
 * `ConfigProto { graph_options { rewrite_options { auto_mixed_precision_onednn_bfloat16: ON } } }`, as bytes; goes with
 * each call, since on the context it has no effect.
 */
const BFLOAT16: Bytes = Uint8Array.of(82, 5, 82, 3, 248, 1, 1);

/**
 * What goes with each call.
 *
 * @throws {UserError} if two options exclude each other
 */
export function callOptions({ precision, xla, donate }: JitOptions): CallOptions {
  if (!xla) return precision === "bfloat16" ? { config: BFLOAT16 } : {};
  if (precision === "bfloat16") {
    throw new UserError('jit: XLA multiplies in the type that it is given. Leave out xla, or precision: "bfloat16".');
  }
  if (donate !== undefined) {
    throw new UserError("jit: XLA takes no arguments that are given away. Leave out xla, or donate.");
  }
  return { xla };
}
