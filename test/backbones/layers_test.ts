import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { convolution, dropMaps, leakyRelu, normalisation } from "../../lib/backbones/layers.ts";
import { stream } from "../../lib/engine/streams.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";

await startTensorFlow();

const random = stream(0, "layers_test");
const draw = (size: number) => Float32Array.from({ length: size }, () => random.normal());

/** Convolution by its definition, in float64, and its gradients for the sum of output * weight. */
function byDefinition(x: Float32Array, kernel: Float32Array, weight: Float32Array, sizes: number[]) {
  const [batch, height, width, into, out, stride, side] = sizes;
  const [rows, columns] = [Math.ceil(height / stride), Math.ceil(width / stride)];
  const y = new Float64Array(batch * rows * columns * out);
  const dx = new Float64Array(x.length), dkernel = new Float64Array(kernel.length);
  for (let at = 0; at < y.length; at++) {
    const o = at % out;
    const column = Math.floor(at / out) % columns;
    const row = Math.floor(at / out / columns) % rows;
    const b = Math.floor(at / out / columns / rows);
    for (let tap = 0; tap < side * side * into; tap++) {
      const i = tap % into;
      const pad = (side - 1) / 2;
      const v = row * stride - pad + Math.floor(tap / into / side);
      const u = column * stride - pad + Math.floor(tap / into) % side;
      if (v < 0 || u < 0 || v >= height || u >= width) continue; // padding
      const pixel = ((b * height + v) * width + u) * into + i;
      y[at] += x[pixel] * kernel[tap * out + o];
      dx[pixel] += weight[at] * kernel[tap * out + o];
      dkernel[tap * out + o] += weight[at] * x[pixel];
    }
  }
  return { y, dx, dkernel, shape: [batch, rows, columns, out] as [number, number, number, number] };
}

const CONVOLUTIONS = [
  [6, 4, 1, 3],
  [6, 4, 2, 3],
  [5, 7, 1, 3],
  [5, 7, 2, 3],
  [6, 4, 1, 1],
  [6, 4, 2, 1],
  [5, 7, 2, 1],
] as const;

for (const [height, width, stride, side] of CONVOLUTIONS) {
  const what = `convolution of ${height}x${width} by ${side}x${side} with stride ${stride}`;
  Deno.test(`${what} pads ${(side - 1) / 2} on each side, and so do its gradients`, () => {
    const [batch, into, out] = [2, 3, 8];
    const x = draw(batch * height * width * into), kernel = draw(side * side * into * out);
    const size = batch * Math.ceil(height / stride) * Math.ceil(width / stride) * out;
    const weight = draw(size);
    const expected = byDefinition(x, kernel, weight, [batch, height, width, into, out, stride, side]);

    const xTensor = tf.tensor4d(x, [batch, height, width, into]);
    const kernelTensor = tf.tensor4d(kernel, [side, side, into, out]);
    const weightTensor = tf.tensor4d(weight, expected.shape);
    const y = convolution(xTensor, kernelTensor, stride);
    const [dx, dkernel] = tf.grads((x, kernel) =>
      tf.sum(tf.mul(convolution(x as tf.Tensor4D, kernel as tf.Tensor4D, stride), weightTensor))
    )([xTensor, kernelTensor]);

    assertEquals(y.shape, expected.shape);
    for (const [ours, theirs] of [[y, expected.y], [dx, expected.dx], [dkernel, expected.dkernel]] as const) {
      ours.dataSync().forEach((value, i) => assertAlmostEquals(value, theirs[i], 1e-4));
    }
  });
}

Deno.test("normalisation by running statistics is (x - mean) / sqrt(variance + 1e-5) * gamma + beta", () => {
  const x = tf.tensor4d([1, 2, 3, 4], [1, 2, 1, 2]);
  const pair = (a: number, b: number) => tf.tensor1d([a, b]);
  const learned = { gamma: pair(2, -1), beta: pair(0.5, 1) };
  const y = normalisation(x, learned, { mean: pair(1, 3), variance: pair(4, 0.25) });
  const expected = [0.5, 1 + 1 / Math.sqrt(0.25 + 1e-5), 0.5 + 4 / Math.sqrt(4 + 1e-5), 1 - 1 / Math.sqrt(0.25 + 1e-5)];
  y.dataSync().forEach((value, i) => assertAlmostEquals(value, expected[i], 1e-6));
});

Deno.test("leakyRelu scales negative values, and their gradients", () => {
  const x = tf.tensor4d([-2, -0.5, 0.5, 2], [1, 2, 2, 1]);
  const dy = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
  const close = (actual: tf.Tensor, expected: number[]) =>
    actual.dataSync().forEach((value, i) => assertAlmostEquals(value, expected[i], 1e-6));
  close(leakyRelu(x, 0.2), [-0.4, -0.1, 0.5, 2]);
  close(tf.grad((x) => leakyRelu(x as tf.Tensor4D, 0.2))(x, dy), [0.2, 0.4, 3, 4]);
  close(leakyRelu(x, 0), [0, 0, 0.5, 2]); // ReLU
  close(tf.grad((x) => leakyRelu(x as tf.Tensor4D, 0))(x, dy), [0, 0, 3, 4]);
});

Deno.test("dropMaps clears whole maps, a share of them, and scales the others", () => {
  const [batch, side, channels, rate] = [64, 3, 50, 0.2];
  const ones = tf.ones([batch, side, side, channels]) as tf.Tensor4D;
  const values = dropMaps(ones, rate, tf.tensor1d([1, 2], "int32")).dataSync();
  let cleared = 0;
  for (let b = 0; b < batch; b++) {
    for (let c = 0; c < channels; c++) {
      const first = values[b * side * side * channels + c];
      assert(first === 0 || Math.abs(first - 1 / (1 - rate)) < 1e-6);
      for (let cell = 1; cell < side * side; cell++) {
        assertEquals(values[(b * side * side + cell) * channels + c], first);
      }
      if (first === 0) cleared++;
    }
  }
  const maps = batch * channels;
  assertAlmostEquals(cleared / maps, rate, 5 * Math.sqrt(rate * (1 - rate) / maps));
});

Deno.test("dropMaps clears the same maps for the same seed, and others for another", () => {
  const ones = tf.ones([8, 1, 1, 32]) as tf.Tensor4D;
  const maps = (seed: number[]) => [...dropMaps(ones, 0.5, tf.tensor1d(seed, "int32")).dataSync()];
  assertEquals(maps([3, 4]), maps([3, 4]));
  assert(maps([3, 4]).join() !== maps([3, 5]).join());
});
