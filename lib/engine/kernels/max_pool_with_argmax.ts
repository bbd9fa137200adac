/** The largest number of each window, and where in the image it lies. */
import * as tf from "@tensorflow/tfjs";
import { flag, ints, text, type } from "../attributes.ts";
import { type Inputs, kernel, typeOf } from "./kernel.ts";

/** Indices count through an image, or through the whole batch. NaN is never the largest. */
export const maxPoolWithArgmax = kernel<Inputs<"x">, tf.MaxPoolWithArgmaxAttrs>(
  tf.MaxPoolWithArgmax,
  ({ inputs: { x }, attrs: { filterSize, strides, pad, includeBatchInIndex }, run }) => {
    const shape = x.shape as [number, number, number, number];
    const windows = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad);
    const numbers = tf.where(tf.isNaN(x), tf.fill(x.shape, -Infinity), x);
    return run("MaxPoolWithArgmax", [numbers], {
      T: typeOf(x),
      Targmax: type("int64"),
      ksize: ints([1, windows.filterHeight, windows.filterWidth, 1]),
      strides: ints([1, windows.strideHeight, windows.strideWidth, 1]),
      padding: text(windows.padInfo.type), // TensorFlow says that it knows "SAME" and "VALID"
      include_batch_in_index: flag(includeBatchInIndex),
    }, 2);
  },
);
