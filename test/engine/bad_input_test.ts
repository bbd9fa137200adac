import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { createBinding } from "../../lib/engine/binding.ts";
import { openTensorFlow } from "../../lib/engine/c_api.ts";
import { contextConfig } from "../../lib/engine/device.ts";
import { jit } from "../../lib/engine/jit.ts";
import { findLibrary } from "../../lib/engine/library.ts";
import { type AttributeValue, int, ints, operation, text, type } from "../../lib/engine/operation.ts";
import { engine, startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { runEngine } from "./run_engine.ts";

await startTensorFlow({ threads: 2 });
const { binding } = engine();

/** What a test tries within: what it made is freed, and afterwards the engine still adds. */
function test(name: string, attempt: () => void): void {
  Deno.test(name, () => {
    tf.tidy(attempt);
    assertEquals(tf.tidy(() => tf.add(1, 2).dataSync()[0]), 3);
  });
}

const T = type("float32");
const window = { T, strides: ints([1, 1, 1, 1]), padding: text("SAME") };
const filled = (...shape: number[]) => tf.ones(shape);
const whole = (...numbers: number[]) => tf.tensor1d(numbers, "int32");

/** What TensorFlow 2.21 says to each; the operation and its inputs stand before it. */
const refused: [string, string, () => tf.Tensor[], Record<string, AttributeValue>, RegExp][] = [
  [
    "a wrong type",
    "AddV2",
    () => [filled(2), whole(1, 2)],
    { T },
    /^AddV2\(float32\[2\], int32\[2\]\): .*input #1.* expected to be a float tensor but is a int32/,
  ],
  [
    "shapes that do not fit each other",
    "AddV2",
    () => [filled(2), filled(3)],
    { T },
    /^AddV2\(float32\[2\], float32\[3\]\): Incompatible shapes/,
  ],
  ["a wrong rank", "MatMul", () => [filled(2), filled(2)], { T }, /^MatMul\(float32\[2\], float32\[2\]\): In\[0\]/],
  [
    "a shape of another size",
    "Reshape",
    () => [filled(2), whole(3)],
    { T, Tshape: type("int32") },
    /^Reshape\(.*\): Input to reshape is a tensor with 2 values, but the requested shape has 3/,
  ],
  [
    "an index out of range",
    "GatherV2",
    () => [filled(2), whole(5), tf.scalar(0, "int32")],
    { Tparams: T, Tindices: type("int32"), Taxis: type("int32") },
    /^GatherV2\(.*\): indices\[0\] = 5 is not in \[0, 2\)/,
  ],
  ["a division by zero", "FloorDiv", () => [whole(1), whole(0)], { T: type("int32") }, /^FloorDiv\(.*division by zero/],
  ["too few inputs", "AddV2", () => [], { T }, /^AddV2\(\): expected 2 inputs, got 0/],
  [
    "an attribute that is missing",
    "Conv2D",
    () => [filled(1, 4, 4, 1), filled(1, 1, 1, 1)],
    { T },
    /^Conv2D\(.*\): NodeDef missing attrs 'padding', 'strides'/,
  ],
  [
    "an attribute that it does not know",
    "Conv2D",
    () => [filled(1, 4, 4, 1), filled(1, 1, 1, 1)],
    { ...window, padding: text("NO") },
    /^Conv2D\(.*\): Value for attr 'padding' of "NO"/,
  ],
  [
    "channels that differ",
    "Conv2D",
    () => [filled(1, 4, 4, 2), filled(1, 1, 3, 1)],
    window,
    /^Conv2D\(float32\[1,4,4,2\], float32\[1,1,3,1\]\): input depth must be evenly divisible by filter depth/,
  ],
];
for (const [what, name, inputs, attributes, message] of refused) {
  test(`${what} is refused by TensorFlow's message with the operation's name, and the process lives on`, () => {
    assertMatch(assertThrows(() => operation(name, inputs(), attributes), Error).message, message);
  });
}

/** TensorFlow 2.21 ends the process by `Check failed` for each of these: seen by running them without the check. */
const aborting: [string, () => tf.Tensor[], Record<string, AttributeValue>, string][] = [
  ["Conv2D", () => [filled(2), filled(1, 1, 1, 1)], window, "input 0 must have rank 4, has 1"],
  ["Conv2D", () => [filled(1, 2, 2, 1), filled(2, 3, 4)], window, "input 1 must have rank 4, has 3"],
  [
    "Conv2D",
    () => [filled(1, 2, 2, 1), filled(1, 1, 1, 1)],
    { ...window, strides: ints([1, 1, 1]) },
    "strides must have 4 numbers, has 3",
  ],
  [
    "Conv2DBackpropFilter",
    () => [filled(3), whole(1, 1, 1, 1), filled(1, 2, 2, 1)],
    window,
    "input 0 must have rank 4, has 1",
  ],
  [
    "DepthwiseConv2dNativeBackpropInput",
    () => [whole(1, 2, 2), filled(1, 1, 1, 1), filled(1, 2, 2, 1)],
    window,
    "input 0 must be a vector of 4 sizes",
  ],
  [
    "AvgPoolGrad",
    () => [whole(1, 2, 2, 1), filled(2, 3)],
    { ...window, ksize: ints([1, 1, 1, 1]) },
    "input 1 must have rank 4, has 2",
  ],
  [
    "ScatterNd",
    () => [tf.zeros([2, 3, 4], "int32"), filled(2), whole(2)],
    { T, Tindices: type("int32") },
    "the values must have rank 2 or more, have 1",
  ],
];
for (const [name, inputs, attributes, message] of aborting) {
  test(`${name} is refused, and does not end the process: ${message}`, () => {
    const given = inputs();
    const error = assertThrows(() => operation(name, given, attributes), Error);
    assertStringIncludes(error.message, `): ${message}`);
    assert(error.message.startsWith(`${name}(${given[0].dtype}[${given[0].shape}]`), error.message);
  });
}

const numbers: [string, () => tf.Tensor[], number][] = [
  ["Relu", () => [filled(2), filled(2)], 1],
  ["AddV2", () => [filled(2), filled(2), filled(2)], 2],
  ["NoOp", () => [filled(2)], 0],
  ["Select", () => [tf.tensor1d([1], "bool"), filled(1), filled(1), filled(1)], 3],
];
for (const [name, inputs, limit] of numbers) {
  test(`${name} with more inputs than it has is refused, and does not end the process`, () => {
    const given = inputs();
    const message = `): expected ${limit} inputs, got ${given.length}`;
    assertThrows(() => operation(name, given, name === "NoOp" ? {} : { T }), Error, message);
  });
}

test("an operation on a list takes as many inputs as are given", () => {
  const [sum] = operation("AddN", [filled(2), filled(2), filled(2)], { T, N: int(3) });
  assertEquals([...sum.dataSync()], [3, 3]);
  assertEquals([...operation("AddN", Array(9).fill(filled(1)), { T, N: int(9) })[0].dataSync()], [9]);
});

test("while it is traced such an operation is refused too", () => {
  const step = jit((x: tf.Tensor) => operation("Conv2D", [x, filled(1, 1, 1, 1)], window)[0]);
  assertThrows(() => step(filled(2)), Error, "Conv2D(float32[2], float32[1,1,1,1]): input 0 must have rank 4");
});

test("a tensor that was disposed is refused by the operation, which one and what it was", () => {
  const gone = filled(2, 3);
  gone.dispose();
  assertThrows(() => tf.add(1, gone), Error, "Add: its input 1, float32[2,3], was disposed");
  assertThrows(() => operation("Relu", [gone], { T }), Error, "Relu: its input 0, float32[2,3], was disposed");
  assertThrows(() => gone.dataSync(), Error, "disposed");
  assertThrows(() => jit((x: tf.Tensor) => tf.relu(x))(gone), Error, "disposed");
});

test("a disposed tensor whose values another still holds may be used, as tfjs's gradients do", () => {
  const gone = filled(2);
  const held = gone.clone();
  gone.dispose();
  assertEquals([...tf.neg(gone).dataSync()], [-1, -1]);
  held.dispose();
});

test("a tensor for which there is no memory is an error, also within a traced function", () => {
  const outer = jit((x: tf.Tensor2D) => tf.matMul(x, x, false, true));
  // 4 TB, which no machine that runs this has; TensorFlow waits ten seconds for memory, so this is tried once
  const column = filled(2 ** 20, 1) as tf.Tensor2D;
  assertThrows(() => outer(column), Error, "OOM when allocating tensor with shape[1048576,1048576]");
});

test("a shape that no memory could number is an error", () => {
  const fill = (...shape: number[]) =>
    operation("Fill", [whole(...shape), tf.scalar(1)], { T, index_type: type("int32") });
  assertThrows(() => fill(2 ** 30, 2 ** 30, 2 ** 30), Error, "would have more than 2**63 - 1 elements");
  assertThrows(() => fill(-1), Error, "must be >= 0");
});

Deno.test("a second context has tensors and functions of its own", async () => {
  const { directory } = await findLibrary();
  const other = createBinding(openTensorFlow(directory), contextConfig(1, "cpu"));
  const mine = binding.getNumOfTensors();
  const id = other.createTensor([2], other.TF_FLOAT, Float32Array.of(3, 4));
  const [sum] = other.executeOp("AddV2", [{ name: "T", type: other.TF_ATTR_TYPE, value: other.TF_FLOAT }], [id, id], 1);
  assertEquals([...other.tensorDataSync(sum.id) as Float32Array], [6, 8]);
  assertEquals([other.getNumOfTensors(), binding.getNumOfTensors()], [2, mine]);
  [id, sum.id].forEach(other.deleteTensor);
});

Deno.test("workers that load the library too compute beside their process", async () => {
  const { code, output, errors } = await runEngine("start_workers.ts", []);
  assertEquals([code, output, errors], [0, "4 9 16 25\n", ""]);
});

Deno.test("without --allow-ffi the engine says which permissions it needs", async () => {
  const { code, errors } = await runEngine("start_engine.ts", [], {}, []);
  assertEquals(code, 1);
  assertMatch(
    errors,
    /UserError: TensorFlow may not start: .*--allow-ffi flag\. Deno's permission --allow-ffi calls it/,
  );
});
