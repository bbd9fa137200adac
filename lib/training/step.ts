/**
 * One training step as one pure function: network and batch in, moved network, loss and class activation maps out. Traced
 * as a whole, so that TensorFlow sees forward pass, gradients, optimiser and the pass for the maps together.
 */
import type { Backbone, Layers } from "../backbones/backbone.ts";
import type { HostArray } from "../engine/host_array.ts";
import { jit, type Jitted } from "../engine/jit.ts";
import type { Stream } from "../engine/streams.ts";
import { tf } from "../engine/tensorflow.ts";
import type { Scalar, Tensor, Tensor1D, Tensor3D, Tensor4D } from "../engine/tensors.ts";
import { leavesOf, type Mapped, mapTree } from "../engine/tree.ts";
import { type LearntNetwork, mapsOf } from "../evaluation/maps.ts";
import { UserError } from "../files/user_error.ts";
import { type Method, targetOf } from "../methods/method.ts";
import { type Optimiser, optimiserOf, sgd } from "./optimiser.ts";
import type { Recipe } from "./recipe.ts";

/** All that training changes: a tree of tensors. */
export interface Network extends LearntNetwork {
  /** The optimiser's moments. */
  moments: Record<string, unknown>;
  /** What only training with generated images needs; plain steps leave it as it is. */
  confusion?: {
    /** Makes images. */
    generator: Learner;
    /** Judges how real they look. */
    discriminator: Learner;
    /** The backbone's normalisations for generated images. */
    auxiliary: Learner;
  };
}

/** A part of a network with parameters, running statistics, and an optimiser's moments of its own. */
export interface Learner {
  /** What the optimiser moves. */
  params: Layers<Tensor>;
  /** Running statistics. */
  state: Layers<Tensor>;
  /** The optimiser's moments. */
  moments: Record<string, unknown>;
}

/** What a step gets. */
export interface StepInput {
  /** Pixels as the recipe normalises them, `[batch, side, side, 3]`. */
  images: Tensor4D;
  /** int32 `[batch]`, 0 .. classes-1. */
  labels: Tensor1D;
  /** Learning rate. */
  rate: Scalar;
  /** Decides the dropout, int32 `[2]`. */
  seed: Tensor1D;
  /** The unaltered images of the same batch, when their class activation maps are wanted. */
  raw?: Tensor4D;
  /** The labels that the images have too, where two are mixed into one. */
  mixed?: {
    /** int32 `[batch]`, 0 .. classes-1. */
    labels: Tensor1D;
    /** Weight of `labels` outside, in [0, 1]; these weigh the rest. */
    lambda: Scalar;
  };
}

/** What a step gives. */
export interface StepResult {
  /** The network after the step. */
  network: Network;
  /** Loss of the batch before the step. */
  loss: Scalar;
  /** How many images of the batch were classified rightly before the step, a float32 scalar; mixed ones by weight. */
  correct: Scalar;
  /** Class activation maps of `raw`, by the network before the step, `[batch, 8, 8]`; only with `raw`. */
  maps?: Tensor3D;
  /** What a loss of several terms is made of, by name. */
  terms?: Record<string, Scalar>;
}

/** What a step is made of. */
export interface StepParts {
  /** From images to features. */
  backbone: Backbone;
  /** From features to logits and loss. */
  method: Method;
  /** From gradients to parameters. */
  optimiser: Optimiser;
  /** Numbers of the method's loss that are not as published. */
  loss?: Record<string, number>;
  /** Share of each label that is spread over all classes; 0 by default. */
  smoothing?: number;
}

/**
 * The network before the first step; the caller frees its tensors.
 *
 * @param classes number of known classes
 * @param random draws the parameters: the backbone's first, in the order of its layers, then the method's
 * @param optimiser decides which moments there are; stochastic gradient descent has the same with all settings
 */
export function initialNetwork(
  backbone: Backbone,
  method: Method,
  classes: number,
  random: Stream,
  optimiser: Optimiser = sgd(),
): Network {
  const drawn = backbone.init(random);
  const params = { backbone: drawn.params, method: method.init({ classes, channels: backbone.channels }, random) };
  return toTensors({ params, state: drawn.state, moments: optimiser.init(params) }) as Network;
}

/** The tree with each host array as a tensor. */
export function toTensors<Tree>(tree: Tree): Mapped<Tree, Tensor> {
  return mapTree(tree, (leaf) => tf.tensor((leaf as HostArray).data, [...leaf.shape]));
}

