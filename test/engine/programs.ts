/** Random programs of tensors, for `jit_property_test.ts`: what fast-check draws, and what it means. */
import fc from "fast-check";
import { jit } from "../../lib/engine/jit.ts";
import { engine, tf } from "../../lib/engine/tensorflow.ts";
import { leavesOf } from "../../lib/engine/tree.ts";

/** One step: a kind of operation on two values that are there already, and a number that decides about details. */
interface Step {
  kind: Kind;
  x: number;
  y: number;
  n: number;
}

/** A program: the shapes of its inputs, the steps, and how inputs and outputs nest. */
export interface Program {
  shapes: number[][];
  steps: Step[];
  nesting: boolean[];
  seed: number;
}

/** A value has at most so many numbers, so that programs stay fast; one that would have more is averaged. */
const MOST = 200;

const T = (x: tf.Tensor) => x as tf.Tensor2D & tf.Tensor1D & tf.Tensor4D;
const last = (x: tf.Tensor) => x.shape.at(-1) ?? 1;
const axisOf = (x: tf.Tensor, n: number) => n % x.rank;
/** `[rows, columns]`, its last axis the columns. */
const matrix = (x: tf.Tensor) => tf.reshape(x, [-1, last(x)]) as tf.Tensor2D;
/** `[1, rows, columns, 1]` */
const image = (x: tf.Tensor) => tf.reshape(x, [1, x.size / last(x), last(x), 1]) as tf.Tensor4D;
/** `y`, or its mean where it does not go with `x`. */
const fitting = (x: tf.Tensor, y: tf.Tensor) =>
  tf.util.arraysEqual(x.shape, y.shape) || y.rank === 1 && last(x) === y.size ? y : tf.mean(y);
/** The same, broadcast: not all of tfjs's gradients do that. */
const full = (x: tf.Tensor, y: tf.Tensor) => tf.mul(fitting(x, y), tf.onesLike(x));
/** Elementwise; what could grow is halved. */
const ELEMENTWISE: ((x: tf.Tensor) => tf.Tensor)[] = [
  (x) => tf.relu(x),
  (x) => tf.leakyRelu(x, 0.3),
  (x) => tf.elu(x),
  (x) => tf.tanh(x),
  (x) => tf.sigmoid(x),
  (x) => tf.softplus(x),
  (x) => tf.sin(x),
  (x) => tf.mul(0.5, tf.square(x)),
  (x) => tf.exp(tf.neg(tf.square(x))),
  (x) => tf.log(tf.add(1.5, tf.square(x))),
  (x) => tf.sqrt(tf.add(1.5, tf.square(x))),
  (x) => tf.abs(x),
  (x) => tf.clipByValue(x, -0.7, 0.9),
];

