/** Convolutions and pools with padding by numbers, against loops that visit each number of each window. */
import { assertEquals } from "@std/assert";
import { jit } from "../../../lib/engine/jit.ts";
import { startTensorFlow, tf } from "../../../lib/engine/tensorflow.ts";

await startTensorFlow({ threads: 2 });

type Sides = [before: number, after: number];
type Pad = [[0, 0], Sides, Sides, [0, 0]];

/** Small whole numbers, so that sums are exact. */
const numbers = (shape: number[], step: number) =>
  tf.tensor(
    Array.from({ length: shape.reduce((product, n) => product * n, 1) }, (_, i) => (i * step) % 11 - 5),
    shape,
  );

/** The numbers of each window of a plane `[H, W]`; null beside the plane. */
function windows(plane: number[][], size: [number, number], stride: [number, number], pad: [Sides, Sides]) {
  const starts = (length: number, side: 0 | 1) => {
    const last = length + pad[side][1] - size[side];
    return Array.from(
      { length: Math.floor((last + pad[side][0]) / stride[side]) + 1 },
      (_, i) => i * stride[side] - pad[side][0],
    );
  };
  const lines = (start: number, length: number) => Array.from({ length }, (_, i) => start + i);
  return starts(plane.length, 0).map((y) =>
    starts(plane[0].length, 1).map((x) =>
      lines(y, size[0]).map((row) => lines(x, size[1]).map((column) => plane[row]?.[column] ?? null))
    )
  );
}

/** The convolution of images `[B, H, W, C]` by a filter `[h, w, C, D]`. */
function convolved(images: number[][][][], filter: number[][][][], stride: [number, number], pad: [Sides, Sides]) {
  const size: [number, number] = [filter.length, filter[0].length];
  return images.map((image) => {
    const planes = image[0][0].map((_, c) =>
      windows(image.map((row) => row.map((pixel) => pixel[c])), size, stride, pad)
    );
    return planes[0].map((row, y) =>
      row.map((_, x) =>
        filter[0][0][0].map((_, d) => {
          let sum = 0;
          planes.forEach((plane, c) =>
            plane[y][x].forEach((line, i) => line.forEach((value, j) => sum += (value ?? 0) * filter[i][j][c][d]))
          );
          return sum;
        })
      )
    );
  });
}

const STRIDE: [number, number] = [2, 1];
const SIDES: [Sides, Sides] = [[1, 2], [0, 1]];
const PAD: Pad = [[0, 0], ...SIDES, [0, 0]];
const image = () => numbers([2, 5, 4, 3], 7) as tf.Tensor4D;
const filter = () => numbers([3, 2, 3, 2], 5) as tf.Tensor4D;
const expected = () =>
  convolved(image().arraySync() as number[][][][], filter().arraySync() as number[][][][], STRIDE, SIDES);

/** The product of two tensors' numbers, summed: whole numbers below 2^24, thus exact. */
const inner = (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.mul(a, b)).dataSync()[0];

Deno.test("a convolution with explicit padding and its gradients are the sums that their windows say", () =>
  tf.tidy(() => {
    const convolve = (x: tf.Tensor, f: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, f as tf.Tensor4D, STRIDE, PAD);
    const sums = tf.tensor(expected());
    assertEquals(convolve(image(), filter()).arraySync(), expected());
    // the convolution is linear in both: a change of one changes the sum of dy * y by its product with the gradient
    const dy = numbers(sums.shape, 3);
    const [dx, df] = tf.grads(convolve)([image(), filter()], dy);
    assertEquals([inner(dx, image()), inner(df, filter())], [inner(dy, sums), inner(dy, sums)]);
  }));

Deno.test("channels that come first give the same convolution, gradients too, traced or not", () =>
  tf.tidy(() => {
    const first = (x: tf.Tensor) => tf.transpose(x, [0, 3, 1, 2]);
    const pad = [[0, 0], [0, 0], ...SIDES] as unknown as Pad;
    const convolve = (x: tf.Tensor, f: tf.Tensor) => tf.conv2d(x as tf.Tensor4D, f as tf.Tensor4D, STRIDE, pad, "NCHW");
    const sums = first(tf.tensor(expected()));
    for (const run of [convolve, jit(convolve)]) {
      assertEquals(run(first(image()), filter()).arraySync(), sums.arraySync());
    }
    const dy = numbers(sums.shape, 3);
    const [dx, df] = tf.grads(convolve)([first(image()), filter()], dy);
    assertEquals([inner(dx, first(image())), inner(df, filter())], [inner(dy, sums), inner(dy, sums)]);
  }));

