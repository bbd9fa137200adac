/**
 * What tracing has to do with tfjs's tape, the list of operations with which `tf.grad` and its kin find what depends on
 * what, while a gradient is being taken.
 */
import { UserError } from "../files/user_error.ts";
import type { Spec } from "./record.ts";
import { tf } from "./tensorflow.ts";
import type { Tensor } from "./tensors.ts";
import { leavesOf } from "./tree.ts";

/** Whether tfjs writes down what is computed, to differentiate it. */
export const isTapeOn = () => tf.engine().isTapeOn();

/** Runs `work` while no gradient is being taken, as far as tfjs knows. */
export function withoutTape<T>(work: () => T): T {
  const { state } = tf.engine();
  const { activeTape, gradientDepth } = state;
  state.gradientDepth = 0;
  try {
    return work();
  } finally {
    Object.assign(state, { activeTape, gradientDepth });
  }
}

/**
 * Runs `work` with a tape of its own, which nobody else sees.
 *
 * @returns also the tensors from before `work` that a gradient could go to; none while no gradient is being taken
 */
export function withOwnTape<T>(work: () => T): { result: T; used: Tensor[] } {
  if (!isTapeOn()) return { result: work(), used: [] };
  const { state } = tf.engine();
  const outer = state.activeTape;
  state.activeTape = [];
  const first = tf.tidy(() => tf.scalar(0).id); // tensors are numbered in the order in which they come to be
  try {
    const result = work();
    const inputs = state.activeTape.flatMap(({ inputs }) => Object.values(inputs));
    const used = new Map(inputs.filter((x) => x.id < first && isFloat(x)).map((x) => [x.id, x]));
    return { result, used: [...used.values()] };
  } finally {
    for (const { saved } of state.activeTape) tf.dispose(saved);
    state.activeTape = outer;
  }
}

/** The name under which tfjs knows a computation that {@linkcode differentiable} wrote down. */
const KERNEL = "Differentiable";

interface Attributes {
  forward: () => Tensor[];
  backward: (dys: Tensor[]) => Tensor[];
}

tf.registerKernel({
  kernelName: KERNEL,
  backendName: "tensorflow",
  kernelFunc: ({ attrs }) => (attrs as unknown as Attributes).forward(),
});
tf.registerGradient({
  kernelName: KERNEL,
  gradFunc(dy, _saved, attrs) {
    const gradients = (attrs as unknown as Attributes).backward(Array.isArray(dy) ? dy : [dy]);
    return Object.fromEntries(gradients.map((gradient, i) => [i, () => gradient]));
  },
});

/**
 * Several results with one gradient, which `tf.customGrad` has only for one.
 *
 * @param inputs what to differentiate with respect to
 * @param backward from the gradients of the results' {@linkcode floats} to those of the inputs
 */
export function differentiable(inputs: Tensor[], { forward, backward }: Attributes): Tensor[] {
  if (!isTapeOn() || inputs.length === 0) return forward();
  const attributes: Attributes = { forward, backward: (dys) => backward(dys.filter((_, i) => isFloat(results[i]))) };
  const named = Object.fromEntries(inputs.entries());
  const results = tf.engine().runKernel<Tensor[]>(KERNEL, named, attributes as unknown as tf.NamedAttrMap);
  return results;
}

/** Gradients that cannot be differentiated once more. */
export function withoutSecond(who: string, inputs: Tensor[], gradients: () => Tensor[]): Tensor[] {
  return differentiable(inputs, {
    forward: gradients,
    backward() {
      throw new UserError(
        `A second derivative would have to go through ${who} in a traced function, which has only a first. Take it ` +
          "outside of a traced function.",
      );
    },
  });
}

/** The leaves of a tree that can have a gradient. */
export const floats = <L extends Spec = Tensor>(tree: unknown): L[] => [...leavesOf<L>(tree).values()].filter(isFloat);

const isFloat = ({ dtype }: Spec) => dtype === "float32";

/**
 * The gradients of what `run` returns, a tree of tensors, with respect to `inputs`.
 *
 * @param dys the gradients of the {@linkcode floats} of the tree
 */
export function pulledBack(run: () => unknown, inputs: Tensor[], dys: Tensor[]): Tensor[] {
  const backward = () => dys.map((dy) => dy.clone()); // tfjs frees what it adds up
  const end = () => differentiable(floats(run()), { forward: () => [tf.scalar(0)], backward })[0];
  const { grads } = tf.engine().gradients(end, inputs, undefined, true);
  return inputs.map((x, i) => grads[i] ?? tf.zerosLike(x));
}
