import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { jit } from "../../lib/engine/jit.ts";
import { engine, startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import { runEngine } from "./run_engine.ts";
import { assertClose, normal, test } from "./traced.ts";

await startTensorFlow();

interface Params {
  kernel: tf.Tensor4D;
  dense: tf.Tensor2D;
}

const logits = ({ kernel, dense }: Params, images: tf.Tensor4D) =>
  tf.relu(tf.conv2d(images, kernel, 2, "same")).mean([1, 2]).matMul(dense) as tf.Tensor2D; // [B, 3]

const loss = (params: Params, images: tf.Tensor4D, labels: tf.Tensor1D) =>
  tf.losses.softmaxCrossEntropy(tf.oneHot(labels, 3), logits(params, images)) as tf.Scalar;

function gradients(params: Params, images: tf.Tensor4D, labels: tf.Tensor1D) {
  const { value, grads } = tf.valueAndGrads((kernel, dense) =>
    loss({ kernel: kernel as tf.Tensor4D, dense: dense as tf.Tensor2D }, images, labels)
  )([params.kernel, params.dense]);
  return { value, grads: { kernel: grads[0], dense: grads[1] } };
}

test("a traced function computes what the function computes, gradients too", () => {
  tf.tidy(() => {
    const params = { kernel: normal([3, 3, 3, 5], "kernel"), dense: normal([5, 3], "dense") } as Params;
    const images = normal([4, 8, 8, 3], "images") as tf.Tensor4D;
    const labels = tf.tensor1d([0, 2, 1, 1], "int32");
    assertClose(jit(logits)(params, images), logits(params, images), 1e-5);
    const expected = gradients(params, images, labels);
    const step = jit(gradients);
    for (let i = 0; i < 2; i++) { // traced, then out of the cache
      const actual = step(params, images, labels);
      assertClose(actual.value, expected.value, 1e-5);
      assertClose(actual.grads.kernel, expected.grads.kernel, 1e-5);
      assertClose(actual.grads.dense, expected.grads.dense, 1e-5);
    }
  });
});

test("later computes what the call computes", async () => {
  const square = jit((x: tf.Tensor) => tf.square(x));
  const x = normal([50], "x");
  const now = square(x);
  const later = await square.later(x);
  assertEquals(later.dataSync(), now.dataSync());
  disposeTree([x, now, later]);
});

test("while later computes, JavaScript goes on: timers tick, and other operations run", async () => {
  const x = tf.fill([800, 800], 1 / 800) as tf.Tensor2D;
  const power = jit((x: tf.Tensor2D) => Array(20).fill(x).reduce((y, x) => tf.matMul(y, x), x) as tf.Tensor2D);
  (await power.later(x)).dispose(); // traced
  let ticks = 0, done = false;
  const timer = setInterval(() => ticks++, 1);
  const result = power.later(x).finally(() => done = true);
  assertEquals(tf.tidy(() => tf.add(1, 2).dataSync()[0]), 3);
  assertEquals(done, false);
  const y = await result;
  clearInterval(timer);
  assert(ticks > 0);
  const [first] = await y.data();
  assert(Math.abs(first - 1 / 800) < 1e-6, `${first}`); // the mean of equal numbers
  disposeTree([x, y]);
});

test("an argument of later may be freed at once", async () => {
  const square = jit((x: tf.Tensor) => tf.square(x));
  const x = tf.fill([1000], 3);
  const result = square.later(x);
  x.dispose();
  assertEquals((await result).dataSync()[999], 9);
  (await result).dispose();
});

test("trees nest, and a leaf may stand in the result twice, unchanged, or not at all", () => {
  tf.tidy(() => {
    const x = tf.tensor1d([1, 2]);
    const y = tf.tensor1d([3, 4]);
    const fn = jit((tree: { list: [tf.Tensor, { deep: tf.Tensor }] }) => {
      const sum = tf.add(tree.list[0], tree.list[1].deep);
      return { input: tree.list[0], again: [tree.list[0], sum, sum], empty: {} };
    });
    const result = fn({ list: [x, { deep: y }] });
    assertEquals([...result.input.dataSync()], [1, 2]);
    assertEquals(result.again.map((t) => [...t.dataSync()]), [[1, 2], [4, 6], [4, 6]]);
    assertEquals(result.empty, {});
    x.dispose(); // what was handed back has a life of its own
    assertEquals([...result.input.dataSync()], [1, 2]);
  });
});

test("the same tensor may be several arguments", () => {
  tf.tidy(() => {
    const x = tf.scalar(3);
    assertEquals(jit((a: tf.Tensor, b: tf.Tensor) => tf.mul(a, b))(x, x).dataSync()[0], 9);
  });
});

test("tensors from outside are captured, those made inside become constants", () => {
  tf.tidy(() => {
    const outside = tf.add(tf.tensor1d([10, 20]), 0); // a result, which TensorFlow holds
    const written = tf.tensor1d([100, 200]); // values that were not handed over yet
    const fn = jit((x: tf.Tensor) => x.add(outside).add(written).add(tf.tensor1d([1, 2])).add(0.5));
    const x = tf.zeros([2]);
    for (let i = 0; i < 2; i++) assertEquals([...fn(x).dataSync()], [111.5, 222.5]);
    assertEquals([...jit(() => outside)().dataSync()], [10, 20]);
    assertEquals([...jit(() => tf.scalar(7))().dataSync()], [7]);
  });
});

test("a captured tensor that was disposed is an error that says so", () => {
  const outside = tf.add(1, 2);
  const x = tf.scalar(1);
  const fn = jit((x: tf.Tensor) => tf.add(x, outside));
  fn(x).dispose();
  outside.dispose();
  assertThrows(() => fn(x), Error, "it was disposed, perhaps while a traced function still uses it");
  x.dispose();
});

test("an argument that was disposed, or is no tensor, is an error that says where", () => {
  const fn = jit((tree: { x: tf.Tensor }) => tree.x);
  const x = tf.scalar(1);
  x.dispose();
  assertThrows(() => fn({ x }), Error, "0.x: this tensor was disposed");
  assertThrows(() => fn({ x: { shape: [1] } as unknown as tf.Tensor }), TypeError, "0.x: expected a tensor");
  assertThrows(() => fn({ x: 1 as unknown as tf.Tensor }), TypeError, "0.x: expected a tensor");
});

test("another shape, type or form is traced anew, a known one is not", () => {
  let traces = 0;
  const fn = jit((tree: { x: tf.Tensor } | tf.Tensor[]) => {
    traces++;
    return tf.neg(Array.isArray(tree) ? tree[0] : tree.x);
  });
  const expect = (tree: { x: tf.Tensor } | tf.Tensor[], shape: number[], count: number) => {
    const result = fn(tree);
    assertEquals([result.shape, traces], [shape, count]);
    disposeTree([tree, result]);
  };
  expect({ x: tf.zeros([2]) }, [2], 1);
  expect({ x: tf.zeros([3]) }, [3], 2);
  expect({ x: tf.zeros([2]) }, [2], 2);
  expect({ x: tf.zeros([2], "int32") }, [2], 3);
  expect([tf.zeros([2])], [2], 4);
  expect({ x: tf.zeros([2, 1]) }, [2, 1], 5);
  expect({ x: tf.zeros([0]) }, [0], 6);
});

test("reading a value while tracing is refused", async () => {
  const x = tf.tensor1d([1, 2]);
  const says = "while it is traced. Return the tensor and read it outside.";
  assertThrows(() => jit((x: tf.Tensor) => tf.scalar(tf.neg(x).dataSync()[0]))(x), Error, says);
  let read: Promise<unknown> | undefined;
  jit((x: tf.Tensor) => {
    read = tf.neg(x).data();
    read.catch(() => {});
    return x;
  })(x).dispose();
  await assertRejects(() => read!, Error, says);
  x.dispose();
});

test("a result whose shape depends on values is refused", () => {
  const x = tf.tensor1d([1, 1, 2]);
  assertThrows(() => jit((x: tf.Tensor1D) => tf.unique(x).values)(x), Error, "shape of its result depends on values");
  x.dispose();
});

test("a function that throws while it is traced leaves the engine usable", () => {
  const x = tf.tensor1d([1, 2]);
  const failing = jit((x: tf.Tensor) => {
    tf.square(x);
    throw new RangeError("no");
  });
  assertThrows(() => failing(x), RangeError, "no");
  assertThrows(() => jit((x: tf.Tensor) => tf.grad((x) => tf.matMul(x as tf.Tensor2D, x as tf.Tensor2D))(x))(x));
  assertThrows(() => jit((x: tf.Tensor) => void x)(x), TypeError, "got undefined");
  assertThrows(() => jit((x: tf.Tensor) => Promise.resolve(x))(x), TypeError, "got a Promise");
  const good = jit((x: tf.Tensor) => tf.square(x));
  tf.tidy(() => {
    assertEquals([...good(x).dataSync()], [1, 4]);
    assertEquals([...tf.square(x).dataSync()], [1, 4]);
    assertEquals([...tf.grad((x) => tf.square(x))(x).dataSync()], [2, 4]);
  });
  x.dispose();
});

test("TensorFlow's message tells what does not fit, while tracing and while running", async () => {
  const x = tf.zeros([2, 3]);
  const { backend } = engine();
  const multiply = (a: tf.Tensor, b: tf.Tensor) => backend.executeSingleOutput("BatchMatMulV2", [], [a, b]);
  const tracing = assertThrows(() => jit((x: tf.Tensor) => multiply(x, x))(x), Error);
  assertStringIncludes(tracing.message, "BatchMatMulV2(float32[2,3], float32[2,3]): Dimensions must be equal");

  const gather = jit((x: tf.Tensor, i: tf.Tensor) => tf.gather(x, i as tf.Tensor1D));
  const i = tf.tensor1d([7], "int32");
  const says = "indices[0] = 7 is not in [0, 2)";
  const running = assertThrows(() => gather(x, i), Error, says);
  assertStringIncludes(running.message, "(float32[2,3], int32[1])");
  await assertRejects(() => gather.later(x, i), Error, says);
  disposeTree([x, i]);
});

test("a traced function inside another is a part of it, its gradient too", () => {
  tf.tidy(() => {
    let traces = 0;
    const cube = jit((x: tf.Tensor) => {
      traces++;
      return { y: tf.mul(x, tf.square(x)), x };
    });
    const x = tf.tensor1d([1, 2]);
    const outer = jit((x: tf.Tensor) => {
      const { y, x: same } = cube(x);
      same.dispose(); // what it returns has a life of its own here too
      return { y: tf.add(x, y), gradient: tf.grad((x) => cube(x).y)(x) };
    });
    for (let i = 0; i < 2; i++) {
      const { y, gradient } = outer(x);
      assertEquals([[...y.dataSync()], [...gradient.dataSync()], traces], [[2, 10], [3, 12], 2]);
    }
    assertEquals([...cube(x).y.dataSync()], [1, 8]);
  });
});

test("a traced function on a thread is refused inside another", async () => {
  const x = tf.scalar(1);
  let refused: Promise<unknown> | undefined;
  const square = jit((x: tf.Tensor) => tf.square(x));
  jit((x: tf.Tensor) => {
    refused = square.later(x);
    refused.catch(() => {});
    return x;
  })(x).dispose();
  await assertRejects(() => refused!, Error, "later: while another function is traced, call it without later.");
  x.dispose();
});

Deno.test("a gradient through the call of a traced function is refused", () => {
  tf.tidy(() => {
    const square = jit((x: tf.Tensor) => tf.square(x));
    const says = "Take the gradient inside of the traced function";
    assertThrows(() => tf.grad((x) => tf.add(x, square(x)))(tf.scalar(3)), Error, says);
  });
});

test("a traced function may be called beside a gradient, which is traced or not", () => {
  tf.tidy(() => {
    const square = jit((x: tf.Tensor) => tf.square(x));
    const x = tf.scalar(3);
    assertEquals(tf.grad((x) => tf.mul(x, square(tf.scalar(2))))(x).dataSync()[0], 4);
    assertEquals(tf.grad((x) => tf.mul(x, square(tf.scalar(2))))(x).dataSync()[0], 4);
  });
});

test("a function may dispose its arguments and what it made", () => {
  const x = tf.scalar(3);
  const result = jit((x: tf.Tensor) => {
    const y = tf.square(x);
    const z = tf.add(x, y);
    x.dispose();
    y.dispose();
    return z;
  })(x);
  assertEquals(result.dataSync()[0], 12);
  disposeTree([x, result]);
});

test("whole numbers, truth values and strings go through a traced function", () => {
  tf.tidy(() => {
    const fn = jit((i: tf.Tensor, b: tf.Tensor, s: tf.Tensor) => ({
      i: tf.add(i, i),
      b: tf.logicalNot(b),
      s: tf.reshape(s, [2]),
      mean: tf.mean(b),
      round: tf.round(i),
    }));
    const result = fn(tf.tensor1d([1, 2], "int32"), tf.tensor1d([true, false]), tf.tensor([["a", "é"]]));
    assertEquals([...result.i.dataSync()], [2, 4]);
    assertEquals([...result.b.dataSync()], [0, 1]);
    assertEquals([...result.s.dataSync<"string">()], ["a", "é"]);
    assertEquals([...result.mean.dataSync()], [0.5]);
    assertEquals([...result.round.dataSync()], [1, 2]);
  });
});

test("gather and its gradient can be traced", () => {
  tf.tidy(() => {
    const x = tf.tensor2d([[1, 2], [3, 4], [5, 6]]);
    const i = tf.tensor1d([2, 0, 2], "int32");
    const fn = jit((x: tf.Tensor2D, i: tf.Tensor1D) => ({
      rows: tf.gather(x, i),
      gradient: tf.grad((x) => tf.square(tf.gather(x, i)))(x),
    }));
    const { rows, gradient } = fn(x, i);
    assertEquals(rows.arraySync(), [[5, 6], [1, 2], [5, 6]]);
    assertEquals(gradient.arraySync(), [[2, 4], [0, 0], [20, 24]]);
  });
});

test("operations with lists of inputs and many results can be traced", () => {
  tf.tidy(() => {
    const x = tf.tensor2d([[1, 2], [3, 4]]);
    const fn = jit((x: tf.Tensor2D) => ({
      concat: tf.concat([x, x, x], 1),
      stack: tf.stack([x, x]),
      sum: tf.addN([x, x, x]),
      einsum: tf.einsum("ij,kj->ik", x, x),
      parts: tf.unstack(tf.tile(x, [50, 1])), // 100 results
    }));
    const result = fn(x);
    assertEquals(result.concat.shape, [2, 6]);
    assertEquals(result.stack.shape, [2, 2, 2]);
    assertEquals([...result.sum.dataSync()], [3, 6, 9, 12]);
    assertEquals([...result.einsum.dataSync()], [5, 11, 11, 25]);
    assertEquals(result.parts.length, 100);
    assertEquals([...result.parts[99].dataSync()], [3, 4]);
  });
});

Deno.test("TensorFlow's functions are freed once nobody can call them, and not before", async () => {
  const { output, errors } = await runEngine("abandon_functions.ts", []);
  assertEquals(errors, "");
  assertEquals(JSON.parse(output), { value: 10, made: 63, left: 3 }); // the function and its two branches
});