Deno.test("a depthwise convolution with explicit padding has gradients", () =>
  tf.tidy(() => {
    const filter = numbers([3, 2, 1, 2], 5) as tf.Tensor4D;
    const plane = tf.slice(image(), [0, 0, 0, 0], [2, 5, 4, 1]) as tf.Tensor4D;
    const pad: Pad = [[0, 0], [1, 2], [0, 1], [0, 0]];
    const convolve = (x: tf.Tensor, f: tf.Tensor) =>
      tf.depthwiseConv2d(x as tf.Tensor4D, f as tf.Tensor4D, [1, 1], pad as unknown as "same");
    const sums = tf.tensor(
      convolved(plane.arraySync() as number[][][][], filter.arraySync() as number[][][][], [1, 1], SIDES),
    );
    assertEquals(convolve(plane, filter).arraySync(), sums.arraySync());
    const dy = numbers(sums.shape, 3);
    const [dx, df] = tf.grads(convolve)([plane, filter], dy);
    assertEquals([inner(dx, plane), inner(df, filter)], [inner(dy, sums), inner(dy, sums)]);
  }));

Deno.test("a padded pool takes what of its window lies in the image, and its gradient goes there", () =>
  tf.tidy(() => {
    const plane = [[1, 8, 3], [4, 2, 6]];
    const x = tf.tensor(plane.flat(), [2, 3, 1]) as tf.Tensor3D;
    const pad: Pad = [[0, 0], [1, 0], [1, 1], [0, 0]];
    const inImage = windows(plane, [2, 2], [1, 1], [[1, 0], [1, 1]]).flat()
      .map((window) => window.flat().filter((value) => value !== null));
    const max = (x: tf.Tensor) => tf.maxPool(x as tf.Tensor3D, 2, 1, pad);
    const average = (x: tf.Tensor) => tf.avgPool(x as tf.Tensor3D, 2, 1, pad);
    for (const run of [max, jit(max)]) assertEquals([...run(x).dataSync()], inImage.map((w) => Math.max(...w)));
    for (const run of [average, jit(average)]) {
      assertEquals([...run(x).dataSync()], inImage.map((w) => w.reduce((sum, v) => sum + v) / w.length));
    }
    // windows of 1, 2 or 4 cells, whose shares are exact
    assertEquals(
      [...tf.grad(max)(x).dataSync()],
      plane.flat().map((value) => inImage.filter((w) => Math.max(...w) === value).length),
    );
    assertEquals(
      [...tf.grad(average)(x).dataSync()],
      plane.flat().map((value) => inImage.reduce((sum, w) => sum + (w.includes(value) ? 1 / w.length : 0), 0)),
    );
  }));

Deno.test("rounding up adds windows that reach beyond the padding", () =>
  tf.tidy(() => {
    const plane = [[1, 9, 3, 7], [5, 2, 8, 4], [6, 0, 1, 2], [3, 8, 5, 9]];
    const x = tf.tensor(plane.flat(), [4, 4, 1]) as tf.Tensor3D;
    const expected = windows(plane, [3, 3], [2, 2], [[1, 2], [1, 2]]).flat()
      .map((window) => Math.max(...window.flat().filter((value) => value !== null)));
    assertEquals(expected.length, 9);
    assertEquals([...tf.maxPool(x, 3, 2, 1, "ceil").dataSync()], expected);
    const filter = tf.ones([3, 3, 1, 1]) as tf.Tensor4D;
    const images = [plane.map((row) => row.map((value) => [value]))];
    const sums = convolved(images, filter.arraySync(), [2, 2], [[1, 2], [1, 2]]);
    assertEquals(tf.conv2d(x, filter, 2, 1, "NHWC", 1, "ceil").arraySync(), sums[0]);
  }));

Deno.test("a padded average of a volume is linear, and its gradient is its transpose", () =>
  tf.tidy(() => {
    const x = numbers([1, 3, 2, 4, 2], 7) as tf.Tensor5D;
    const average = (x: tf.Tensor) => tf.avgPool3d(x as tf.Tensor5D, 2, 1, 1);
    const averages = average(x);
    const dy = tf.mul(8, numbers(averages.shape, 3)); // all shares of a window are eighths
    assertEquals(inner(tf.grad(average)(x, dy), x), inner(dy, averages));
  }));
