/**
 * Traces a tfjs function of trees of tensors into one TensorFlow function: it runs as one call, TensorFlow may reorder
 * and fuse its operations, and memory is freed as soon as it can be. (After `jax.jit`.)
 */
import { UserError } from "../files/user_error.ts";
import { DataType } from "./c_api.ts";
import { cond, whileLoop } from "./control_flow.ts";
import { type Donation, donation } from "./donation.ts";
import { callOptions, type JitOptions, type Precision } from "./jit_options.ts";
import { described, inForm, record, type Recorded, type Spec, spec, tensorAt, tidied, wrapped } from "./record.ts";
import { identityOf, ignored, readTraces, type SavedTrace, writeTraces } from "./saved_traces.ts";
import { scan } from "./scan.ts";
import { retraces } from "./retraces.ts";
import { type TimedOperation, timedOperations } from "./step_stats.ts";
import { differentiable, floats, withoutTape } from "./tape.ts";
import { engine } from "./tensorflow.ts";
import type { Tensor } from "./tensors.ts";
import { leavesOf, mapTree } from "./tree.ts";
import { callersLine, untraceable } from "./untraceable.ts";
import { xlaError } from "./xla.ts";

export type { JitOptions, Precision, Rewrites } from "./jit_options.ts";

/** A function that {@linkcode jit} made. */
export interface Jitted<Arguments extends unknown[], Result> {
  /** Runs it, and waits. The results are new tensors, which the caller frees. */
  (...trees: Arguments): Result;
  /**
   * Runs it on a thread of its own, so that JavaScript goes on meanwhile: timers, a progress bar, a server. A plain call
   * and a single operation compute before they return, so that on the processor `data()` has nothing left to wait for.
   */
  later(...trees: Arguments): Promise<Result>;
  /** Runs it `runs` times, each on the same arguments, and tells what its operations took instead of their results. */
  timed(runs: number, ...trees: Arguments): TimedOperation[][];
}

/** Of the function that is being traced, outermost first; those that run at once have none. */
const tracing: Precision[] = [];

/** The type in which the function that is being traced will multiply; "float32" outside of any. */
export function tracedPrecision(): Precision {
  return tracing.at(-1) ?? "float32";
}

interface Traced {
  name: string;
  /** Tensors from outside that the function uses, by number. */
  captured: number[];
  /** The form of the result; each leaf is its place among the function's outputs. */
  form: unknown;
  outputs: number;
  /** Of the arguments that are given away. */
  donated?: Donation;
  /** The names of it and of all that it calls, those inside first. */
  functions: string[];
}

/** A trace, and what it was made for. */
interface Known {
  traced: Traced;
  /** Shapes and types of the arguments, trees of `Spec`s. */
  specs: unknown[];
}

/** What a traced function was made of, and its traces by the arguments' forms, shapes and types. */
interface Made {
  // deno-lint-ignore ban-types
  fn: Function;
  options: JitOptions;
  cache: Map<string, Known>;
  /** Traces the function. */
  trace(specs: unknown[]): Traced;
}

const madeOf = new WeakMap<object, Made>();

/** Frees TensorFlow's functions once nobody can call them any more. */
const abandoned = new FinalizationRegistry((names: string[]) => engine().binding.removeFunctions(names));

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

