/** Calls functions that a user of this project may have written, and says of an error in whose it is, and where. */
import { fileURLToPath } from "node:url";
import { Interrupted } from "./task.ts";
import { UserError } from "./user_error.ts";

/** Frames of the engine and of packages, in which a user looks last. */
const OTHERS = /\/lib\/engine\/|\/node_modules\/|\/npm\/|own_code\.ts/;

/**
 * Calls a function.
 *
 * @param what names it, such as "Method cosine: logits"
 * @throws {UserError} if it fails, with the line of its code that did; the error itself is the cause
 */
export function calling<T>(what: string, work: () => T): T {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 100; // the usual ten end within tfjs
  try {
    return work();
  } catch (error) {
    throw failed(what, error);
  } finally {
    Error.stackTraceLimit = limit;
  }
}

/** What to tell of an error in a user's function: see {@linkcode calling}. */
export function failed(what: string, error: unknown): Error {
  if (error instanceof UserError || error instanceof Interrupted) return error;
  const { message, stack = "" } = error instanceof Error ? error : new Error(String(error));
  const frames = [...stack.matchAll(/(file:\/\/\S+?):(\d+):\d+/g)].filter(([, file]) => !OTHERS.test(file));
  const where = frames.length > 0 ? ` at ${fileURLToPath(frames[0][1])}, line ${frames[0][2]}` : "";
  return new UserError(`${what} failed${where}: ${message.split("\n")[0]}`, { cause: error });
}
