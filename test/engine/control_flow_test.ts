import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { jit } from "../../lib/engine/jit.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { leavesOf } from "../../lib/engine/tree.ts";
import { test } from "./traced.ts";

await startTensorFlow();

const numbers = (tree: unknown) => [...leavesOf<tf.Tensor>(tree).values()].map((t) => [...t.dataSync()]);

/** Whether a function gives the expected numbers, at once and traced. */
function assertBoth<Arguments extends unknown[]>(
  fn: (...trees: Arguments) => unknown,
  trees: Arguments,
  expected: number[][],
) {
  assertEquals(numbers(fn(...trees)), expected, "at once");
  const traced = jit(fn);
  for (let i = 0; i < 2; i++) assertEquals(numbers(traced(...trees)), expected, "traced");
}

test("cond runs the branch that the value says, on tensors from outside", () => {
  tf.tidy(() => {
    const outside = tf.add(tf.tensor1d([10, 20]), 0);
    const choose = (x: tf.Tensor) => {
      const doubled = tf.mul(x, 2);
      return jit.cond(
        tf.greater(tf.sum(x), 0),
        () => ({ x: tf.add(doubled, outside), whole: tf.scalar(1, "int32"), same: x }),
        () => ({ x: tf.neg(x), whole: tf.scalar(2, "int32"), same: outside }),
      );
    };
    assertBoth(choose, [tf.tensor1d([1, 2])], [[12, 24], [1], [1, 2]]);
    assertBoth(choose, [tf.tensor1d([-1, -2])], [[1, 2], [2], [10, 20]]);
  });
});

test("gradients go through the branch that runs, and to what both use", () => {
  tf.tidy(() => {
    // x > 0: y = x^2 w + h x, with h = x w inside of the function; else y = w - x
    const gradients = (x: tf.Tensor, w: tf.Tensor) =>
      tf.grads((x, w) => {
        const h = tf.mul(x, w);
        const { y, whole } = jit.cond(
          tf.greater(x, 0),
          () => ({ y: tf.add(tf.mul(tf.square(x), w), tf.mul(h, x)), whole: tf.scalar(1, "int32") }),
          () => ({ y: tf.sub(w, x), whole: tf.scalar(2, "int32") }),
        );
        return tf.add(tf.mul(y, 10), tf.cast(whole, "float32"));
      })([x, w]);
    assertBoth(gradients, [tf.scalar(3), tf.scalar(5)], [[600], [180]]); // 40 x w, 20 x^2
    assertBoth(gradients, [tf.scalar(-3), tf.scalar(5)], [[-10], [10]]);
  });
});

test("cond nests, and its gradient with it", () => {
  tf.tidy(() => {
    const fn = (x: tf.Tensor) => {
      const f = (x: tf.Tensor) =>
        jit.cond(
          tf.greater(x, 0),
          () => jit.cond(tf.greater(x, 10), () => tf.mul(x, 3), () => tf.square(x)),
          () => tf.neg(x),
        );
      return [f(x), tf.grad(f)(x)];
    };
    assertBoth(fn, [tf.scalar(20)], [[60], [3]]);
    assertBoth(fn, [tf.scalar(4)], [[16], [8]]);
    assertBoth(fn, [tf.scalar(-4)], [[4], [-1]]);
  });
});

test("a traced function may be called in a branch", () => {
  tf.tidy(() => {
    const cube = jit((x: tf.Tensor) => tf.mul(x, tf.square(x)));
    const fn = (x: tf.Tensor) => tf.grad((x) => jit.cond(tf.greater(x, 0), () => cube(x), () => x))(x);
    assertEquals(numbers(jit(fn)(tf.scalar(2))), [[12]]);
  });
});

test("while repeats as often as the values say", () => {
  tf.tidy(() => {
    const by = tf.add(tf.scalar(3), 0);
    // the steps of Collatz's rule from n to 1, and the highest number on the way
    const collatz = (n: tf.Tensor) => {
      const one = tf.scalar(1, "int32");
      const { count, most } = jit.while(
        ({ n }) => tf.greater(n, one),
        ({ n, count, most }) => {
          const next = jit.cond(
            tf.equal(tf.mod(n, tf.scalar(2, "int32")), tf.scalar(0, "int32")),
            () => tf.floorDiv(n, tf.scalar(2, "int32")),
            () => tf.add(tf.mul(n, tf.cast(by, "int32")), one),
          );
          return { n: next, count: tf.add(count, one), most: tf.maximum(most, next) };
        },
        { n, count: tf.scalar(0, "int32"), most: n },
      );
      return [count, most];
    };
    assertBoth(collatz, [tf.scalar(27, "int32")], [[111], [9232]]);
    assertBoth(collatz, [tf.scalar(1, "int32")], [[0], [1]]);
  });
});