function tracedForm<Arguments extends unknown[], Result>(
  fn: (...trees: Arguments) => Result,
  options: JitOptions = {},
): Jitted<Arguments, Result> {
  const cache = new Map<string, Known>();
  const call = callOptions(options);
  const tracedFor = retraces(fn.name || `the function at ${callersLine()}`);

  function trace(specs: unknown[]): Traced {
    const donated = options.donate && donation(options.donate);
    tracing.push(options.precision ?? "float32");
    try {
      return withoutTape(() => made(record(fn, specs, donated?.taken), donated));
    } finally {
      tracing.pop();
    }
  }

  const failure = (error: unknown, trees: Arguments) =>
    options.xla ? xlaError(error as Error, () => trace(trees)) : error;

  function prepare(trees: Arguments): { traced: Traced; inputs: number[]; done: () => void } {
    const leaves: Tensor[] = [];
    const key = JSON.stringify(mapTree(trees, (leaf, path) => {
      const tensor = tensorAt(leaf, path);
      if (!options.donate?.includes(parseInt(path))) leaves.push(tensor); // a path begins with the argument's place
      return described(tensor);
    }));
    const ids = engine().backend.getInputTensorIds(leaves);
    let known = cache.get(key);
    if (known === undefined) {
      const specs = mapTree(trees as unknown[], (leaf) => spec(leaf as Tensor));
      cache.set(key, known = { traced: trace(specs), specs });
      tracedFor(trees);
    }
    const { traced } = known;
    const inputs = [...ids, ...traced.captured];
    if (traced.donated === undefined) return { traced, inputs, done() {} };
    const { input, done } = traced.donated.give(trees, inputs);
    return { traced, inputs: [input, ...inputs], done };
  }

  const jitted = (...trees: Arguments): Result => {
    const { binding } = engine();
    if (binding.isTracing()) return tidied(() => fn(...trees));
    const { traced, inputs, done } = prepare(trees);
    const forward = () => {
      try {
        return binding.call(traced.name, inputs, traced.outputs, call).map(wrapped);
      } catch (error) {
        throw failure(error, trees);
      } finally {
        done();
      }
    };
    return inForm(traced.form, differentiable(floats(trees), { forward, backward: refuseGradient }));
  };
  jitted.later = async (...trees: Arguments): Promise<Result> => {
    const { binding } = engine();
    if (binding.isTracing()) throw untraceable("later: while another function is traced, call it without later.");
    const { traced, inputs, done } = prepare(trees);
    try {
      const made = await binding.callOnThread(traced.name, inputs, traced.outputs, call);
      return inForm(traced.form, made.map(wrapped));
    } catch (error) {
      throw failure(error, trees);
    } finally {
      done();
    }
  };
  jitted.timed = (runs: number, ...trees: Arguments): TimedOperation[][] => {
    const { binding } = engine();
    if (binding.isTracing()) throw untraceable("timed: a function that is a part of another has no time of its own.");
    if (options.donate) {
      throw new UserError("jit: what is given away cannot be run on repeatedly. Leave out donate, or timed.");
    }
    const { traced, inputs } = prepare(trees);
    const types = Array.from(leavesOf<Spec>(traced.form).values(), ({ dtype }) => DataType[dtype]);
    return binding.timedRuns(traced.name, inputs, types, call, runs).map(timedOperations);
  };
  madeOf.set(jitted, { fn, options, cache, trace });
  return jitted;
}

async function save<Arguments extends unknown[], Result>(
  jitted: Jitted<Arguments, Result>,
  path: string,
  key: string,
): Promise<void> {
  const { fn, options, cache, trace } = madeOf.get(jitted)!;
  const { binding } = engine();
  const who = fn.name || "the function";
  if (options.donate !== undefined) {
    throw new UserError(`jit.save: arguments are given away to ${who}, which only this process can. Leave out donate.`);
  }
  const traces = [...cache].map(([signature, { specs }]): SavedTrace => {
    // values that JavaScript held outside are constants of a first trace, which handed them over; a second captures them
    const { name, captured, form, outputs, functions } = trace(specs);
    if (captured.length > 0) {
      throw new UserError(
        `jit.save: ${who} uses ${captured.length} tensors from outside, which a file does not hold. Pass them as arguments.`,
      );
    }
    const definitions = functions.map((name) => [name, binding.functionDefinition(name).toBase64()]);
    return { signature, specs, name, form, outputs, functions: Object.fromEntries(definitions) };
  });
  await writeTraces(path, identityOf(fn, key, options), traces);
}

async function load<Arguments extends unknown[], Result>(
  fn: (...trees: Arguments) => Result,
  path: string,
  key: string,
  options: JitOptions = {},
): Promise<Jitted<Arguments, Result>> {
  const { binding } = engine();
  const jitted = tracedForm(fn, options);
  const { cache } = madeOf.get(jitted)!;
  for (
    const { signature, specs, name, form, outputs, functions } of await readTraces(path, identityOf(fn, key, options))
  ) {
    try {
      for (const definition of Object.values(functions)) binding.addFunction(Uint8Array.fromBase64(definition));
    } catch (error) {
      ignored(path, `TensorFlow does not take it (${(error as Error).message})`);
      break;
    }
    const traced = kept({ name, captured: [], form, outputs, functions: Object.keys(functions) });
    cache.set(signature, { traced, specs });
  }
  return jitted;
}

function made({ trace, form }: Recorded, donated?: Donation): Traced {
  const { binding } = engine();
  const { names: [name], captured } = binding.makeFunctions([trace]);
  return kept({ name, captured, form, outputs: trace.outputs.length, donated, functions: binding.functionsMade() });
}

function kept(traced: Traced): Traced {
  abandoned.register(traced, traced.functions);
  return traced;
}

function refuseGradient(): never {
  throw new UserError(
    "A gradient would have to go through a traced function that was called from outside. Take the gradient inside of " +
      "the traced function: jit((x) => tf.grad(f)(x)).",
  );
}
