import { assert, assertEquals, assertThrows } from "@std/assert";
import { jit } from "../../lib/engine/jit.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { type Example, EXAMPLES, type Given, UNTRACEABLE } from "./kernel_examples.ts";
import { test } from "./traced.ts";

await startTensorFlow();

/** Kernels of this engine's own, tried elsewhere. */
const OWN = ["Differentiable"];

const registered = tf.getKernelsForBackend("tensorflow").map(({ kernelName }) => kernelName);
const asList = (made: tf.Tensor | tf.Tensor[]) => Array.isArray(made) ? made : [made];

/** The gradients of the floats among a function's inputs, of a sum of all that it returns. */
function gradientOf(fn: Example[0]) {
  return (...inputs: Given[]) => {
    const floats = inputs.filter(isFloat);
    const sum = (...given: tf.Tensor[]) => {
      const all = inputs.map((x) => isFloat(x) ? given[floats.indexOf(x)] as Given : x);
      return tf.addN(asList(fn(...all)).map((y, i) => tf.mul(tf.sum(tf.cast(y, "float32")), 1 + i)));
    };
    return tf.grads(sum)(floats);
  };
}

const isFloat = ({ dtype }: tf.Tensor) => dtype === "float32";

/** An example's function and inputs, without what was made on the way to them. */
function made(example: () => Example): { fn: Example[0]; inputs: Given[] } {
  const [fn, ...inputs] = tf.tidy(example as () => tf.TensorContainer) as unknown as Example;
  return { fn, inputs: inputs as Given[] };
}

function assertSame(traced: tf.Tensor[], atOnce: tf.Tensor[], what: string) {
  const plain = (tensors: tf.Tensor[]) => tensors.map(({ dtype, shape }) => ({ dtype, shape }));
  assertEquals(plain(traced), plain(atOnce), what);
  traced.forEach((tensor, k) => {
    const expected = Array.from(atOnce[k].dataSync<"string">() as Iterable<unknown>);
    Array.from(tensor.dataSync<"string">() as Iterable<unknown>).forEach((x, i) => {
      const same = typeof x === "number"
        ? Math.abs(x - (expected[i] as number)) <= 1e-5 * Math.max(1, Math.abs(x))
        : x === expected[i];
      assert(same, `${what}, result ${k}, at ${i}: ${x} traced, ${expected[i]} at once`);
    });
  });
}

Deno.test("every kernel has an example, or a reason why it cannot be traced", () => {
  const known = new Set([...Object.keys(EXAMPLES), ...Object.keys(UNTRACEABLE), ...OWN]);
  assertEquals(registered.filter((name) => !known.has(name)), [], "add these to kernel_examples.ts");
});

Deno.test("each kernel gives traced what it gives at once, its gradient too", async (t) => {
  for (const [name, example] of Object.entries(EXAMPLES)) {
    await t.step(name, async () => {
      const before = tf.memory().numTensors;
      const { fn, inputs } = made(example);
      const { kernelNames } = await tf.profile(() => tf.tidy(() => void fn(...inputs)));
      assert(kernelNames.includes(name), `${name} is not among ${kernelNames}`);
      tf.tidy(() => {
        const traced = jit(fn);
        for (let i = 0; i < 2; i++) assertSame(asList(traced(...inputs)), asList(fn(...inputs)), name);
        if (tf.getGradient(name) === undefined || !inputs.some(isFloat)) return;
        const gradient = gradientOf(fn);
        assertSame(jit(gradient)(...inputs), gradient(...inputs), `gradient of ${name}`);
      });
      tf.dispose(inputs);
      assertEquals(tf.memory().numTensors, before);
    });
  }
});

for (const [name, { example, says }] of Object.entries(UNTRACEABLE)) {
  test(`${name} is refused with the reason`, () => {
    tf.tidy(() => {
      const { fn, inputs } = made(example);
      assertThrows(() => jit(fn)(...inputs), Error, says);
    });
  });
}
