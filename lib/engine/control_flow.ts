/**
 * Choices and loops that depend on values. At once, they are JavaScript's own `if` and `while`; in a traced function,
 * where JavaScript has no values, they are TensorFlow's, of functions that are traced apart. (After `jax.lax.cond` and
 * `jax.lax.while_loop`.)
 */
import { UserError } from "../files/user_error.ts";
import { described, idOf, inForm, type Place, record, type Recorded, type Spec, tidied, wrapped } from "./record.ts";
import { differentiable, floats, pulledBack, withoutSecond, withOwnTape } from "./tape.ts";
import { engine, tf } from "./tensorflow.ts";
import type { Tensor } from "./tensors.ts";
import { disposeTree, leavesOf } from "./tree.ts";

/** `jit.cond`, see {@linkcode Jit.cond}. */
export function cond<Result>(predicate: Tensor, then: () => Result, otherwise: () => Result): Result {
  assertTruthValue("jit.cond", predicate);
  if (!engine().binding.isTracing()) return tidied(predicate.dataSync()[0] ? then : otherwise);

  const { result: [first, second], used } = withOwnTape(() =>
    [then, otherwise].map((branch) => record(() => tidied(branch), []))
  );
  assertAlike("jit.cond: the second function returns", second.form, "the first", first.form);
  const choose = choice(first, second);
  const specs = floats<Place>(first.form);
  const chooseGradients = used.length === 0 ? undefined : withOwnTape(() => {
    const [a, b] = [then, otherwise].map((branch) => record((dys: Tensor[]) => pulledBack(branch, used, dys), [specs]));
    return choice(a, b);
  }).result;
  const by = engine().binding.hold(idOf(predicate));
  const results = differentiable(used, {
    forward: () => choose(by, []),
    backward: (dys) => withoutSecond("jit.cond", [...used, ...dys], () => chooseGradients!(by, dys)),
  });
  return inForm(first.form, results);
}

/** Makes a choice between two recorded functions that take the same and return the same. */
function choice(then: Recorded, otherwise: Recorded): (predicate: number, inputs: Tensor[]) => Tensor[] {
  const { binding } = engine();
  const { names: [a, b], captured } = binding.makeFunctions([then.trace, otherwise.trace]);
  const { outputs } = then.trace;
  return (predicate, inputs) =>
    outputs.length === 0
      ? []
      : binding.branch(predicate, [a, b], [...inputs.map(idOf), ...captured], outputs).map(wrapped);
}

/** `jit.while`, see {@linkcode Jit.while}. */
export function whileLoop<State>(
  condition: (state: State) => Tensor,
  body: (state: State) => State,
  state: State,
): State {
  const { binding } = engine();
  const goesOn = (state: State) => {
    const goesOn = condition(state);
    assertTruthValue("jit.while", goesOn);
    return goesOn;
  };
  const next = (state: State) => {
    const next = tidied(() => body(state));
    assertAlike("jit.while: body returns", next, "the state", state);
    return next;
  };
  if (!binding.isTracing()) return repeated(goesOn, next, state);

  const { result: [round, test], used } = withOwnTape(() => [record(next, [state]), record(goesOn, [state])]);
  const { names: [bodyName, testName], captured } = binding.makeFunctions([round.trace, test.trace], true);
  const first = [...leavesOf<Tensor>(state).values()];
  const results = differentiable([...floats(state), ...used], {
    forward: () => {
      const last = binding.loop(testName, bodyName, [...first.map(idOf), ...captured]);
      return last.slice(0, first.length).map(wrapped);
    },
    backward: () => {
      throw new UserError(
        "jit.while has no gradient in a traced function, for its number of rounds is not known. Use jit.scan, with as " +
          "many rounds as there may be.",
      );
    },
  });
  return inForm(round.form, results);
}

function repeated<State>(goesOn: (state: State) => Tensor, next: (state: State) => State, first: State): State {
  return tidied(() => {
    let state = first;
    while (tf.tidy(() => goesOn(state)).dataSync()[0]) {
      const following = next(state);
      if (state !== first) disposeTree(state);
      state = following;
    }
    return state;
  });
}

function assertTruthValue(who: string, { dtype, shape }: Tensor): void {
  if (dtype === "bool" && shape.length === 0) return;
  throw new TypeError(`${who} decides by a truth value, bool[], as tf.greater makes it, got ${dtype}[${shape}].`);
}

/** @throws {TypeError} if two trees differ in form, or in a leaf's shape or type */
export function assertAlike(who: string, actual: unknown, than: string, expected: unknown): void {
  const [a, b] = [actual, expected].map((tree) => leavesOf<Spec>(tree));
  for (const path of new Set([...b.keys(), ...a.keys()])) {
    const [got, wanted] = [a, b].map((leaves) => leaves.has(path) ? described(leaves.get(path)!) : "nothing");
    if (got !== wanted) throw new TypeError(`${who} ${got}${path && ` as ${path}`}, ${than} has ${wanted} there.`);
  }
}
