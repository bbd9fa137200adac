/** Rows by their numbers. */
import * as tf from "@tensorflow/tfjs";
import { type Inputs, kernel } from "./kernel.ts";

/**
 * tfjs-node reads the indices to check them, which a traced function cannot. There TensorFlow checks them while it runs
 * (on a GPU an index out of range gives zeros).
 */
export const gatherV2 = kernel<Inputs<"x" | "indices">, tf.GatherV2Attrs>(
  tf.GatherV2,
  ({ inputs, attrs, backend, usual }) =>
    backend.binding.isTracing()
      ? usual(inputs, attrs, Object.create(backend, { readSync: { value: () => [] } }))
      : usual(),
);
