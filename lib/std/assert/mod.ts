/**
 * Stand-in for `jsr:@std/assert`, with the same signatures and meaning, for networks that do not reach JSR.
 * Only what this project uses, on `node:assert`'s `AssertionError`. Delete `links` in `deno.json` to use the real package.
 *
 * @module
 */
import { AssertionError } from "node:assert";
import { equal } from "./equal.ts";

/** A class of errors. */
// deno-lint-ignore no-explicit-any -- the constructor of any error, as in the real package
export type ErrorClass<E extends Error> = new (...args: any[]) => E;

/** Fails unless `condition` is truthy. */
export function assert(condition: unknown, msg = ""): asserts condition {
  if (!condition) fail(msg, "");
}

/** Fails unless the two are deeply equal: `NaN` equals `NaN`, 0 equals -0, and typed arrays, Maps and Sets compare by content. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!equal(actual, expected)) {
    fail(`Values are not equal\n  actual:   ${show(actual)}\n  expected: ${show(expected)}`, msg);
  }
}

/** Fails if the two are deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) fail(`Expected actual: ${show(actual)} not to be: ${show(expected)}`, msg);
}

/** Fails unless the two are the same value, by `Object.is`. */
export function assertStrictEquals<T>(actual: unknown, expected: T, msg?: string): asserts actual is T {
  if (!Object.is(actual, expected)) {
    fail(`Values are not strictly equal\n  actual:   ${show(actual)}\n  expected: ${show(expected)}`, msg);
  }
}

/** Fails unless `|actual - expected| <= tolerance`, which is `1e-7 * |expected|` where none is given. */
export function assertAlmostEquals(actual: number, expected: number, tolerance?: number, msg?: string): void {
  if (Object.is(actual, expected)) return;
  const allowed = tolerance ?? (Number.isFinite(expected) ? Math.abs(expected) * 1e-7 : 1e-7);
  const delta = Math.abs(expected - actual);
  if (!(delta <= allowed)) {
    fail(`Expected actual: ${actual} to be close to ${expected}: delta ${delta} > ${allowed}`, msg);
  }
}

/** Fails unless `actual > expected`. */
export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual > expected)) fail(`Expect ${show(actual)} > ${show(expected)}`, msg);
}

/** Fails unless `actual < expected`. */
export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual < expected)) fail(`Expect ${show(actual)} < ${show(expected)}`, msg);
}

/** Fails unless `expected` occurs in `actual`. */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  if (!actual.includes(expected)) fail(`Expected actual: ${show(actual)} to contain: ${show(expected)}`, msg);
}

/** Fails unless the expression matches `actual`. */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  if (!expected.test(actual)) fail(`Expected actual: ${show(actual)} to match: ${expected}`, msg);
}

/** Fails unless `actual` is an instance of the class. */
// deno-lint-ignore no-explicit-any -- any class, as in the real package
export function assertInstanceOf<T extends abstract new (...args: any[]) => any>(
  actual: unknown,
  expectedType: T,
  msg = "",
): asserts actual is InstanceType<T> {
  if (!(actual instanceof expectedType)) {
    fail(`Expected ${show(actual)} to be an instance of ${expectedType.name}`, msg);
  }
}

/** Fails unless `fn` throws. Hands back what was thrown. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Fails unless `fn` throws an instance of the class whose message contains `msgIncludes`. Hands the error back. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows(
  fn: () => unknown,
  classOrMsg?: ErrorClass<Error> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  try {
    fn();
  } catch (error) {
    return checkError(error, classOrMsg, msgIncludes, msg);
  }
  return fail("Expected function to throw", typeof classOrMsg === "string" ? classOrMsg : msg);
}

/** Fails unless the promise of `fn` is rejected. Hands back the reason. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/** Fails unless the promise of `fn` is rejected with an instance of the class whose message contains `msgIncludes`. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  classOrMsg?: ErrorClass<Error> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch (error) {
    return fail(`Function throws ${show(error)} when expected to reject`, msg);
  }
  try {
    await promise;
  } catch (error) {
    return checkError(error, classOrMsg, msgIncludes, msg);
  }
  return fail("Expected function to reject", typeof classOrMsg === "string" ? classOrMsg : msg);
}

function checkError(
  error: unknown,
  classOrMsg: ErrorClass<Error> | string | undefined,
  msgIncludes: string | undefined,
  msg: string | undefined,
): unknown {
  if (typeof classOrMsg !== "function") return error;
  if (!(error instanceof classOrMsg)) fail(`Expected an instance of ${classOrMsg.name} but was ${show(error)}`, msg);
  if (msgIncludes !== undefined && !error.message.includes(msgIncludes)) {
    fail(`Expected error message to include ${show(msgIncludes)}, but got ${show(error.message)}`, msg);
  }
  return error;
}

function fail(what: string, msg: string | undefined): never {
  throw new AssertionError({ message: msg ? what ? `${what}: ${msg}` : msg : what || "Assertion failed" });
}

function show(value: unknown): string {
  return Deno.inspect(value, { depth: 8, sorted: true, iterableLimit: 40, strAbbreviateSize: 2000 });
}
