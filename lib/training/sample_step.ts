/** A training step on numbers drawn at random, for whoever measures it: time and memory do not depend on the numbers. */
import { UNIT } from "../augment/pixels.ts";
import { type BackboneName, backboneOf } from "../backbones/table.ts";
import type { Jitted, Precision } from "../engine/jit.ts";
import { stream } from "../engine/streams.ts";
import { tf } from "../engine/tensorflow.ts";
import type { Method } from "../methods/method.ts";
import { initialConfusion } from "./confusing_step.ts";
import { optimiserOf } from "./optimiser.ts";
import { trainingPasses } from "./passes.ts";
import { initialNetwork, type Network, type StepInput, type StepResult } from "./step.ts";

/** What is trained. */
export interface SampleOptions {
  /** Name of the backbone. */
  backbone: BackboneName;
  /** What judges its features. */
  method: Method;
  /** Side of an image in pixels. */
  side: number;
  /** Images in a batch. */
  size: number;
  /** Known classes. */
  classes: number;
  /** Type in which convolutions multiply. */
  precision: Precision;
  /** Whether the step makes the raw images' class activation maps too. */
  maps: boolean;
}

/** The step with what it is called with. */
export interface SampleStep {
  /** The traced step; of a method with generated images, the one with them. */
  step: Jitted<[Network, StepInput], StepResult>;
  /** The network before the first step; the caller frees it. */
  network: Network;
  /** A batch as new tensors, which the caller frees: the same images each time, another seed. */
  batch(): StepInput;
}

/** Draws network and images. */
export function sampleStep(options: SampleOptions): SampleStep {
  const { method, side, size, classes, precision, maps } = options;
  const random = stream(0, "sample", 0);
  const shape: [number, number, number, number] = [size, side, side, 3];
  const images = Float32Array.from({ length: size * side * side * 3 }, () => random.uniform());
  const labels = Int32Array.from({ length: size }, (_, k) => k % classes);
  const backbone = backboneOf({ name: options.backbone });
  const optimiser = { momentum: 0.9, weightDecay: 1e-4, nesterov: false };
  const [step] = trainingPasses(backbone, method, { optimiser, precision, normalisation: UNIT });
  const network = initialNetwork(backbone, method, classes, stream(0, "init"));
  if (method.confusion !== undefined) {
    const moved = optimiserOf(optimiser);
    network.confusion = initialConfusion(backbone, method.confusion, moved, { side }, stream(0, "init-confusion"));
  }
  const batch = (): StepInput => ({
    images: tf.tensor4d(images, shape),
    labels: tf.tensor1d(labels, "int32"),
    rate: tf.scalar(0.01),
    seed: tf.tensor1d([random.bits() | 0, random.bits() | 0], "int32"),
    ...(maps && { raw: tf.tensor4d(images, shape) }),
  });
  return { step, network, batch };
}
