/** How a function is traced, and what of it TensorFlow is told with each call. */
import { UserError } from "../files/user_error.ts";
import type { CallOptions } from "./binding.ts";
import type { Bytes } from "./c_api.ts";

/** The type in which convolutions and matrix products multiply. */
export type Precision = "float32" | "bfloat16";

/** Rewrites of a traced function's graph, by what they do; each is on unless it is `false`. */
export interface Rewrites {
  /** Computes once what depends on constants only, and joins constants: x / 3 / 7 becomes one product. */
  constantFolding?: boolean;
  /** Simplifies arithmetic, and takes out what is computed twice. */
  arithmetic?: boolean;
  /** Fuses operations: a convolution, its bias and ReLU become one. */
  remapping?: boolean;
  /** Turns images to the layout that the device prefers; on the processor without effect. */
  layout?: boolean;
}

/** How to trace. */
export interface JitOptions {
  /**
   * "bfloat16" lets TensorFlow run convolutions in bfloat16, with float32 in and out; only on processors with
   * AVX512_BF16 or AMX: on others ten times slower, on GPUs without effect.
   */
  precision?: Precision;
  /**
   * Lets TensorFlow rewrite the graph before it first runs: `true` for all that it knows, or those that are named. Left
   * out, the function runs operation by operation as it was traced; results differ in the last bits between the two.
   */
  rewrites?: boolean | Rewrites;
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

/** Numbers of the rewrites in TensorFlow's `RewriterConfig`. */
const REWRITES: Record<keyof Rewrites, number> = { layout: 1, constantFolding: 3, arithmetic: 7, remapping: 14 };
/** Its `auto_mixed_precision_onednn_bfloat16`. */
const BFLOAT16 = 31;

/** Its values. */
const ON = 1, OFF = 2;

/**
 * What goes with each call.
 *
 * @throws {UserError} if two options exclude each other
 */
export function callOptions({ precision, rewrites, xla, donate }: JitOptions): CallOptions {
  if (xla) {
    if (precision === "bfloat16") {
      throw new UserError('jit: XLA multiplies in the type that it is given. Leave out xla, or precision: "bfloat16".');
    }
    if (rewrites) throw new UserError("jit: XLA rewrites a graph by itself. Leave out xla, or rewrites.");
    if (donate !== undefined) {
      throw new UserError("jit: XLA takes no arguments that are given away. Leave out xla, or donate.");
    }
    return { xla };
  }
  const fields: [number, number][] = [];
  if (rewrites) {
    const chosen: Rewrites = rewrites === true ? {} : rewrites;
    for (const [name, number] of Object.entries(REWRITES)) {
      fields.push([number, chosen[name as keyof Rewrites] === false ? OFF : ON]);
    }
  }
  if (precision === "bfloat16") fields.push([BFLOAT16, ON]);
  return fields.length === 0 ? {} : { config: config(fields) };
}

/**
 * `ConfigProto { graph_options { rewrite_options { ... } } }`, serialised. It goes with each call: without one TensorFlow
 * rewrites nothing, and on the context it has no effect.
 */
function config(fields: [number, number][]): Bytes {
  const rewrites = fields.flatMap(([number, value]) => {
    const tag = number << 3;
    return tag < 128 ? [tag, value] : [tag & 127 | 128, tag >> 7, value];
  });
  const GRAPH_OPTIONS = 10 << 3 | 2, REWRITE_OPTIONS = 10 << 3 | 2;
  return Uint8Array.of(GRAPH_OPTIONS, rewrites.length + 2, REWRITE_OPTIONS, rewrites.length, ...rewrites);
}
