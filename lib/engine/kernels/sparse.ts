/** Arrays of which only the values that are not empty are kept, each with its index. */
import * as tf from "@tensorflow/tfjs";
import { type } from "../attributes.ts";
import { type Inputs, int64, kernel, typeOf } from "./kernel.ts";

/** Gives each empty row one value. */
export const sparseFillEmptyRows = kernel<Inputs<"indices" | "values" | "denseShape" | "defaultValue">, object>(
  tf.SparseFillEmptyRows,
  ({ inputs: { indices, values, denseShape, defaultValue }, run }) =>
    run(
      "SparseFillEmptyRows",
      [int64(indices), values, int64(denseShape), defaultValue],
      { T: typeOf(values) },
      4,
    ),
);

/** The indices of the same values in another shape. */
export const sparseReshape = kernel<Inputs<"inputIndices" | "inputShape" | "newShape">, object>(
  tf.SparseReshape,
  ({ inputs: { inputIndices, inputShape, newShape }, run }) =>
    run("SparseReshape", [int64(inputIndices), int64(inputShape), int64(newShape)], {}, 2),
);

/** Sums rows by segments. */
export const sparseSegmentSum = kernel<Inputs<"data" | "indices" | "segmentIds">, object>(
  tf.SparseSegmentSum,
  ({ inputs: { data, indices, segmentIds }, run }) =>
    run("SparseSegmentSum", [data, indices, segmentIds], {
      T: typeOf(data),
      Tidx: type("int32"),
      Tsegmentids: type("int32"),
    })[0],
);

/** Averages rows by segments; TensorFlow averages fractional numbers only. */
export const sparseSegmentMean = kernel<Inputs<"data" | "indices" | "segmentIds">, object>(
  tf.SparseSegmentMean,
  ({ inputs: { data, indices, segmentIds }, run }) => {
    const [mean] = run("SparseSegmentMean", [tf.cast(data, "float32"), indices, segmentIds], {
      T: type("float32"),
      Tidx: type("int32"),
      Tsegmentids: type("int32"),
    });
    return tf.cast(mean, data.dtype as "float32" | "int32");
  },
);
