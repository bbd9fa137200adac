import { assertEquals, assertThrows } from "@std/assert";
import { jit } from "../../lib/engine/jit.ts";
import { callOptions, type JitOptions } from "../../lib/engine/jit_options.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { leavesOf } from "../../lib/engine/tree.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { assertClose, normal, test } from "./traced.ts";

await startTensorFlow();

const only = (name: string) =>
  Object.fromEntries(["constantFolding", "arithmetic", "remapping", "layout"].map((key) => [key, key === name]));

const variants: Record<string, JitOptions> = {
  "without rewrites": {},
  "with all rewrites": { rewrites: true },
  "with constant folding": { rewrites: only("constantFolding") },
  "with arithmetic rewrites": { rewrites: only("arithmetic") },
  "with remapping": { rewrites: only("remapping") },
  "with the layout's rewrites": { rewrites: only("layout") },
};

/** A convolution with bias, normalisation and ReLU, a residual, a choice, and the gradients of it all. */
function step(kernel: tf.Tensor, bias: tf.Tensor, images: tf.Tensor) {
  const loss = (kernel: tf.Tensor, bias: tf.Tensor) => {
    const map = tf.relu(tf.add(tf.conv2d(images as tf.Tensor4D, kernel as tf.Tensor4D, 1, "same"), bias));
    const { mean, variance } = tf.moments(map, [0, 1, 2]);
    const normal = tf.div(tf.sub(map, mean), tf.sqrt(tf.add(variance, 1e-3)));
    const sum = tf.add(tf.relu(normal), images);
    const scaled = jit.cond(tf.greater(tf.mean(sum), 0), () => tf.div(tf.div(sum, 3), 7), () => tf.mul(sum, 2));
    return tf.mean(tf.square(scaled)) as tf.Scalar;
  };
  return tf.valueAndGrads(loss)([kernel, bias]);
}

for (const [how, options] of Object.entries(variants)) {
  test(`a step traced ${how} computes what it computes at once`, () => {
    tf.tidy(() => {
      const inputs = [normal([3, 3, 4, 4], "kernel"), normal([4], "bias"), normal([3, 8, 8, 4], "images")] as const;
      const expected = leavesOf<tf.Tensor>(step(...inputs));
      const actual = leavesOf<tf.Tensor>(jit(step, options)(...inputs));
      for (const [path, tensor] of actual) assertClose(tensor, expected.get(path)!, 1e-4);
    });
  });
}

test("constants are joined where constant folding is on, and not without", () => {
  tf.tidy(() => {
    const x = Math.fround(0.1234567);
    const f = Math.fround;
    const once = f(x * f(f(1 / 3) * f(1 / 7))); // 0.0058788913
    const twice = f(f(x / 3) / 7); // 0.0058788909
    const divided = (options: JitOptions) =>
      jit((x: tf.Tensor) => tf.div(tf.div(x, tf.tensor1d([3, 3])), tf.tensor1d([7, 7])), options)(
        tf.tensor1d([x, x]),
      ).dataSync()[1];
    assertEquals([divided({ rewrites: true }), divided({ rewrites: only("constantFolding") })], [once, once]);
    assertEquals([divided({}), divided({ rewrites: false })], [twice, twice]);
    assertEquals(divided({ rewrites: { constantFolding: false } }), twice);
  });
});

test("a function to which arguments are given away is rewritten too", () => {
  const x = tf.tensor1d([Math.fround(0.1234567)]);
  const divided = jit((x: tf.Tensor) => tf.div(tf.div(x, tf.tensor1d([3])), tf.tensor1d([7])), {
    rewrites: true,
    donate: [0],
  });
  const y = divided(x);
  assertEquals(y.dataSync()[0].toFixed(10), "0.0058788913"); // constants are joined
  y.dispose();
});

Deno.test("the settings are the bytes that protobuf writes", () => {
  const bytes = (options: JitOptions) => callOptions(options).config?.toHex();
  assertEquals(bytes({ precision: "bfloat16" }), "52055203f80101"); // Python's protobuf 7, of `ConfigProto`'s fields
  assertEquals(
    bytes({ rewrites: { arithmetic: false, remapping: false } }),
    "520a52080801180138027002",
  );
  assertEquals(
    bytes({ rewrites: { constantFolding: false }, precision: "bfloat16" }),
    "520d520b0801180238017001f80101",
  );
  assertEquals(bytes({ rewrites: false }), undefined);
});

Deno.test("XLA and rewrites exclude each other", () => {
  assertThrows(() => jit((x: tf.Tensor) => x, { xla: true, rewrites: true }), UserError, "Leave out xla, or rewrites");
});
