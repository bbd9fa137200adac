/**
 * Says where in the user's own function something stands that cannot be traced: the first line on the stack that is
 * neither of this folder nor of tfjs.
 */
import { UserError } from "../files/user_error.ts";

const ENGINE = new URL(".", import.meta.url).href;

/** A frame of V8's stack that has a place: `at name (file:///a.ts:1:2)`, or without a name. */
const PLACE = /((?:file|https?):\/\/[^\s()]+:\d+:\d+)\)?$/;

/** The place that called into the engine, as `path:line:column`; undefined if none is to be seen. */
export function callersLine(): string | undefined {
  const limit = Error.stackTraceLimit; // of ten lines, most would be tfjs's
  Error.stackTraceLimit = Infinity;
  const { stack = "" } = new Error();
  Error.stackTraceLimit = limit;
  const places = stack.split("\n").map((line) => line.match(PLACE)?.[1]);
  const place = places.find((p) => p !== undefined && !p.startsWith(ENGINE) && !p.includes("/@tensorflow/"));
  return place?.replace(/^file:\/\//, "");
}

/**
 * The error for what a traced function may not do.
 *
 * @param why a sentence that says what, and one that says what to do instead
 */
export function untraceable(why: string): UserError {
  const place = callersLine();
  return new UserError(place === undefined ? why : `${place}: ${why}`);
}
