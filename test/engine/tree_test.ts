import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { disposeTree, leavesOf, mapTree } from "../../lib/engine/tree.ts";

const kernel = { shape: [3, 3] };
const bias = { shape: [3] };

Deno.test("mapTree keeps the form and tells each leaf's path", () => {
  const tree = { conv: [{ kernel }, { kernel, bias }], bias };
  assertEquals(mapTree(tree, (_, path) => path), {
    conv: [{ kernel: "conv.0.kernel" }, { kernel: "conv.1.kernel", bias: "conv.1.bias" }],
    bias: "bias",
  });
});

Deno.test("mapTree hands a bare leaf over as it is, with an empty path", () => {
  mapTree(kernel, (leaf, path) => {
    assertStrictEquals(leaf, kernel);
    assertEquals(path, "");
  });
});

Deno.test("mapTree leaves out members that are undefined", () => {
  assertEquals(mapTree({ kernel, bias: undefined }, () => 1), { kernel: 1 } as never);
});

Deno.test("mapTree keeps empty objects and arrays", () => {
  assertEquals(mapTree({ a: {}, b: [] }, () => 1), { a: {}, b: [] });
});

Deno.test("mapTree refuses what is no tree, and says where it stands", () => {
  const refused: [unknown, string][] = [
    [null, "got null"],
    [0.1, "got 0.1"],
    ["relu", "got relu"],
    [new Map(), "got a Map"],
    [Promise.resolve(), "got a Promise"],
    [Float32Array.of(1), "got a Float32Array"],
  ];
  for (const [node, got] of refused) {
    const error = assertThrows(() => mapTree({ layers: [{ node }] }, () => 1), TypeError, got);
    assertEquals(error.message.split(":")[0], "layers.0.node");
  }
});

Deno.test("leavesOf lists leaves in the tree's order", () => {
  assertEquals([...leavesOf({ b: kernel, a: [bias, kernel] })], [["b", kernel], ["a.0", bias], ["a.1", kernel]]);
});

Deno.test("disposeTree frees every tensor", async () => {
  await startTensorFlow();
  const before = tf.memory().numTensors;
  const tree = { a: tf.zeros([2]), b: [tf.ones([3]), { c: tf.scalar(1) }] };
  assertEquals(tf.memory().numTensors, before + 3);
  disposeTree(tree);
  assertEquals(tf.memory().numTensors, before);
});
