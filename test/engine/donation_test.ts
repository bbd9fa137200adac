import { assertEquals, assertGreater, assertLess, assertRejects, assertThrows } from "@std/assert";
import { jit } from "../../lib/engine/jit.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { runEngine } from "./run_engine.ts";
import { test } from "./traced.ts";

await startTensorFlow();

Deno.test({
  name: "what is given away is computed in: two results of 200 MB take 400 MB more, 200 or none",
  ignore: Deno.build.os !== "linux", // only there a process's own peak can be read, and only with all permissions
  async fn() {
    const grown: number[] = [];
    for (const places of ["[]", "[0]", "[0,1]"]) {
      const { output, errors } = await runEngine("donate.ts", [places], {}, ["--allow-all"]);
      assertEquals(errors, "");
      const made = JSON.parse(output);
      assertEquals(made.values, [5, 4]); // 3 * 2 - 1 and 8 / 2
      grown.push(made.grown);
    }
    const [kept, one, both] = grown;
    assertGreater(kept, 350);
    assertGreater(one, 150);
    assertLess(one, 300);
    assertLess(both, 100);
  },
});

interface State {
  x: tf.Tensor;
  list: [tf.Tensor];
}

const next = ({ x, list: [count] }: State, by: tf.Tensor) => ({
  x: tf.mul(x, by),
  list: [tf.add(count, tf.scalar(1, "int32"))] as [tf.Tensor],
});

test("a tree that is given away comes in by its form, shapes and types, now and later", async () => {
  const step = jit(next, { donate: [0] });
  const by = tf.scalar(2);
  let state: State = { x: tf.tensor2d([[1, 2]]), list: [tf.scalar(0, "int32")] };
  for (let i = 0; i < 4; i++) state = i % 2 === 0 ? step(state, by) : await step.later(state, by);
  assertEquals([...state.x.dataSync(), ...state.list[0].dataSync()], [16, 32, 4]);
  disposeTree([state, by]);
});

test("trees of several forms are given to one function", () => {
  const sum = jit((list: tf.Tensor[]) => tf.addN(list.map((x) => tf.cast(x, "float32"))), { donate: [0] });
  const lists = [[tf.scalar(1)], [tf.scalar(1), tf.scalar(2)], [tf.scalar(1, "int32"), tf.scalar(5)], [tf.scalar(3)]];
  const sums = lists.map((list) => sum(list));
  assertEquals(sums.map((x) => x.dataSync()[0]), [1, 3, 6, 3]);
  disposeTree(sums);
});

test("calls on several threads at once take each their own", async () => {
  const step = jit((x: tf.Tensor) => tf.add(tf.matMul(x as tf.Tensor2D, tf.ones([64, 64])), x), { donate: [0] });
  const made = await Promise.all(Array.from({ length: 20 }, (_, i) => step.later(tf.fill([64, 64], i))));
  assertEquals(made.map((x) => x.dataSync()[0]), Array.from({ length: 20 }, (_, i) => 65 * i));
  disposeTree(made);
});

test("use after it was given away is an error that says so", () => {
  const x = tf.fill([2], 1);
  const step = jit((x: tf.Tensor) => tf.neg(x), { donate: [0] });
  const y = step(x);
  const gone = "was given away to a traced function (donate), and is no more";
  assertThrows(() => step(x), Error, `0: this tensor ${gone}`);
  assertThrows(() => tf.square(x), Error, `Square: its input 0, float32[2], ${gone}. Use what the function returned.`);
  assertThrows(() => x.dataSync(), Error, "disposed");
  assertEquals([...y.dataSync()], [-1, -1]);
  y.dispose();
});

test("a tensor that shares its values with another leaves them to it", () => {
  const x = tf.tensor1d([1, 2]);
  const same = x.clone();
  const y = jit((x: tf.Tensor) => tf.mul(x, 3), { donate: [0] })(x);
  assertEquals([...same.dataSync(), ...y.dataSync()], [1, 2, 3, 6]);
  disposeTree([same, y]);
});

test("a tensor that is needed twice is not given away", () => {
  const x = tf.tensor1d([1, 2]);
  const add = (a: tf.Tensor, b: tf.Tensor) => tf.add(a, b);
  const says = "is also another argument, or is used from outside";
  assertThrows(() => jit(add, { donate: [0] })(x, x), UserError, says);
  assertThrows(() => jit(add, { donate: [0, 1] })(x, x), UserError, says);
  assertThrows(() => jit((y: tf.Tensor) => tf.add(x, y), { donate: [0] })(x), UserError, says);
  for (const place of [1, -1]) {
    const nothing = jit((x: tf.Tensor) => x, { donate: [0, place] });
    assertThrows(() => nothing(x), UserError, `donate names argument ${place}, counted from 0, which is not there`);
  }
  assertEquals([...x.dataSync()], [1, 2]);
  x.dispose();
});

test("what a function does not use, or fails on, is gone as well, and the next call is right", async () => {
  const step = jit((x: tf.Tensor, i: tf.Tensor) => tf.gather(x, i as tf.Tensor1D), { donate: [0] });
  const [inside, outside] = [tf.tensor1d([1], "int32"), tf.tensor1d([7], "int32")];
  const given = tf.tensor1d([5, 6]);
  assertThrows(() => step(given, outside), Error, "indices[0] = 7 is not in [0, 2)");
  assertEquals(given.isDisposed, true);
  await assertRejects(() => step.later(tf.tensor1d([5, 6]), outside), Error, "is not in [0, 2)");
  const unused = jit((x: tf.Tensor) => tf.zeros(x.shape), { donate: [0] });
  const made = [step(tf.tensor1d([3, 4]), inside), unused(tf.tensor1d([1]))];
  assertEquals(made.map((x) => [...x.dataSync()]), [[4], [0]]);
  disposeTree([inside, outside, made]);
});

test("inside of another traced function nothing is given away", () => {
  tf.tidy(() => {
    const inner = jit((x: tf.Tensor) => tf.square(x), { donate: [0] });
    const outer = jit((x: tf.Tensor) => tf.add(inner(x), x));
    const x = tf.scalar(3);
    assertEquals([outer(x).dataSync()[0], outer(x).dataSync()[0]], [12, 12]);
    assertEquals(tf.grad((x) => tf.mul(x, inner(tf.scalar(2))))(x).dataSync()[0], 4); // beside a gradient
  });
});

Deno.test("XLA and donate exclude each other", () => {
  assertThrows(() => jit((x: tf.Tensor) => x, { xla: true, donate: [0] }), UserError, "Leave out xla, or donate");
});
