import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { engine, startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import type { Values } from "../../lib/engine/tensor_data.ts";

await startTensorFlow();
const { binding } = engine();

const typeAttribute = (value: number) => ({ name: "T", type: binding.TF_ATTR_TYPE, value });

Deno.test("values of every type come back as they went in", () => {
  const text = new TextEncoder();
  const cases: [string, number, number[], Values, Values?][] = [
    ["float32", binding.TF_FLOAT, [2, 2], Float32Array.of(1.5, -0, NaN, -Infinity)],
    ["int32", binding.TF_INT32, [2], Int32Array.of(-(2 ** 31), 2 ** 31 - 1)],
    ["bool", binding.TF_BOOL, [3], Uint8Array.of(1, 0, 1)],
    ["uint8", binding.TF_UINT8, [2], Uint8Array.of(0, 255)],
    ["complex64", binding.TF_COMPLEX64, [2], Float32Array.of(1, 2, 3, 4)],
    ["int64, as halves", binding.TF_INT64, [2], Int32Array.of(7, 0, -2, -1), BigInt64Array.of(7n, -2n)],
    ["string", binding.TF_STRING, [4], ["", "a", "é€", "long ".repeat(100)].map((s) => text.encode(s))],
    ["a scalar", binding.TF_FLOAT, [], Float32Array.of(3)],
    ["nothing", binding.TF_FLOAT, [0, 5], new Float32Array(0)],
    ["no strings", binding.TF_STRING, [0], []],
    ["part of an array", binding.TF_FLOAT, [2], Float32Array.of(1, 2, 3).subarray(1)],
  ];
  const before = binding.getNumOfTensors();
  for (const [name, dtype, shape, values, read = values] of cases) {
    const id = binding.createTensor(shape, dtype, values);
    assertEquals(binding.tensorDataSync(id), read, name);
    binding.deleteTensor(id);
  }
  assertEquals(binding.getNumOfTensors(), before);
});

Deno.test("values that do not fit their shape or type are refused", () => {
  const { createTensor, TF_FLOAT, TF_STRING, TF_INT64, TF_RESOURCE } = binding;
  assertThrows(() => createTensor([3], TF_FLOAT, Float32Array.of(1, 2)), TypeError, "needs 3 numbers, got 2");
  assertThrows(() => createTensor([], TF_FLOAT, new Float32Array(0)), TypeError, "needs 1 numbers, got 0");
  assertThrows(() => createTensor([1], TF_FLOAT, Int32Array.of(1)), TypeError, "float32 needs a Float32Array");
  assertThrows(() => createTensor([1], TF_INT64, Int32Array.of(1)), TypeError, "needs 2 numbers, got 1");
  assertThrows(() => createTensor([2], TF_STRING, [new Uint8Array(1)]), TypeError, "an array of 2 byte arrays");
  assertThrows(() => createTensor([1], TF_STRING, ["a"] as unknown as Values), TypeError, "expecting Uint8Array");
  assertThrows(() => createTensor([1], TF_RESOURCE, Uint8Array.of(1)), TypeError, "tensor of resource");
});

Deno.test("a tensor is a copy of the values that made it", () => {
  const values = Float32Array.of(1, 2);
  const id = binding.createTensor([2], binding.TF_FLOAT, values);
  values.fill(9);
  const read = binding.tensorDataSync(id) as Float32Array;
  assertEquals([...read], [1, 2]);
  read.fill(8);
  assertEquals([...binding.tensorDataSync(id) as Float32Array], [1, 2]);
  binding.deleteTensor(id);
});

Deno.test("TensorFlow's message reaches the user with the operation, the shapes and the types", () => {
  const a = binding.createTensor([2], binding.TF_FLOAT, new Float32Array(2));
  const b = binding.createTensor([3], binding.TF_FLOAT, new Float32Array(3));
  const before = binding.getNumOfTensors();
  const add = (inputs: number[], outputs = 1) =>
    binding.executeOp("AddV2", [typeAttribute(binding.TF_FLOAT)], inputs, outputs);
  const error = assertThrows(() => add([a, b]), Error, "AddV2(float32[2], float32[3]): ");
  assertStringIncludes(error.message, "Incompatible shapes: [2] vs. [3]");
  assertThrows(() => add([a]), Error, "AddV2(float32[2]): ");
  assertThrows(() => add([a, a], 0), Error, "AddV2(float32[2], float32[2]): Expecting 1 outputs");
  assertThrows(() => binding.executeOp("NoSuchOperation", [], [a], 1), Error, "NoSuchOperation");
  assertEquals(binding.getNumOfTensors(), before);
  const [sum] = add([a, a]); // and the next operation runs
  [a, b, sum.id].forEach(binding.deleteTensor);
});

Deno.test("an attribute of an unknown kind is refused", () => {
  const attribute = { name: "T", type: 99, value: 1 };
  assertThrows(() => binding.executeOp("NoOp", [attribute], [], 0), TypeError, "attribute T: attributes of type 99");
});

Deno.test("a tensor that was deleted is not there any more", () => {
  const id = binding.createTensor([], binding.TF_FLOAT, Float32Array.of(1));
  binding.deleteTensor(id);
  assertThrows(() => binding.deleteTensor(id), Error, `Tensor ${id} is not there`);
  assertThrows(() => binding.tensorDataSync(id), Error, `Tensor ${id} is not there`);
});

Deno.test("an operation may have hundreds of results", () => {
  tf.tidy(() => {
    const parts = tf.unstack(tf.range(0, 500));
    assertEquals(parts.map((part) => part.dataSync()[0]), Array.from({ length: 500 }, (_, i) => i));
  });
});

Deno.test("rounding a whole number changes nothing", () => {
  tf.tidy(() => assertEquals([...tf.round(tf.tensor1d([-7, 0, 12345678], "int32")).dataSync()], [-7, 0, 12345678]));
});

Deno.test("operations that fail leave no memory behind", () => {
  const big = new Float32Array(1 << 20);
  const attempt = () => {
    const id = binding.createTensor([1 << 20], binding.TF_FLOAT, big);
    const other = binding.createTensor([3], binding.TF_FLOAT, new Float32Array(3));
    assertThrows(() => binding.executeOp("AddV2", [typeAttribute(binding.TF_FLOAT)], [id, other], 1));
    binding.deleteTensor(id);
    binding.deleteTensor(other);
  };
  for (let i = 0; i < 10; i++) attempt();
  const before = Deno.memoryUsage().rss;
  for (let i = 0; i < 100; i++) attempt(); // 400 MB, were they kept
  assertEquals(Math.max(0, Deno.memoryUsage().rss - before) < 50e6, true);
});

Deno.test("strings leave no memory behind", () => {
  const long = new Uint8Array(1 << 20);
  const attempt = () => {
    const id = binding.createTensor([2], binding.TF_STRING, [long, long]);
    binding.tensorDataSync(id);
    binding.deleteTensor(id);
  };
  // without what JavaScript holds: when it collects its copies is its own affair
  const outside = () => Deno.memoryUsage().rss - Deno.memoryUsage().external;
  for (let i = 0; i < 20; i++) attempt();
  const before = outside();
  for (let i = 0; i < 200; i++) attempt(); // 400 MB of ours and 400 MB of TensorFlow's, were they kept
  assertEquals(Math.max(0, outside() - before) < 100e6, true);
});

Deno.test("images that are encoded and decoded leave no memory behind", () => {
  const image = new Uint8Array(1024 * 1024 * 3);
  const plain = { name: "compression", type: binding.TF_ATTR_INT, value: 0 };
  const attempt = () => {
    const pixels = binding.createTensor([1024, 1024, 3], binding.TF_UINT8, image);
    const [file] = binding.executeOp("EncodePng", [typeAttribute(binding.TF_UINT8), plain], [pixels], 1);
    const [decoded] = binding.executeOp("DecodePng", [], [file.id], 1);
    [pixels, file.id, decoded.id].forEach(binding.deleteTensor);
  };
  for (let i = 0; i < 10; i++) attempt();
  const before = Deno.memoryUsage().rss;
  for (let i = 0; i < 30; i++) attempt(); // 270 MB, were they kept
  assertEquals(Math.max(0, Deno.memoryUsage().rss - before) < 50e6, true);
});

Deno.test("the engine that runs is the one that was started", async () => {
  assertEquals(engine(), await startTensorFlow());
  assertEquals(tf.getBackend(), "tensorflow");
});
