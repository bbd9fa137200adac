import { assertEquals, assertThrows } from "@std/assert";
import { jit } from "../../lib/engine/jit.ts";
import { int, operation, type } from "../../lib/engine/operation.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { callersLine } from "../../lib/engine/untraceable.ts";
import { test } from "./traced.ts";

await startTensorFlow();

/** The number of the line that calls this. */
const line = () => Number(new Error().stack!.split("\n")[2].match(/:(\d+):\d+\)?$/)![1]);

/** Whether tracing fails with a message that names a line of this file and says what to do. */
function assertRefused(fn: (x: tf.Tensor) => tf.Tensor, at: () => number, says: string) {
  tf.tidy(() => {
    const x = tf.tensor1d([1, 2]);
    const { message } = assertThrows(() => jit(fn)(x), Error, says);
    assertEquals(message.match(/^(\/.*):(\d+):\d+: /)?.slice(1), [new URL(import.meta.url).pathname, `${at()}`]);
  });
}

test("a value that is read is refused at the line that reads it", () => {
  let at = 0;
  const read = (x: tf.Tensor) => {
    at = line() + 1;
    const value = tf.neg(x).dataSync()[0];
    return tf.scalar(value);
  };
  assertRefused(read, () => at, "To decide by a value, use jit.cond or jit.while.");
});

test("a comparison by JavaScript is refused at its line", () => {
  let at = 0;
  const decide = (x: tf.Tensor) => {
    at = line() + 1;
    return x as unknown as number > 0 ? x : tf.neg(x);
  };
  assertRefused(decide, () => at, "reads a tensor's values");
});

test("random numbers that JavaScript draws are refused at their line, deep inside tfjs", () => {
  const draws: ((x: tf.Tensor) => tf.Tensor)[] = [
    (x) => tf.dropout(x, 0.5),
    () => tf.randomNormal([2]),
    () => tf.randomUniform([2]),
    () => tf.truncatedNormal([2]),
    () => tf.multinomial(tf.tensor2d([[1, 2]]), 1) as tf.Tensor,
    () => tf.scalar(Math.random()),
  ];
  for (const draw of draws) {
    let at = 0;
    const outer = (x: tf.Tensor) => {
      at = line() + 1;
      return tf.tidy(() => tf.neg(draw(x)));
    };
    tf.tidy(() => {
      assertThrows(() => jit(outer)(tf.zeros([2])), Error, "Draw with a stateless operation whose seed is an argument");
    });
    assertEquals(at > 0, true);
  }
  let at = 0;
  const drop = (x: tf.Tensor) => {
    at = line() + 1;
    return tf.tidy(() => tf.dropout(x, 0.5));
  };
  assertRefused(drop, () => at, "JavaScript draws a random number");
});

test("random numbers with a fixed seed are the same traced and not", () => {
  tf.tidy(() => {
    const drop = (x: tf.Tensor) => tf.dropout(x, 0.5, undefined, 3);
    const x = tf.ones([20]);
    assertEquals(jit(drop)(x).dataSync(), drop(x).dataSync());
  });
});

test("an operation that draws from a state of its own is refused at its line", () => {
  let at = 0;
  const draw = () => {
    at = line() + 1;
    return operation("RandomStandardNormal", [tf.tensor1d([2], "int32")], { dtype: type("float32"), seed: int(1) })[0];
  };
  assertRefused(draw, () => at, "RandomStandardNormal cannot be traced: it changes something outside of the function");
});

test("an assignment to a variable is refused at its line, and works again after it", () => {
  const variable = tf.tidy(() => tf.variable(tf.zeros([2])));
  let at = 0;
  const assign = (x: tf.Tensor) => {
    at = line() + 1;
    variable.assign(tf.add(variable, x));
    return x;
  };
  assertRefused(assign, () => at, "Return the new value, and assign it outside.");
  tf.tidy(() => variable.assign(tf.ones([2])));
  assertEquals([...variable.dataSync()], [1, 1]);
  tf.dispose(variable);
});

test("Math.random draws again once a function is traced", () => {
  tf.tidy(() => void jit((x: tf.Tensor) => tf.neg(x))(tf.scalar(1)));
  assertEquals(Math.random() < 1, true);
});

test("a value that left a traced function by a back door is refused where it is used", () => {
  tf.tidy(() => {
    let kept: tf.Tensor | undefined;
    jit((x: tf.Tensor) => {
      kept = tf.keep(tf.neg(x));
      return x;
    })(tf.scalar(1));
    assertThrows(() => tf.neg(kept!), Error, "it was made inside a traced function and not returned");
    tf.engine().state.numTensors--; // nothing can free what was never there
  });
});

Deno.test("the line of a call is found whoever calls", () => {
  const expected = `${new URL(import.meta.url).pathname}:${line() + 1}:`;
  assertEquals(callersLine()?.startsWith(expected), true);
});
