import { assertEquals, assertThrows } from "@std/assert";
import type { Backbone } from "../../lib/backbones/backbone.ts";
import { type BackboneArrays, fromPytorch, pytorchName, toPytorch } from "../../lib/backbones/pytorch.ts";
import { type BackboneName, backboneOf } from "../../lib/backbones/table.ts";
import { stream } from "../../lib/engine/streams.ts";
import { leavesOf } from "../../lib/engine/tree.ts";
import type { NamedArray } from "../../lib/files/arrays.ts";
import { UserError } from "../../lib/files/user_error.ts";

const NAMES: BackboneName[] = ["classifier32", "resnet18", "resnet34", "wide_resnet40_4"];

function drawn(name: BackboneName): BackboneArrays {
  const backbone: Backbone = backboneOf({ name, width: 1 / 16 });
  return backbone.init(stream(0, "pytorch"));
}

Deno.test("arrays go to PyTorch's names and layout and come back the same", () => {
  for (const name of NAMES) {
    const trees = drawn(name);
    const arrays = toPytorch(name, trees);
    assertEquals(arrays.size, leavesOf(trees).size, name); // no two arrays have one name
    assertEquals(fromPytorch(name, arrays, trees, "file"), trees);
    assertEquals(arrays.size, 0);
  }
});

Deno.test("a kernel in PyTorch's layout holds [out, in, height, width]", () => {
  const trees = drawn("classifier32");
  const { shape: [, , into, out], data } = trees.params.conv2.kernel;
  const { shape, data: turned } = toPytorch("classifier32", trees).get("conv2.weight")!;
  assertEquals(shape, [out, into, 3, 3]);
  for (const [o, i, y, x] of [[0, 0, 0, 1], [1, 2, 2, 0], [3, 1, 1, 2]]) {
    assertEquals(turned[((o * into + i) * 3 + y) * 3 + x], data[((y * 3 + x) * into + i) * out + o]);
  }
});

Deno.test("names are those of the published code", () => {
  const named = (name: BackboneName, layer: string) =>
    ["kernel", "gamma", "variance"].map((array) => pytorchName(name, layer, array));
  assertEquals(named("classifier32", "conv7"), ["conv7.weight", "bn7.weight", "bn7.running_var"]);
  assertEquals(named("resnet34", "stage2.0.shortcut"), [
    "layer2.0.shortcut.0.weight",
    "layer2.0.shortcut.1.weight",
    "layer2.0.shortcut.1.running_var",
  ]);
  assertEquals(named("resnet18", "stage1.1.conv2").slice(0, 2), [
    "conv2_x.1.residual_function.3.weight",
    "conv2_x.1.residual_function.4.weight",
  ]);
  assertEquals(named("wide_resnet40_4", "stage3.5.conv1").slice(0, 2), [
    "block3.layer.5.conv1.weight",
    "block3.layer.5.bn2.weight",
  ]);
  assertEquals(pytorchName("wide_resnet40_4", "stem", "gamma"), "block1.layer.0.bn1.weight");
  assertEquals(pytorchName("wide_resnet40_4", "last", "beta"), "bn1.bias");
});

Deno.test("an array that is missing, or of another shape, is named with what is there", () => {
  const trees = drawn("classifier32");
  const changed = (change: (arrays: Map<string, NamedArray>) => void) => {
    const arrays = toPytorch("classifier32", trees);
    change(arrays);
    return assertThrows(() => fromPytorch("classifier32", arrays, trees, "net.safetensors"), UserError).message;
  };
  assertEquals(
    changed((arrays) => arrays.delete("bn4.running_mean")).startsWith("net.safetensors: bn4.running_mean is missing; "),
    true,
  );
  assertEquals(
    changed((arrays) => arrays.set("bn1.bias", { dtype: "F32", shape: [5], data: new Float32Array(5) })),
    "net.safetensors: bn1.bias is F32 [5], expected F32 [4].",
  );
});
