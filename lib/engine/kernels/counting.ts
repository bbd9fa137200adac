/** Counting and searching whole numbers, and their bits. */
import * as tf from "@tensorflow/tfjs";
import { flag, type } from "../attributes.ts";
import { type Inputs, kernel, typeOf } from "./kernel.ts";

/** How often each number below `size` occurs, in each row; or the sum of its weights. */
export const denseBincount = kernel<Inputs<"x" | "weights">, tf.DenseBincountAttrs>(
  tf.DenseBincount,
  ({ inputs: { x, weights }, attrs: { size, binaryOutput = false }, run }) =>
    run("DenseBincount", [x, tf.scalar(size, "int32"), weights], {
      Tidx: type("int32"),
      T: typeOf(weights),
      binary_output: flag(binaryOutput),
    })[0],
);

/** Where each value would stand in its sorted row `[rows, n]`. */
export const searchSorted = kernel<Inputs<"sortedSequence" | "values">, tf.SearchSortedAttrs>(
  tf.SearchSorted,
  ({ inputs: { sortedSequence, values }, attrs: { side }, run }) =>
    run(side === "left" ? "LowerBound" : "UpperBound", [sortedSequence, values], {
      T: typeOf(values),
      out_type: type("int32"),
    })[0],
);

/** The bits that two whole numbers share. */
export const bitwiseAnd = kernel<Inputs<"a" | "b">, object>(
  tf.BitwiseAnd,
  ({ inputs: { a, b }, run }) => run("BitwiseAnd", [a, b], { T: typeOf(a) })[0],
);
