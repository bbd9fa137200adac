/**
 * Optimisers as pure functions: parameters, gradients and moments in, parameters and moments out, all of them trees of
 * tensors of one form. Both follow `torch.optim`; golden `optim.json` holds their numbers.
 */
import { constant, type HostArray } from "../engine/host_array.ts";
import { tf } from "../engine/tensorflow.ts";
import type { Scalar, Tensor } from "../engine/tensors.ts";
import { leavesOf, type Mapped, mapTree } from "../engine/tree.ts";

/** Rules that move parameters. */
export interface Optimiser {
  /** The moments before the first step: zeros. */
  init(params: unknown): Record<string, unknown>;
  /**
   * One step.
   *
   * @param params tree of tensors
   * @param gradients tree of the same form
   * @param moments what `init` or the last step gave
   * @param rate learning rate, a scalar
   */
  update<Params>(
    params: Params,
    gradients: unknown,
    moments: Record<string, unknown>,
    rate: Scalar,
  ): { params: Params; moments: Record<string, unknown> };
}

/** An optimiser as plain data, part of a recipe; without a kind it is stochastic gradient descent. */
export type OptimiserOptions =
  /** {@linkcode sgd}'s settings. */
  | { kind?: "sgd"; momentum: number; weightDecay: number; nesterov: boolean }
  /** {@linkcode adam}'s settings. */
  | { kind: "adam"; beta1: number; beta2: number; weightDecay: number };

/** The optimiser that a recipe names. */
export function optimiserOf(options: OptimiserOptions): Optimiser {
  return options.kind === "adam" ? adam(options) : sgd(options);
}

/**
 * Stochastic gradient descent with momentum.
 *
 *     g += decay p        m = momentum m + g        p -= rate (nesterov ? g + momentum m : m)
 *
 * @param options.momentum share of the last direction that is kept, in [0, 1)
 * @param options.weightDecay decay
 * @param options.nesterov looks ahead along the new direction
 */
export function sgd({ momentum = 0, weightDecay = 0, nesterov = false } = {}): Optimiser {
  return {
    init: (params) => ({ direction: zerosLike(params) }),

    update(params, gradients, { direction }, rate) {
      const g = zip((g, p) => tf.add(g, tf.mul(p, weightDecay)), gradients, params);
      const m = zip((m, g) => tf.add(tf.mul(m, momentum), g), direction, g);
      const moved = zip(
        (p, g, m) => {
          const along = nesterov ? tf.add(g, tf.mul(m, momentum)) : m;
          return tf.sub(p, tf.mul(rate, along));
        },
        params,
        g,
        m,
      );
      return { params: moved as typeof params, moments: { direction: m } };
    },
  };
}

/**
 * Adam (Kingma and Ba, ICLR 2015), t counting from 1:
 *
 *     g += decay p        m = b1 m + (1 - b1) g        v = b2 v + (1 - b2) g^2
 *     p -= rate (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + 1e-8)
 *
 * @param options.beta1 b1
 * @param options.beta2 b2
 * @param options.weightDecay decay
 */
export function adam({ beta1 = 0.9, beta2 = 0.999, weightDecay = 0 } = {}): Optimiser {
  return {
    init: (params) => ({ mean: zerosLike(params), square: zerosLike(params), steps: constant([], 0) }),

    update(params, gradients, { mean, square, steps }, rate) {
      const t = tf.add(steps as Scalar, 1);
      const unbiased = (beta: number) => tf.sub(1, tf.pow(beta, t));
      const g = zip((g, p) => tf.add(g, tf.mul(p, weightDecay)), gradients, params);
      const m = zip((m, g) => tf.add(tf.mul(m, beta1), tf.mul(g, 1 - beta1)), mean, g);
      const v = zip((v, g) => tf.add(tf.mul(v, beta2), tf.mul(tf.square(g), 1 - beta2)), square, g);
      const moved = zip(
        (p, m, v) => {
          const deviation = tf.add(tf.sqrt(tf.div(v, unbiased(beta2))), 1e-8);
          return tf.sub(p, tf.mul(rate, tf.div(tf.div(m, unbiased(beta1)), deviation)));
        },
        params,
        m,
        v,
      );
      return { params: moved as typeof params, moments: { mean: m, square: v, steps: t } };
    },
  };
}

function zerosLike<Params>(params: Params): Mapped<Params, HostArray> {
  return mapTree(params, ({ shape }) => constant([...shape], 0));
}

/** Applies `fn` to the tensors that stand at the same place in trees of one form. */
function zip<Tree>(
  fn: (...leaves: Tensor[]) => Tensor,
  first: Tree,
  ...rest: unknown[]
): Mapped<Tree, Tensor> {
  const others = rest.map((tree) => leavesOf<Tensor>(tree));
  return mapTree(first, (leaf, path) => {
    const at = others.map((leaves) => leaves.get(path));
    if (at.includes(undefined)) throw new TypeError(`${path}: the trees differ in form`);
    return fn(leaf as Tensor, ...at as Tensor[]);
  });
}
