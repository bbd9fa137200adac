/**
 * Pools with padding by numbers, which TensorFlow's have in part only: the image is padded first, with what the pool does
 * not see, and then pooled without padding.
 */
import * as tf from "@tensorflow/tfjs";
import type { Tensor, Tensor4D } from "../tensors.ts";
import { type Call, type Kernel, kernel } from "./kernel.ts";
import { type Padding, paddingOf, type Windows } from "./padding.ts";

/** `x` of a pool; `input`, `output` and `dy` of its gradient. */
type Inputs = { [name: string]: Tensor };
type Attrs = tf.MaxPoolAttrs | tf.MaxPool3DAttrs;
type Shape4D = [number, number, number, number];
type Shape5D = [number, number, number, number, number];

/** A pool, or its gradient, of images and one of volumes. */
const pools = (
  names: string[],
  padded: (call: Call<Inputs, Attrs>, padding: Padding, unpadded: Attrs) => Tensor,
): Kernel[] =>
  names.map((name) =>
    kernel<Inputs, Attrs>(name, (call) => {
      const { inputs, attrs, usual } = call;
      const windows = windowsOf(inputs.x ?? inputs.input, attrs);
      if (windows.outShape.includes(0)) return tf.zeros(inputs.input?.shape ?? windows.outShape); // no window fits
      const padding = paddingOf(windows);
      return padding === null ? usual() : padded(call, padding, { ...attrs, pad: "valid", dimRoundingMode: undefined });
    })
  );

function windowsOf({ shape }: Tensor, { filterSize, strides, pad, dimRoundingMode }: Attrs): Windows {
  const { computePool2DInfo, computePool3DInfo } = tf.backend_util;
  return shape.length === 5
    ? computePool3DInfo(shape as Shape5D, filterSize as 1, strides as 1, 1, pad as "same", dimRoundingMode)
    : computePool2DInfo(shape as Shape4D, filterSize as 1, strides as 1, 1, pad, dimRoundingMode);
}

/** Padded with what is never the largest. */
const padLowest = (x: Tensor, padding: Padding) => tf.pad(x, padding, x.dtype === "int32" ? -(2 ** 31) : -Infinity);

/** The image's part of a padded one. */
const unpad = (x: Tensor, padding: Padding, { shape }: Tensor) => tf.slice(x, padding.map(([before]) => before), shape);

/** Which part of each window lies in the image. */
function share({ shape }: Tensor, padding: Padding, { filterSize, strides }: Attrs): Tensor {
  const image = tf.pad(tf.ones([1, ...shape.slice(1, -1), 1]), padding);
  return shape.length === 5
    ? tf.avgPool3d(image as tf.Tensor5D, filterSize as 1, strides as 1, "valid")
    : tf.avgPool(image as Tensor4D, filterSize as 1, strides as 1, "valid");
}

/** Pools, and their gradients, with padding by numbers. */
export const paddedPools: Kernel[] = [
  ...pools(
    [tf.MaxPool, tf.MaxPool3D],
    ({ inputs: { x }, usual }, padding, attrs) => usual({ x: padLowest(x, padding) }, attrs),
  ),
  ...pools([tf.MaxPoolGrad, tf.MaxPool3DGrad], ({ inputs: { dy, input, output }, usual }, padding, attrs) => {
    return unpad(usual({ dy, input: padLowest(input, padding), output }, attrs), padding, input);
  }),
  // the mean of what lies in the image; a window beside it has none, and gives 0
  ...pools([tf.AvgPool, tf.AvgPool3D], ({ inputs: { x }, usual }, padding, attrs) => {
    return tf.divNoNan(usual({ x: tf.pad(x, padding) }, attrs), share(x, padding, attrs));
  }),
  ...pools([tf.AvgPoolGrad, tf.AvgPool3DGrad], ({ inputs: { dy, input }, usual }, padding, attrs) => {
    const part = tf.divNoNan(dy, share(input, padding, attrs));
    return unpad(usual({ dy: part, input: tf.pad(input, padding) }, attrs), padding, input);
  }),
];
