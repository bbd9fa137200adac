/**
 * Traces a tfjs function of trees of tensors into one TensorFlow function: it runs as one call, TensorFlow may reorder
 * and fuse its operations, and memory is freed as soon as it can be. (After `jax.jit`.)
 */
import { cond, whileLoop } from "./control_flow.ts";
import type { JitOptions } from "./jit_options.ts";
import { load, save } from "./saved_traces.ts";
import { scan } from "./scan.ts";
import type { Tensor } from "./tensors.ts";
import { type Jitted, tracedForm } from "./traced_form.ts";

export type { JitOptions, Precision, Rewrites } from "./jit_options.ts";
export { type Jitted, tracedPrecision } from "./traced_form.ts";

/** What {@linkcode jit} is: a function, with the choices and loops that it can trace. */
export interface Jit {
  /** Makes the traced form of a function. */
  <Arguments extends unknown[], Result>(
    fn: (...trees: Arguments) => Result,
    options?: JitOptions,
  ): Jitted<Arguments, Result>;
  /**
   * What `then` returns where the predicate is true, else what `otherwise` returns. In a traced function both are traced,
   * and one runs. They may use any tensor from outside, and gradients go through them: the backward pass computes the
   * branch once more instead of keeping what is in it.
   *
   * @param predicate a truth value, `[]`
   * @param then returns a tree of tensors
   * @param otherwise returns a tree of the same form, shapes and types
   * @throws {TypeError} if the predicate is no truth value; in a traced function also if the results are not alike
   * @throws {UserError} if, in a traced function, a second derivative is taken
   *
   * @example
   * ```ts ignore
   * const clipped = jit.cond(tf.greater(norm, 1), () => tf.div(gradient, norm), () => gradient);
   * ```
   */
  cond<Result>(predicate: Tensor, then: () => Result, otherwise: () => Result): Result;

  /**
   * Repeats `body` while `condition` says so. In a traced function both are traced, and may use any tensor from outside.
   *
   * @param condition from the state to a truth value, `[]`
   * @param body from the state to the next, a tree of the same form, shapes and types
   * @param state the first state, a tree of tensors
   * @returns the first state for which `condition` is false
   * @throws {TypeError} if `condition` does not return a truth value, or `body` no state like the one that it got
   * @throws {UserError} if, in a traced function, a gradient is taken through it: `jit.scan` has one
   *
   * @example
   * ```ts ignore
   * const { x } = jit.while(({ x }) => tf.greater(tf.norm(x), 1), ({ x }) => ({ x: tf.div(x, 2) }), { x });
   * ```
   */
  while<State>(condition: (state: State) => Tensor, body: (state: State) => State, state: State): State;

  /**
   * Takes a carried tree through all rows: each round gets it and one row, and returns the next one and a result. In a
   * traced function the round is traced once; it may use any tensor from outside, and gradients go through it, to the
   * first carried tree, the rows, and what the round uses from outside. The backward pass keeps what each round was
   * handed, and computes the rest of it once more.
   *
   * @param round from (carried, row) to `[next carried, result]`, each a tree of tensors, the carried ones alike
   * @param carried the first carried tree
   * @param rows a tree of tensors `[n, ...]`, n >= 1, of which round i gets the `[...]` at i
   * @returns the last carried tree, and the results of all rounds, `[n, ...]`
   * @throws {RangeError} if `rows` are none, or differ in number
   * @throws {TypeError} if a round does not carry on a tree like the one that it got
   * @throws {UserError} if, in a traced function, a second derivative is taken
   *
   * @example
   * ```ts ignore
   * const [last, sums] = jit.scan((sum, x) => [tf.add(sum, x), tf.add(sum, x)], tf.scalar(0), tf.tensor1d([1, 2, 3]));
   * // last = 6, sums = [1, 3, 6]
   * ```
   */
  scan<Carried, Row, Result>(
    round: (carried: Carried, row: Row) => [Carried, Result],
    carried: Carried,
    rows: Row,
  ): [Carried, Result];

  /**
   * Saves what was traced of a function so far, for {@linkcode Jit.load} in a later process.
   *
   * @param path the file
   * @param key names everything that `fn` depends on besides its own text and its arguments: the version of the code that
   * it calls, and each number from outside, for both are frozen into the trace
   * @throws {UserError} if it uses tensors from outside, which a file does not hold, or arguments are given away to it
   *
   * @example
   * ```ts ignore
   * await jit.save(step, "step.traces", `${codeVersion} ${rate}`);
   * ```
   */
  save<Arguments extends unknown[], Result>(fn: Jitted<Arguments, Result>, path: string, key: string): Promise<void>;

  /**
   * Like `jit(fn, options)`, with what {@linkcode Jit.save} saved of the same function already traced. A file that is not
   * there, damaged, or made under another key, with other options, versions or devices is not used, and `fn` is traced.
   *
   * @param key as it was given to `jit.save`
   *
   * @example
   * ```ts ignore
   * const step = await jit.load(oneStep, "step.traces", `${codeVersion} ${rate}`);
   * ```
   */
  load<Arguments extends unknown[], Result>(
    fn: (...trees: Arguments) => Result,
    path: string,
    key: string,
    options?: JitOptions,
  ): Promise<Jitted<Arguments, Result>>;
}

/**
 * Makes the traced form of `fn`, anew for each combination of forms, shapes and types of the arguments.
 *
 * `fn` runs in JavaScript only while it is traced. What JavaScript computes then is frozen into the function: numbers
 * belong into tensors, random numbers come from a stateless operation whose seed is an argument (as in `dropMaps`), and
 * what is decided by a tensor's value is written as `jit.cond`, `jit.while` or `jit.scan`. Inside of another traced
 * function it is a part of that one, whose options count.
 *
 * Gradients are taken inside: `jit((x) => tf.grad(f)(x))`.
 *
 * @throws {UserError} in a call, if `fn` cannot be traced; the message names the line of `fn`
 *
 * @example
 * ```ts ignore
 * const step = jit((params: Params, images: tf.Tensor4D) => ({ loss: loss(params, images) }));
 * const { loss } = step(params, images);
 * ```
 */
export const jit: Jit = Object.assign(tracedForm, { cond, while: whileLoop, scan, save, load });
