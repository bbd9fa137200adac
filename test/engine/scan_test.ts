import { assertEquals, assertThrows } from "@std/assert";
import { jit } from "../../lib/engine/jit.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { leavesOf } from "../../lib/engine/tree.ts";
import { assertClose, normal, test } from "./traced.ts";

await startTensorFlow();

const tensors = (tree: unknown) => [...leavesOf<tf.Tensor>(tree).values()];
const numbers = (tree: unknown) => tensors(tree).map((t) => [...t.dataSync()]);

test("scan carries a value through the rows and stacks the results", () => {
  tf.tidy(() => {
    const sums = (x: tf.Tensor) =>
      jit.scan(
        (sum: tf.Tensor, x: tf.Tensor) => [tf.add(sum, x), { sum: tf.add(sum, x), twice: tf.mul(x, 2) }],
        tf.scalar(0),
        x,
      );
    const x = tf.tensor1d([1, 2, 3]);
    for (const fn of [sums, jit(sums), jit(sums)]) {
      const [last, { sum, twice }] = fn(x);
      assertEquals(numbers([last, sum, twice]), [[6], [1, 3, 6], [2, 4, 6]]);
    }
  });
});

test("what scan carries may be of any type, and a round may result in nothing", () => {
  tf.tidy(() => {
    const fibonacci = (n: tf.Tensor) =>
      jit.scan(
        ({ a, b, odd }: { a: tf.Tensor; b: tf.Tensor; odd: tf.Tensor }, _: tf.Tensor) => [
          { a: b, b: tf.add(a, b), odd: tf.logicalNot(odd) },
          {},
        ],
        { a: tf.scalar(0, "int32"), b: tf.scalar(1, "int32"), odd: tf.scalar(false, "bool") },
        n,
      );
    for (const fn of [fibonacci, jit(fibonacci)]) {
      assertEquals(numbers(fn(tf.zeros([9]))), [[34], [55], [1]]);
    }
  });
});

interface Cell {
  input: tf.Tensor2D;
  recurrent: tf.Tensor2D;
}

/** The loss of a small recurrent network, whose weights the rounds use from outside. */
function loss(cell: Cell, first: tf.Tensor2D, x: tf.Tensor3D): tf.Scalar {
  const scaled = tf.mul(cell.recurrent, 0.5) as tf.Tensor2D; // made inside of the function, used in each round
  const [{ h, count }, { y }] = jit.scan(
    ({ h, count }: { h: tf.Tensor2D; count: tf.Tensor }, x: tf.Tensor2D) => {
      const next = tf.tanh(tf.add(tf.matMul(x, cell.input), tf.matMul(h, scaled))) as tf.Tensor2D;
      return [{ h: next, count: tf.add(count, tf.scalar(1, "int32")) }, { y: tf.square(next), count }];
    },
    { h: first, count: tf.scalar(0, "int32") },
    x as tf.Tensor as tf.Tensor2D,
  );
  return tf.add(tf.sum(h), tf.mul(tf.mean(y), tf.cast(count, "float32"))) as tf.Scalar;
}

const gradients = (cell: Cell, first: tf.Tensor2D, x: tf.Tensor3D) =>
  tf.valueAndGrads((input, recurrent, first, x) =>
    loss({ input, recurrent } as Cell, first as tf.Tensor2D, x as tf.Tensor3D)
  )([cell.input, cell.recurrent, first, x]);

test("the gradient of a traced scan is that of the loop at once, and that of differences", () => {
  tf.tidy(() => {
    const cell = { input: normal([3, 4], "input"), recurrent: normal([4, 4], "recurrent") } as Cell;
    const [first, x] = [normal([2, 4], "first") as tf.Tensor2D, normal([6, 2, 3], "x") as tf.Tensor3D];
    const expected = gradients(cell, first, x);
    const actual = jit(gradients)(cell, first, x);
    tensors(actual).forEach((gradient, i) => assertClose(gradient, tensors(expected)[i], 1e-5));

    const step = 1e-2;
    const by = normal([4, 4], "direction");
    const along = (by_: number) =>
      loss({ ...cell, recurrent: tf.add(cell.recurrent, tf.mul(by, by_)) as tf.Tensor2D }, first, x).dataSync()[0];
    const slope = tf.scalar((along(step) - along(-step)) / (2 * step));
    assertClose(tf.sum(tf.mul(actual.grads[1], by)), slope, 1e-2);
  });
});