/** What each kind of step does with two values. */
const KINDS = {
  elementwise: (x: tf.Tensor, _y: tf.Tensor, n: number) => ELEMENTWISE[n % ELEMENTWISE.length](x),
  add: (x: tf.Tensor, y: tf.Tensor) => tf.add(x, fitting(x, y)),
  subtract: (x: tf.Tensor, y: tf.Tensor) => tf.sub(fitting(x, y), x),
  multiply: (x: tf.Tensor, y: tf.Tensor) => tf.mul(tf.mul(0.5, x), fitting(x, y)),
  divide: (x: tf.Tensor, y: tf.Tensor) => tf.div(x, tf.add(1, tf.square(fitting(x, y)))),
  maximum: (x: tf.Tensor, y: tf.Tensor) => tf.maximum(x, full(x, y)),
  squaredDifference: (x: tf.Tensor, y: tf.Tensor) => tf.mul(0.2, tf.squaredDifference(x, full(x, y))),
  choose: (x: tf.Tensor, y: tf.Tensor) => {
    const first = tf.reshape(tf.less(tf.range(0, x.size), x.size / 2), x.shape);
    return tf.where(first, x, full(x, y));
  },
  matMul: (x: tf.Tensor, y: tf.Tensor) =>
    tf.mul(0.3, tf.matMul(matrix(x), matrix(last(x) === last(y) ? y : x), false, true)),
  gram: (x: tf.Tensor) => tf.mul(0.3, tf.matMul(matrix(x), matrix(x), true)),
  sum: (x: tf.Tensor, _y: tf.Tensor, n: number) => tf.sum(x, axisOf(x, n), n % 2 === 0),
  mean: (x: tf.Tensor, _y: tf.Tensor, n: number) => tf.mean(x, axisOf(x, n), n % 2 === 0),
  max: (x: tf.Tensor, _y: tf.Tensor, n: number) => tf.max(x, axisOf(x, n)),
  logSumExp: (x: tf.Tensor) => tf.logSumExp(x, -1),
  norm: (x: tf.Tensor) => tf.sqrt(tf.add(0.5, tf.square(tf.norm(tf.add(x, 0.3))))),
  softmax: (x: tf.Tensor) => tf.softmax(x),
  logSoftmax: (x: tf.Tensor) => tf.logSoftmax(x),
  reshape: (x: tf.Tensor, _y: tf.Tensor, n: number) => n % 2 === 0 ? tf.reshape(x, [-1]) : tf.expandDims(x, 0),
  squeeze: (x: tf.Tensor) => tf.squeeze(x),
  transpose: (x: tf.Tensor, _y: tf.Tensor, n: number) =>
    tf.transpose(x, Array.from(x.shape, (_, i) => (i + n) % x.rank)),
  concat: (x: tf.Tensor, y: tf.Tensor, n: number) => {
    return tf.concat([x, tf.util.arraysEqual(x.shape, y.shape) ? y : tf.neg(x), x], axisOf(x, n));
  },
  unstack: (x: tf.Tensor, _y: tf.Tensor, n: number) => {
    const axis = axisOf(x, n);
    if (x.shape[axis] === 1) return tf.squeeze(x, [axis]); // tfjs's gradient of one part fails
    const parts = tf.unstack(x, axis);
    return parts[n % parts.length];
  },
  slice: (x: tf.Tensor, _y: tf.Tensor, n: number) => {
    const begin = x.shape.map((size, i) => i === n % x.rank && size > 1 ? 1 : 0);
    return tf.slice(x, begin);
  },
  gather: (x: tf.Tensor, _y: tf.Tensor, n: number) => {
    const axis = axisOf(x, n);
    const indices = Array.from({ length: 3 }, (_, i) => (i * n) % x.shape[axis]);
    return tf.gather(x, tf.tensor1d(indices, "int32"), axis);
  },
  pad: (x: tf.Tensor, _y: tf.Tensor, n: number) =>
    tf.pad(T(x), x.shape.map((_, i) => i === n % x.rank ? [1, 0] : [0, 0])),
  reverse: (x: tf.Tensor, _y: tf.Tensor, n: number) => tf.reverse(x, axisOf(x, n)),
  tile: (x: tf.Tensor) => tf.tile(x, x.shape.map((_, i) => i === 0 ? 2 : 1)),
  cumsum: (x: tf.Tensor) => tf.mul(0.5, tf.cumsum(x, x.rank - 1)), // along others tfjs's gradient fails
  conv2d: (x: tf.Tensor, y: tf.Tensor, n: number) => {
    const kernel = tf.mul(tf.mean(y), tf.tensor4d([0.3, -0.2, 0.5, 0.1, 0.4, -0.6, 0.2, 0.7], [2, 2, 1, 2]));
    return tf.conv2d(image(x), T(kernel), n % 2 === 0 ? 1 : 2, "same");
  },
  depthwiseConv2d: (x: tf.Tensor, y: tf.Tensor) => {
    const kernel = tf.mul(tf.mean(y), tf.tensor4d([0.3, -0.2, 0.5, 0.1], [2, 2, 1, 1]));
    return tf.depthwiseConv2d(image(x), T(kernel), 1, "same");
  },
  maxPool: (x: tf.Tensor, _y: tf.Tensor, n: number) => tf.maxPool(image(x), 2, 1 + n % 2, "same"),
  avgPool: (x: tf.Tensor, _y: tf.Tensor, n: number) => tf.avgPool(image(x), 2, 1 + n % 2, "same"),
  batchNorm: (x: tf.Tensor) => {
    const { mean, variance } = tf.moments(matrix(x), 0);
    return tf.batchNorm(matrix(x), T(mean), T(variance), tf.fill([last(x)], 0.1), tf.fill([last(x)], 0.9), 0.3);
  },
  crossEntropy: (x: tf.Tensor) =>
    tf.losses.softmaxCrossEntropy(tf.fill(matrix(x).shape, 1 / last(x)), matrix(x)) as tf.Tensor,
  cond: (x: tf.Tensor, y: tf.Tensor) =>
    jit.cond(tf.greater(tf.mean(x), 0.05), () => tf.sin(x), () => tf.mul(x, tf.mean(y))),
  scan: (x: tf.Tensor, y: tf.Tensor) => {
    const by = tf.mean(y);
    const round = (sum: tf.Tensor, row: tf.Tensor): [tf.Tensor, tf.Tensor] => {
      const next = tf.tanh(tf.add(tf.mul(sum, by), tf.mean(row)));
      return [next, tf.mul(next, row)];
    };
    const [sum, rows] = jit.scan(round, tf.scalar(0.5), matrix(x) as tf.Tensor);
    return tf.add(rows, sum);
  },
  nested: (x: tf.Tensor, y: tf.Tensor) => {
    const fn = (x: tf.Tensor, y: tf.Tensor) => tf.mul(tf.cos(x), tf.mean(y));
    return engine().binding.isTracing() ? jit(fn)(x, y) : fn(x, y); // no gradient enters a traced function from outside
  },
};

/** A kind of step. */
export type Kind = keyof typeof KINDS;

/** Programs of up to 4 steps on up to 3 inputs. */
export const programs: fc.Arbitrary<Program> = fc.record({
  shapes: fc.array(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 4 }), { minLength: 1, maxLength: 3 }),
  steps: fc.array(
    fc.record({
      kind: fc.constantFrom(...Object.keys(KINDS) as Kind[]),
      x: fc.nat(9),
      y: fc.nat(9),
      n: fc.nat(12),
    }),
    { minLength: 1, maxLength: 4 },
  ),
  nesting: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
  seed: fc.nat(1000),
});

/** The tree in which tensors nest: in arrays or in objects, one below the other. */
export function nested(tensors: tf.Tensor[], nesting: boolean[]): unknown {
  return tensors.reduceRight<unknown>(
    (below, tensor, i) => nesting[i % nesting.length] ? { tensor, below } : [tensor, below],
    [],
  );
}

/** What a program makes of a tree of inputs: the inputs and the last three values, as a tree. */
export function run({ steps, nesting }: Program, inputs: unknown): unknown {
  const values = [...leavesOf<tf.Tensor>(inputs).values()];
  const operand = (i: number) => values[i % values.length];
  for (const { kind, x, y, n } of steps) {
    const withAxis = operand(x).rank === 0 ? tf.reshape(operand(x), [1]) : operand(x);
    const made = KINDS[kind](withAxis, operand(y), n);
    values.push(made.size > MOST ? tf.mean(made) : made);
  }
  return nested(values.slice(-3), nesting);
}
