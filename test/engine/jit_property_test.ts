import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { jit } from "../../lib/engine/jit.ts";
import { stream } from "../../lib/engine/streams.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { leavesOf } from "../../lib/engine/tree.ts";
import { nested, type Program, programs, run } from "./programs.ts";
import { test } from "./traced.ts";

await startTensorFlow();

/** How many programs are tried: `JIT_PROGRAMS=10000 deno test -A test/engine/jit_property_test.ts`. */
const CASES = Number(Deno.env.get("JIT_PROGRAMS") ?? 200);

function inputsOf({ shapes, nesting, seed }: Program): unknown {
  const random = stream(seed, "inputs");
  const tensors = shapes.map((shape) =>
    tf.tensor(Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random.normal()), shape)
  );
  return nested(tensors, nesting);
}

/** What a program makes of its inputs, and the gradients of a sum of it all. */
const outputsAndGradients = (program: Program) => (inputs: unknown) => {
  const loss = (...leaves: tf.Tensor[]) => {
    const made = [...leavesOf<tf.Tensor>(run(program, inputs)).values()];
    // each input has its part, for tf.grads refuses one without
    return tf.addN([...leaves, ...made].map((x, i) => tf.mul(tf.sum(tf.square(tf.sub(x, 0.1 * i))), 0.1 + i)));
  };
  const gradients = tf.grads(loss)([...leavesOf<tf.Tensor>(inputs).values()]);
  return { outputs: run(program, inputs), gradients };
};

function assertSame(actual: unknown, expected: unknown) {
  const [a, b] = [actual, expected].map((tree) => leavesOf<tf.Tensor>(tree));
  assertEquals([...a.keys()], [...b.keys()]);
  for (const [path, tensor] of a) {
    assertEquals([tensor.dtype, tensor.shape], [b.get(path)!.dtype, b.get(path)!.shape], path);
    const wanted = b.get(path)!.dataSync();
    const largest = Math.max(1, ...wanted.map(Math.abs));
    tensor.dataSync().forEach((x, i) => {
      assert(Math.abs(x - wanted[i]) <= 1e-4 * largest, `${path}, at ${i}: ${x} traced, ${wanted[i]} at once`);
    });
  }
}

test(`${CASES} random programs give traced what they give at once, gradients too`, () => {
  const property = fc.property(programs, (program) => {
    tf.tidy(() => {
      const fn = outputsAndGradients(program);
      const inputs = inputsOf(program);
      assertSame(jit(fn)(inputs), fn(inputs));
    });
  });
  fc.assert(property, { numRuns: CASES });
});