/**
 * One step, not traced.
 *
 * The maps come from the raw images in evaluation mode, without gradient, and move no statistics.
 */
export function step(parts: StepParts, network: Network, input: StepInput): StepResult {
  const { backbone, method, optimiser } = parts;
  const { params } = network;
  const { loss, gradients, aside } = lossAndGradients(
    params,
    (params) => classification(parts, { ...network, params }, input),
    `Method ${method.name}: `,
  );
  const moved = optimiser.update(params, gradients, network.moments, input.rate);
  return {
    network: { ...network, params: moved.params, state: aside.state, moments: moved.moments },
    loss,
    correct: aside.correct,
    ...(input.raw && { maps: mapsOf(backbone, method, network, input.raw, input.labels) }),
  };
}

/** The method's loss of a batch in training mode, the statistics that it moved, and how many images were right. */
export function classification(
  parts: StepParts,
  { params, state }: LearntNetwork,
  { images, labels, seed, mixed }: StepInput,
): { loss: Scalar; aside: { state: Layers<Tensor>; correct: Scalar } } {
  const { backbone, method, loss: options, smoothing } = parts;
  const { map, feature, state: moved } = backbone.apply(params.backbone, state, images, { training: true, seed });
  const logits = method.logits(params.method, { map, feature });
  const lossOf = (label: Tensor1D): Scalar => {
    const target = targetOf(label, logits.shape[1], smoothing);
    return method.loss(params.method, { map, feature, logits, label, target }, options);
  };
  const predicted = tf.argMax(logits, 1);
  const correctOf = (label: Tensor1D) => tf.sum(tf.cast(tf.equal(predicted, label), "float32")) as Scalar;
  return {
    loss: weighed(labels, mixed, lossOf),
    aside: { state: moved, correct: weighed(labels, mixed, correctOf) },
  };
}

/** lambda f(label a) + (1 - lambda) f(label b) where images are mixed, else f(label). */
function weighed(labels: Tensor1D, mixed: StepInput["mixed"], f: (labels: Tensor1D) => Scalar): Scalar {
  if (mixed === undefined) return f(labels);
  return tf.add(tf.mul(mixed.lambda, f(labels)), tf.mul(tf.sub(1, mixed.lambda), f(mixed.labels)));
}

/**
 * A loss, its gradients for a tree of parameters, and what else the forward pass gave.
 *
 * @param who begins the message of an error
 * @throws {UserError} if no gradient reaches one of the parameters
 */
export function lossAndGradients<Params, Aside>(
  params: Params,
  forward: (params: Params) => { loss: Scalar; aside: Aside },
  who = "",
): { loss: Scalar; gradients: Mapped<Params, Tensor>; aside: Aside } {
  const leaves = leavesOf<Tensor>(params);
  const places = [...leaves.keys()];
  const rebuilt = (values: Tensor[]) => mapTree(params, (_, path) => values[places.indexOf(path)]);
  let aside: Aside | undefined;
  const pass = () => {
    const result = forward(params);
    for (const tensor of leavesOf<Tensor>(result.aside).values()) tf.keep(tensor); // else freed with the pass
    aside = result.aside;
    return result.loss;
  };
  // tf.valueAndGrads does not say which parameter no gradient reaches
  const { value, grads } = tf.engine().gradients(pass, [...leaves.values()], undefined, true);
  const unreached = places.filter((_, i) => !grads[i]);
  if (unreached.length > 0) {
    throw new UserError(
      `${who}no gradient reaches ${unreached.join(", ")}, since the loss does not depend on it. Use it in logits or ` +
        "loss, or leave it out of init.",
    );
  }
  return { loss: value as Scalar, gradients: rebuilt(grads), aside: aside! };
}

/** How steps are made: the parts of the recipe that the step sees. */
export type StepRecipe = Pick<Recipe, "optimiser" | "loss" | "smoothing" | "precision">;

/** The traced step of a recipe. */
export function trainingStep(
  backbone: Backbone,
  method: Method,
  recipe: StepRecipe,
): Jitted<[Network, StepInput], StepResult> {
  const { loss, smoothing } = recipe;
  const parts = { backbone, method, optimiser: optimiserOf(recipe.optimiser), loss, smoothing };
  return jit((network: Network, input: StepInput) => step(parts, network, input), { precision: recipe.precision });
}
