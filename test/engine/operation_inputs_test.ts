import { assertEquals, assertThrows } from "@std/assert";
import { jit } from "../../lib/engine/jit.ts";
import { type AttributeValue, int, operation, text, type } from "../../lib/engine/operation.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { test } from "./traced.ts";

await startTensorFlow();

const float32 = type("float32"), int32 = type("int32");
const floats = (...values: number[]) => tf.tensor1d(values);
const whole = (...values: number[]) => tf.tensor1d(values, "int32");
const axis = () => tf.scalar(0, "int32");
const words = (...values: string[]) => tf.tensor1d(values);

/** An operation, its inputs, its attributes, and the values of its results by their definition. */
type Case = [string, () => tf.Tensor[], Record<string, AttributeValue>, unknown[]];

const CASES: Case[] = [
  ["AddN", () => [floats(1, 2)], { T: float32, N: int(1) }, [[1, 2]]],
  ["AddN", () => [floats(1, 2), floats(3, 4)], { T: float32, N: int(2) }, [[4, 6]]],
  ["Pack", () => [floats(1, 2)], { T: float32, N: int(1) }, [[[1, 2]]]],
  ["Pack", () => [floats(1, 2), floats(3, 4)], { T: float32, N: int(2) }, [[[1, 2], [3, 4]]]],
  ["Einsum", () => [floats(1, 2)], { T: float32, N: int(1), equation: text("i->") }, [3]],
  ["Einsum", () => [floats(1, 2), floats(3, 4)], { T: float32, N: int(2), equation: text("i,i->") }, [11]],
  ["ShapeN", () => [floats(1, 2)], { T: float32, N: int(1), out_type: int32 }, [[2]]],
  ["ShapeN", () => [floats(1, 2), floats(3)], { T: float32, N: int(2), out_type: int32 }, [[2], [1]]],
  ["StringJoin", () => [], { N: int(0) }, [""]],
  ["StringJoin", () => [words("a", "b")], { N: int(1) }, [["a", "b"]]],
  ["StringJoin", () => [words("a"), words("b")], { N: int(2), separator: text("-") }, [["a-b"]]],
];

for (const [name, inputs, attributes, expected] of CASES) {
  const count = inputs().length;
  test(`${name} of ${count} inputs takes its lists as lists, at once and traced`, () => {
    tf.tidy(() => {
      const given = inputs();
      const run = (...tensors: tf.Tensor[]) => operation(name, tensors, attributes, expected.length);
      for (const results of [run(...given), jit(run)(...given)]) {
        assertEquals(results.map((result) => result.arraySync()) as unknown[], expected);
      }
    });
  });
}

/** Lists of any types: at once TensorFlow wants these as an attribute, which no kernel of tfjs has. */
const TRACED: Case[] = [
  ["IdentityN", () => [floats(1)], {}, [[1]]],
  ["IdentityN", () => [floats(1), whole(2)], {}, [[1], [2]]],
  ["StringFormat", () => [], { template: text("none") }, ["none"]],
  ["StringFormat", () => [whole(7)], {}, ["[7]"]],
];

for (const [name, inputs, attributes, expected] of TRACED) {
  test(`${name} of ${inputs().length} inputs takes its lists as lists while it is traced`, () => {
    tf.tidy(() => {
      const results = jit((...x: tf.Tensor[]) => operation(name, x, attributes, expected.length))(...inputs());
      assertEquals(results.map((result) => result.arraySync()) as unknown[], expected);
    });
  });
}

test("a list before other inputs, and two lists, are divided by what the attributes say, at once and traced", () => {
  tf.tidy(() => {
    const concat = (...x: tf.Tensor[]) =>
      operation("ConcatV2", [...x, axis()], { T: float32, Tidx: int32, N: int(2) })[0];
    for (const joined of [concat(floats(1), floats(2, 3)), jit(concat)(floats(1), floats(2, 3))]) {
      assertEquals(joined.arraySync(), [1, 2, 3]);
    }
    const stitch = (...x: tf.Tensor[]) => operation("DynamicStitch", x, { T: float32, N: int(x.length / 2) })[0];
    for (const given of [[whole(1, 0), floats(5, 6)], [whole(1), whole(0), floats(5), floats(6)]]) {
      assertEquals(stitch(...given).arraySync(), [6, 5]);
      assertThrows(() => jit(stitch)(...given), Error, "the shape of its result depends on values"); // the lists passed
    }
  });
});

test("a list that is too short, or inputs that are too many, are refused while traced", () => {
  tf.tidy(() => {
    const concat = (...x: tf.Tensor[]) => operation("ConcatV2", [...x, axis()], { T: float32, Tidx: int32 })[0];
    assertThrows(() => jit(concat)(floats(1)), Error, "ConcatV2(float32[1], int32[])");
    assertThrows(() => jit((x: tf.Tensor) => operation("Relu", [x, x], { T: float32 })[0])(floats(1)), Error, "Relu(");
    assertThrows(() => jit((x: tf.Tensor) => operation("NoSuchOperation", [x], {})[0])(floats(1)), Error, "NoSuchOp");
  });
});
