/**
 * tfjs's types under names of our own, which `deno doc` can show: it does not look into npm packages.
 */
import type * as tf from "@tensorflow/tfjs";

/** A tensor of any rank. */
export type Tensor = tf.Tensor;
/** A single number. */
export type Scalar = tf.Scalar;
/** A tensor of rank 1. */
export type Tensor1D = tf.Tensor1D;
/** A tensor of rank 2. */
export type Tensor2D = tf.Tensor2D;
/** A tensor of rank 3. */
export type Tensor3D = tf.Tensor3D;
/** A tensor of rank 4. */
export type Tensor4D = tf.Tensor4D;
/** A model of tfjs's layers. */
export type LayersModel = tf.LayersModel;
