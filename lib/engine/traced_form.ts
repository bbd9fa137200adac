/** A function that runs as one call of TensorFlow's: traced where it meets arguments of new shapes, and kept. */
import { UserError } from "../files/user_error.ts";
import { DataType } from "./c_api.ts";
import { type Donation, donation } from "./donation.ts";
import { callOptions, type JitOptions, type Precision } from "./jit_options.ts";
import { described, inForm, record, type Recorded, type Spec, spec, tensorAt, tidied, wrapped } from "./record.ts";
import { retraces } from "./retraces.ts";
import { type TimedOperation, timedOperations } from "./step_stats.ts";
import { differentiable, floats, withoutTape } from "./tape.ts";
import { engine } from "./tensorflow.ts";
import type { Tensor } from "./tensors.ts";
import { leavesOf, mapTree } from "./tree.ts";
import { callersLine, untraceable } from "./untraceable.ts";
import { xlaError } from "./xla.ts";

/** A function that {@linkcode jit} made. */
export interface Jitted<Arguments extends unknown[], Result> {
  /** Runs it, and waits. The results are new tensors, which the caller frees. */
  (...trees: Arguments): Result;
  /**
   * Runs it on a thread of its own, so that JavaScript goes on meanwhile: timers, a progress bar, a server. A plain call
   * and a single operation compute before they return, so that on the processor `data()` has nothing left to wait for.
   */
  later(...trees: Arguments): Promise<Result>;
  /**
   * Runs it `runs` times, each on the same arguments, and tells what its operations took instead of their results.
   *
   * @throws {UserError} if arguments are given away to it
   */
  timed(runs: number, ...trees: Arguments): TimedOperation[][];
}

/** Of the function that is being traced, outermost first; those that run at once have none. */
const tracing: Precision[] = [];

/** The type in which the function that is being traced will multiply; "float32" outside of any. */
export function tracedPrecision(): Precision {
  return tracing.at(-1) ?? "float32";
}

/** What tracing made. */
export interface Traced {
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
export interface Known {
  traced: Traced;
  /** Shapes and types of the arguments, trees of `Spec`s. */
  specs: unknown[];
}

/** What a traced function was made of, and its traces by the arguments' forms, shapes and types. */
export interface Made {
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

/** What `jit` makes of a function: see there. */
export function tracedForm<Arguments extends unknown[], Result>(
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

/** What a traced function was made of. */
export function partsOf(jitted: object): Made {
  return madeOf.get(jitted)!;
}

function made({ trace, form }: Recorded, donated?: Donation): Traced {
  const { binding } = engine();
  const { names: [name], captured } = binding.makeFunctions([trace]);
  return kept({ name, captured, form, outputs: trace.outputs.length, donated, functions: binding.functionsMade() });
}

/** A trace whose functions are freed with it. */
export function kept(traced: Traced): Traced {
  abandoned.register(traced, traced.functions);
  return traced;
}

function refuseGradient(): never {
  throw new UserError(
    "A gradient would have to go through a traced function that was called from outside. Take the gradient inside of " +
      "the traced function: jit((x) => tf.grad(f)(x)).",
  );
}