test("scan and cond nest, gradients with them", () => {
  tf.tidy(() => {
    // products of the positive numbers, row by row
    const products = (x: tf.Tensor) =>
      jit.scan(
        (all: tf.Tensor, row: tf.Tensor) => {
          const one = (sofar: tf.Tensor, x: tf.Tensor): [tf.Tensor, object] => [
            jit.cond(tf.greater(x, 0), () => tf.mul(sofar, x), () => sofar),
            {},
          ];
          const [product] = jit.scan(one, all, row);
          return [product, {}];
        },
        tf.scalar(1),
        x,
      )[0];
    const fn = (x: tf.Tensor) => tf.valueAndGrad(products)(x);
    const x = tf.tensor2d([[2, -1], [3, 5]]);
    for (const run of [fn, jit(fn)]) assertEquals(numbers(run(x)), [[15, 0, 10, 6], [30]]);
  });
});

test("loops and choices run on a thread of their own too", async () => {
  const odd = jit((x: tf.Tensor) =>
    jit.scan(
      (sum: tf.Tensor, x: tf.Tensor) => [
        jit.cond(tf.greater(tf.mod(x, 2), 0), () => tf.add(sum, x), () => sum),
        jit.while((x) => tf.greater(x, 1), (x) => tf.div(x, 2), x),
      ],
      tf.scalar(0),
      x,
    )
  );
  const x = tf.tensor1d([1, 2, 3, 4]);
  const made = await odd.later(x);
  assertEquals(numbers(made), [[4], [1, 1, 0.75, 1]]);
  tf.dispose([x, ...tensors(made)]);
});

test("a scan of one row has its gradient, at once and traced", () => {
  tf.tidy(() => {
    const twice = (x: tf.Tensor) =>
      jit.scan((sum: tf.Tensor, x: tf.Tensor) => [tf.add(sum, tf.mul(x, 2)), {}], tf.scalar(0), x)[0];
    const fn = (x: tf.Tensor) => tf.grad(twice)(x);
    for (const run of [fn, jit(fn)]) assertEquals(numbers(run(tf.tensor1d([3]))), [[2]]);
  });
});

test("one function serves all rounds", () => {
  tf.tidy(() => {
    let rounds = 0;
    const power = jit((x: tf.Tensor, rows: tf.Tensor) =>
      jit.scan(
        (y: tf.Tensor, _: tf.Tensor) => {
          rounds++;
          return [tf.mul(y, x), y];
        },
        tf.scalar(1),
        rows,
      )
    );
    const [last, all] = power(tf.scalar(1.01), tf.zeros([1000]));
    assertEquals(rounds, 1);
    assertEquals(all.shape, [1000]);
    assertClose(last, tf.scalar(1.01 ** 1000), 1e-4);
    assertClose(tf.slice(all, [999], [1]), tf.tensor1d([1.01 ** 999]), 1e-4);
  });
});

test("rows that are none, or not as many everywhere, are refused, and a round that carries on something else", () => {
  tf.tidy(() => {
    const same = (x: tf.Tensor): [tf.Tensor, tf.Tensor] => [x, x];
    const zero = tf.scalar(0);
    assertThrows(
      () => jit.scan(same, zero, tf.zeros([0, 2])),
      RangeError,
      "at least one, and as many in each tensor, got 0",
    );
    assertThrows(() => jit.scan(same, zero, tf.scalar(1)), RangeError, "got a scalar");
    assertThrows(() => jit.scan(same, zero, {} as tf.Tensor), RangeError, "at least one");
    const uneven = () => jit.scan((c: tf.Tensor, _: object) => [c, c], zero, { a: tf.zeros([2]), b: tf.zeros([3]) });
    assertThrows(uneven, RangeError, "got 3 as b");
    const grow = (x: tf.Tensor) => jit.scan((c: tf.Tensor, x: tf.Tensor) => [tf.stack([c, x]), c], zero, x);
    for (const fn of [grow, jit(grow)]) {
      assertThrows(() => fn(tf.zeros([2])), TypeError, "a round carries on float32[2], it has float32[] there.");
    }
  });
});

test("a second derivative goes through scan at once, and is refused when traced", () => {
  tf.tidy(() => {
    const cube = (x: tf.Tensor) =>
      jit.scan((y: tf.Tensor, _: tf.Tensor) => [tf.mul(y, x), {}], tf.scalar(1), tf.zeros([3]))[0];
    const second = (x: tf.Tensor) => tf.grad((x) => tf.grad(cube)(x))(x);
    assertEquals(numbers(second(tf.scalar(2))), [[12]]);
    assertEquals(numbers(jit((x: tf.Tensor) => tf.grad(cube)(x))(tf.scalar(2))), [[12]]);
    assertThrows(() => jit(second)(tf.scalar(2)), Error, "A second derivative would have to go through jit.scan");
  });
});
