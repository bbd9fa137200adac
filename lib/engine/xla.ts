/** Says in the user's words why XLA did not compile a traced function: which operation it lacks, and where that stands. */
import { UserError } from "../files/user_error.ts";
import { engine } from "./tensorflow.ts";
import { untraceable } from "./untraceable.ts";

/** The operations in TensorFlow's message that XLA has no kernel for, or none for their types. */
const LACKING = /No registered '(\w+)' OpKernel for XLA/g;

/**
 * The error for a call that failed, which names the line if XLA lacks an operation; any other is handed back.
 *
 * @param trace traces the function once more
 */
export function xlaError(error: Error, trace: () => void): Error {
  const lacking = new Set([...error.message.matchAll(LACKING)].map(([, name]) => name));
  if (lacking.size > 0) return whereItStands(lacking, trace);
  if (!error.message.includes("tf2xla conversion failed")) return error;
  return new UserError(`XLA cannot compile this function; trace it without xla. ${error.message}`, { cause: error });
}

/** TensorFlow knows only names, so the function is traced until it comes to one of them. */
function whereItStands(lacking: Set<string>, trace: () => void): Error {
  const { binding } = engine();
  const { executeOp } = binding;
  binding.executeOp = (name, ...rest) => {
    if (lacking.has(name)) throw unsupported(name);
    return executeOp(name, ...rest);
  };
  try {
    trace();
  } catch (error) {
    if (error instanceof UserError) return error;
  } finally {
    binding.executeOp = executeOp;
  }
  const [name] = lacking;
  if (name !== "_Retval" && name !== "_Arg") return unsupported(name);
  return new UserError(
    "XLA takes and returns numbers and truth values only. Leave the strings out, or trace without xla.",
  );
}

const unsupported = (name: string) =>
  untraceable(
    `XLA has no kernel for ${name}, or none for these types. Move it out of the function, or trace without xla.`,
  );