test("while refuses a gradient that goes through it, when traced", () => {
  tf.tidy(() => {
    const halved = (x: tf.Tensor) => jit.while((x) => tf.greater(x, 1), (x) => tf.div(x, 2), x);
    assertEquals(numbers(tf.grad(halved)(tf.scalar(5))), [[0.125]]);
    const says = "jit.while has no gradient in a traced function, for its number of rounds is not known. Use jit.scan";
    assertThrows(() => jit((x: tf.Tensor) => tf.grad(halved)(x))(tf.scalar(5)), Error, says);
    const beside = (x: tf.Tensor) => tf.grad((x) => tf.mul(x, halved(tf.scalar(6))))(x);
    assertBoth(beside, [tf.scalar(5)], [[0.75]]);
  });
});

test("a second derivative goes through cond at once, and is refused when traced", () => {
  tf.tidy(() => {
    const f = (x: tf.Tensor) => jit.cond(tf.greater(x, 0), () => tf.mul(x, tf.square(x)), () => x);
    const second = (x: tf.Tensor) => tf.grad((x) => tf.grad(f)(x))(x);
    assertEquals(numbers(second(tf.scalar(2))), [[12]]);
    assertThrows(() => jit(second)(tf.scalar(2)), Error, "A second derivative would have to go through jit.cond");
  });
});

test("a predicate that is no truth value, and results that differ, are refused", () => {
  tf.tidy(() => {
    const x = tf.tensor1d([1, 2]);
    const same = () => x;
    const says = "jit.cond decides by a truth value, bool[], as tf.greater makes it, got float32[2].";
    assertThrows(() => jit.cond(x, same, same), TypeError, says);
    assertThrows(() => jit((x: tf.Tensor) => jit.cond(x, same, same))(x), TypeError, says);
    const unlike = (x: tf.Tensor) => jit.cond(tf.any(tf.greater(x, 0)), () => ({ y: x }), () => ({ y: tf.sum(x) }));
    const { message } = assertThrows(() => jit(unlike)(x), TypeError);
    assertStringIncludes(
      message,
      "jit.cond: the second function returns float32[] as y, the first has float32[2] there.",
    );
    const grows = (x: tf.Tensor) => jit.while((x) => tf.less(tf.sum(x), 9), (x) => tf.concat([x, x]), x);
    for (const fn of [grows, jit(grows)]) {
      assertThrows(() => fn(x), TypeError, "jit.while: body returns float32[4], the state has float32[2] there.");
    }
  });
});

test("a value of a branch that is used outside of it is refused", () => {
  tf.tidy(() => {
    const leak = (x: tf.Tensor) => {
      let kept = x;
      jit.cond(tf.greater(x, 0), () => (kept = tf.keep(tf.neg(x))), () => x);
      return tf.add(x, kept);
    };
    assertThrows(() => jit(leak)(tf.scalar(1)), Error, "made in a branch or a loop of jit is used outside of it");
    tf.engine().state.numTensors--; // nothing can free what was never there
  });
});

test("a branch that fails while it is traced leaves the engine usable", () => {
  tf.tidy(() => {
    const fail = () => {
      throw new RangeError("no");
    };
    const fn = (x: tf.Tensor) =>
      tf.grad((x) => jit.cond(tf.greater(x, 0), () => tf.square(x), fail as () => tf.Tensor))(x);
    assertThrows(() => jit(fn)(tf.scalar(1)), RangeError, "no");
    assertEquals(numbers(jit((x: tf.Tensor) => tf.grad((x) => tf.square(x))(x))(tf.scalar(3))), [[6]]);
    assertEquals(numbers(tf.grad((x) => tf.square(x))(tf.scalar(3))), [[6]]);
  });
});
