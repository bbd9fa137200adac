/** Images `[B, H, W, C]` seen through a projective transformation each: turned, moved, sheared, in perspective. */
import * as tf from "@tensorflow/tfjs";
import { text } from "../attributes.ts";
import { type Inputs, kernel, typeOf } from "./kernel.ts";

/** The eight numbers of a transformation lead from a place in the result to one in the image. */
export const transform = kernel<Inputs<"image" | "transforms">, tf.TransformAttrs>(
  tf.Transform,
  ({ inputs: { image, transforms }, attrs, run }) =>
    run("ImageProjectiveTransformV3", [
      image,
      transforms,
      tf.tensor1d(attrs.outputShape ?? image.shape.slice(1, 3), "int32"),
      tf.scalar(attrs.fillValue),
    ], {
      dtype: typeOf(image),
      interpolation: text(attrs.interpolation.toUpperCase()),
      fill_mode: text(attrs.fillMode.toUpperCase()),
    })[0],
);
