/**
 * Runs a traced function so that TensorFlow tells the time of every operation. It does so in a session only; there the
 * function is called by an operation, which has it optimised as a call from outside does.
 */
import { type Bytes, cName, type Pointer, type TensorFlow } from "./c_api.ts";
import { shapeOf } from "./eager.ts";
import { told } from "./told.ts";
import { beginTrace, pack } from "./trace.ts";

/** `RunOptions { trace_level: FULL_TRACE }`. */
const FULL_TRACE = Uint8Array.of(8, 3);

/** What is run. */
export interface TimedFunction {
  /** Its name in the context. */
  name: string;
  /** Handles of its arguments. */
  inputs: Pointer[];
  /** TensorFlow's type numbers of its results. */
  outputs: number[];
  /** A serialised `ConfigProto`. */
  config: Bytes;
}

/**
 * Runs a function of `context` several times, after one run that is not told of, in which TensorFlow optimises it.
 *
 * @returns a serialised `RunMetadata` for each run
 * @throws {Error} TensorFlow's message
 */
export function timedRuns(
  t: TensorFlow,
  context: Pointer,
  { name, inputs, outputs, config }: TimedFunction,
  runs: number,
): Bytes[] {
  using stack = new DisposableStack();
  /** What the last call made, once it is known to have worked. */
  const freed = <T extends Deno.PointerValue>(pointer: T, free: (pointer: T) => void) => {
    t.check(name);
    return stack.adopt(pointer, free);
  };
  const trace = beginTrace(t);
  stack.defer(() => trace.close());
  const body = freed(t.TFE_ContextGetFunction(context, cName(name), t.status), t.TF_DeleteFunction);
  t.TF_GraphCopyFunction(trace.graph, body, null, t.status);
  t.check(name);

  const tensors = inputs.map((input) => freed(t.TFE_TensorHandleResolve(input, t.status), t.TF_DeleteTensor));
  const places = inputs.map((input) => trace.placeholder(shapeOf(t, input), t.TFE_TensorHandleDataType(input)));
  const results = trace.call(name, places, outputs);

  const options = freed(t.TF_NewSessionOptions(), t.TF_DeleteSessionOptions);
  t.TF_SetConfig(options, config, BigInt(config.length), t.status);
  const session = freed(t.TF_NewSession(trace.graph, options, t.status), (s) => t.TF_DeleteSession(s, t.status));
  const fullTrace = freed(t.TF_NewBufferFromString(FULL_TRACE, BigInt(FULL_TRACE.length)), t.TF_DeleteBuffer);
  const [into, from] = [places, results].map(pack);
  const values = BigUint64Array.from(tensors, (tensor) => Deno.UnsafePointer.value(tensor));

  const run = (): Bytes => {
    const made = new BigUint64Array(outputs.length);
    try {
      return told(t, (buffer) => {
        // deno-fmt-ignore
        t.TF_SessionRun(session, fullTrace, into, values, inputs.length, from, made, made.length, null, 0, buffer, t.status);
        t.check(name);
      });
    } finally {
      for (const address of made) if (address !== 0n) t.TF_DeleteTensor(Deno.UnsafePointer.create(address));
    }
  };
  run();
  return Array.from({ length: runs }, run);
}
