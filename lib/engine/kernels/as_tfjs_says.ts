/** Operations that tfjs and TensorFlow both have, where tfjs promises another result or takes more. */
import * as tf from "@tensorflow/tfjs";
import type { Tensor } from "../tensors.ts";
import { type } from "../attributes.ts";
import { type Inputs, kernel, typeOf } from "./kernel.ts";

/** tfjs calls the sign of NaN 0. */
export const sign = kernel<Inputs<"x">, object>(
  tf.Sign,
  ({ inputs: { x }, usual }) => x.dtype === "float32" ? tf.where(tf.isNaN(x), tf.zeros(x.shape), usual()) : usual(),
);

/** Whole numbers, of which none is NaN. */
export const step = kernel<Inputs<"x">, tf.StepAttrs>(
  tf.Step,
  ({ inputs: { x }, attrs: { alpha }, usual }) =>
    x.dtype === "int32"
      ? tf.where(tf.greater(x, 0), tf.ones(x.shape, "int32"), tf.fill(x.shape, alpha, "int32"))
      : usual(),
);

/** Whole numbers become fractional ones. */
export const leakyRelu = kernel<Inputs<"x">, tf.LeakyReluAttrs>(
  tf.LeakyRelu,
  ({ inputs: { x }, attrs, usual }) => x.dtype === "int32" ? usual({ x: tf.cast(x, "float32") }, attrs) : usual(),
);

/** Truth values as well. */
export const diag = kernel<Inputs<"x">, object>(
  tf.Diag,
  ({ inputs: { x }, usual }) => x.dtype === "bool" ? tf.cast(usual({ x: tf.cast(x, "int32") }), "bool") : usual(),
);

/** Scalars in a row as well. */
export const concat = kernel<Tensor[], tf.ConcatAttrs>(
  tf.Concat,
  ({ inputs, attrs, usual }) =>
    inputs.every(({ shape }) => shape.length === 0) ? usual(inputs.map((x) => tf.reshape(x, [1])), attrs) : usual(),
);

/** Indices of rank 1 are rows. */
export const scatterNd = kernel<Inputs<"indices" | "updates">, tf.ScatterNdAttrs>(
  tf.ScatterNd,
  ({ inputs: { indices, updates }, attrs, usual }) =>
    usual({ indices: indices.shape.length === 1 ? tf.expandDims(indices, 1) : indices, updates }, attrs),
);

/** All NaN are one value, and both zeros are; TensorFlow finds whole numbers so, whose bits are those of the numbers. */
export const unique = kernel<Inputs<"x">, tf.UniqueAttrs>(tf.Unique, ({ inputs: { x }, attrs, run, usual }) => {
  if (x.dtype !== "float32") return usual();
  const floats = tf.add(x, 0); // -0 + 0 is 0
  const oneNaN = tf.where(tf.isNaN(floats), tf.fill(x.shape, NaN), floats);
  const [bits] = run("Bitcast", [oneNaN], { T: type("float32"), type: type("int32") });
  const [values, indices] = usual({ x: bits }, attrs) as unknown as Tensor[];
  return [run("Bitcast", [values], { T: type("int32"), type: type("float32") })[0], indices];
});

/** A label of the result that no input has is an error; TensorFlow computes something. */
export const einsum = kernel<Tensor[], tf.EinsumAttrs>(tf.Einsum, ({ attrs, usual }) => {
  const [inputs, output = ""] = attrs.equation.split("->");
  const missing = output.match(/[a-z]/gi)?.find((label) => !inputs.includes(label));
  if (missing !== undefined) {
    throw new Error(`Output subscripts contain the label ${missing} not present in the input subscripts.`);
  }
  return usual();
});

/** The same seed draws the same numbers, in a traced function too; any number is a seed. */
export const multinomial = kernel<Inputs<"logits">, tf.MultinomialAttrs>(
  tf.Multinomial,
  ({ inputs: { logits }, attrs: { numSamples, seed, normalized }, run, usual }) => {
    if (normalized) return usual();
    const bits = new Int32Array(Float64Array.of(seed).buffer);
    return run("StatelessMultinomial", [logits, tf.scalar(numSamples, "int32"), tf.tensor1d(bits, "int32")], {
      T: typeOf(logits),
      Tseed: type("int32"),
      output_dtype: type("int32"),
    })[0];
  },
);
