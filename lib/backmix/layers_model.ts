/**
 * Class activation maps of a tfjs layers model, as they were first defined (Zhou et al., CVPR 2016): where the network
 * ends in global average pooling and one dense layer, a class's logit is the mean over the last map's cells of
 * weight . cell, so weight . cell says where the class is.
 */
import { tf } from "../engine/tensorflow.ts";
import type { LayersModel, Tensor1D, Tensor3D, Tensor4D } from "../engine/tensors.ts";
import { UserError } from "../files/user_error.ts";
import { classActivationMaps } from "./cam.ts";

/**
 * From images and their classes to maps, `[batch, 8, 8]` in [0, 1], by the model as it is at that moment, in inference
 * mode.
 *
 * @param images what the model takes
 * @param labels the class to look for in each image, from 0
 */
export type CamFunction = (images: Tensor4D, labels: Tensor1D | readonly number[]) => Float32Array;

/**
 * Looks into a model for its class activation maps.
 *
 * @param model its last layer with weights is a `dense` layer of one unit a class, behind a `globalAveragePooling2d`
 * with nothing but dropout between
 * @throws {UserError} if it ends in another way
 */
export function layersModelCam(model: LayersModel): CamFunction {
  const dense = model.layers.findLast((layer) => layer.weights.length > 0);
  let pooling = dense && below(dense);
  while (pooling?.getClassName() === "Dropout") pooling = below(pooling);
  if (dense?.getClassName() !== "Dense" || pooling?.getClassName() !== "GlobalAveragePooling2D") {
    throw new UserError(
      `${model.name}: ends in ${pooling?.name ?? "nothing"} and ${
        dense?.name ?? "nothing"
      }; its class activation maps ` +
        "need globalAveragePooling2d and one dense layer. With another ending, pass maps of your own to update.",
    );
  }
  const lastMap = tf.model({ inputs: model.inputs, outputs: pooling.input as tf.SymbolicTensor });

  return (images, labels) =>
    tf.tidy(() => {
      const map = lastMap.predictOnBatch(images) as Tensor4D; // [B, h, w, c]
      const [kernel] = dense.getWeights(); // [c, K]
      const weight = tf.gather(tf.transpose(kernel), tf.cast(labels as Tensor1D, "int32")); // [B, c]
      const [batch, channels] = weight.shape;
      const evidence = tf.sum(tf.mul(map, tf.reshape(weight, [batch, 1, 1, channels])), 3); // [B, h, w]
      return classActivationMaps(evidence as Tensor3D).dataSync() as Float32Array;
    });
}

/** The layer that a layer takes its input from. */
function below(layer: LayersModel["layers"][number]): LayersModel["layers"][number] | undefined {
  return (layer.input as tf.SymbolicTensor).sourceLayer;
}
