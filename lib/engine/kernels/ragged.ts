/** Arrays whose rows differ in length: all values in a row, and where each row begins. */
import * as tf from "@tensorflow/tfjs";
import type { Tensor } from "../tensors.ts";
import { int, texts, type } from "../attributes.ts";
import { type Inputs, kernel, typeOf } from "./kernel.ts";

/** A range of numbers for each triple of start, limit and step. */
export const raggedRange = kernel<Inputs<"starts" | "limits" | "deltas">, object>(
  tf.RaggedRange,
  ({ inputs: { starts, limits, deltas }, run }) =>
    run("RaggedRange", [starts, limits, deltas], { T: typeOf(starts), Tsplits: type("int32") }, 2),
);

/** Picks rows. */
export const raggedGather = kernel<
  Inputs<"paramsDenseValues" | "indices"> & { paramsNestedSplits: Tensor[] },
  tf.RaggedGatherAttrs
>(
  tf.RaggedGather,
  ({ inputs: { paramsNestedSplits, paramsDenseValues, indices }, attrs: { outputRaggedRank }, run }) =>
    run(
      "RaggedGather",
      [...paramsNestedSplits, paramsDenseValues, indices],
      {
        Tvalues: typeOf(paramsDenseValues),
        Tindices: typeOf(indices),
        Tsplits: type("int32"),
        PARAMS_RAGGED_RANK: int(paramsNestedSplits.length),
        OUTPUT_RAGGED_RANK: int(outputRaggedRank),
      },
      outputRaggedRank + 1,
    ),
);

/** Fills the rows up to the same length. */
export const raggedTensorToTensor = kernel<
  Inputs<"shape" | "values" | "defaultValue"> & { rowPartitionTensors: Tensor[] },
  tf.RaggedTensorToTensorAttrs
>(
  tf.RaggedTensorToTensor,
  ({ inputs: { shape, values, defaultValue, rowPartitionTensors }, attrs: { rowPartitionTypes }, run }) =>
    run("RaggedTensorToTensor", [shape, values, defaultValue, ...rowPartitionTensors], {
      T: typeOf(values),
      Tindex: type("int32"),
      Tshape: type("int32"),
      num_row_partition_tensors: int(rowPartitionTensors.length),
      row_partition_types: texts(rowPartitionTypes),
    })[0],
);
