/**
 * One step of training with confusing samples (`train_cs` of ARPL's code; equations in `lib/methods/arpl_cs.ts`), as one
 * pure function: discriminator, generator and classifier move in turn, each by what those before it have become.
 */
import type { Normalisation } from "../augment/pixels.ts";
import { initAuxiliary, withAuxiliary } from "../backbones/auxiliary.ts";
import type { Backbone, Layers } from "../backbones/backbone.ts";
import { discriminate, initDiscriminator } from "../backbones/discriminator.ts";
import { generate, GENERATED_SIDES, initGenerator } from "../backbones/generator.ts";
import type { HostArray } from "../engine/host_array.ts";
import { operation, type } from "../engine/operation.ts";
import type { Stream } from "../engine/streams.ts";
import { tf } from "../engine/tensorflow.ts";
import type { Scalar, Tensor, Tensor1D, Tensor2D, Tensor4D } from "../engine/tensors.ts";
import { type LearntNetwork, mapsOf } from "../evaluation/maps.ts";
import { UserError } from "../files/user_error.ts";
import type { Confusion, Method } from "../methods/method.ts";
import { adam, type Optimiser } from "./optimiser.ts";
import {
  classification,
  lossAndGradients,
  type Network,
  type StepInput,
  type StepParts,
  type StepResult,
  toTensors,
} from "./step.ts";

/** What a step with confusing samples is made of; its method has a `confusion`. */
export interface ConfusingParts extends StepParts {
  /** What the network sees of a pixel, real or generated. */
  normalisation: Normalisation;
}

/** The noise of the images that a step makes: for discriminator and generator, and for the classifier. */
export interface Noise {
  /** `[batch, noise]` */
  first: Tensor2D;
  /** `[batch, noise]` */
  second: Tensor2D;
}

/** The losses of discriminator and generator, and the unweighted terms of all three, each before its step. */
export type ConfusingTerms = Record<
  | "discriminator"
  | "discriminatorReal"
  | "discriminatorFake"
  | "generator"
  | "generatorReal"
  | "generatorConfusion"
  | "classification"
  | "classifierConfusion",
  Scalar
>;

/**
 * Refuses a method that trains with generated images where there is no generator for them.
 *
 * @param side of the training images
 * @throws {UserError} saying which sides there are
 */
export function checkGenerator({ name, confusion }: Method, side: number): void {
  if (confusion === undefined || GENERATED_SIDES.includes(side)) return;
  const works = GENERATED_SIDES.join(" and ");
  throw new UserError(
    `${name}: there is no generator for images of ${side} px. It works with ${works} px.`,
  );
}

/**
 * Generator, discriminator and auxiliary normalisations before the first step; the caller frees their tensors.
 *
 * @param side of the images, one of those that there is a generator for
 * @param width factor on the channels of generator and discriminator
 */
export function initialConfusion(
  backbone: Backbone,
  { noise, channels, adam: { beta1, beta2 } }: Confusion,
  optimiser: Optimiser,
  { side, width = 1 }: { side: number; width?: number },
  random: Stream,
): NonNullable<Network["confusion"]> {
  const scaled = (channels: number) => Math.max(1, Math.round(width * channels));
  const gan = adam({ beta1, beta2 });
  const learner = (drawn: { params: Layers<HostArray>; state: Layers<HostArray> }, { init }: Optimiser) => ({
    ...drawn,
    moments: init(drawn.params),
  });
  return toTensors({
    generator: learner(initGenerator({ side, noise, channels: scaled(channels.generator) }, random), gan),
    discriminator: learner(initDiscriminator(scaled(channels.discriminator), random), gan),
    auxiliary: learner(initAuxiliary(backbone, random), optimiser),
  }) as NonNullable<Network["confusion"]>;
}

/**
 * Draws the noise of a step, normal with deviation 1.
 *
 * @param seed int32 `[2]`; the same seed gives the same numbers
 */
export function drawNoise(batch: number, length: number, seed: Tensor1D): Noise {
  const draw = (purpose: number) =>
    operation("StatelessRandomNormal", [tf.tensor1d([batch, length], "int32"), seedOf(seed, purpose)], {
      dtype: type("float32"),
      T: type("int32"),
      Tseed: type("int32"),
    })[0] as Tensor2D;
  return { first: draw(1), second: draw(2) };
}

/**
 * One step, not traced.
 *
 * In it the running statistics move three times in the discriminator, twice in the generator, once in the backbone's own
 * normalisations, and twice in the auxiliary ones. What the result calls the loss is the classifier's, with its weighted
 * confusion.
 */
export function confusingStep(parts: ConfusingParts, network: Network, input: StepInput, noise: Noise): StepResult {
  const { backbone, method, optimiser, normalisation } = parts;
  const { generator, discriminator, auxiliary } = network.confusion!;
  const confusion = method.confusion!;
  const weight = parts.loss?.confusion ?? confusion.weight;
  const { rate, beta1, beta2 } = confusion.adam;
  const move = <Params>(learner: { params: Params; moments: Record<string, unknown> }, gradients: unknown) =>
    adam({ beta1, beta2 }).update(learner.params, gradients, learner.moments, tf.scalar(rate));

  const made = (params: Layers<Tensor>, state: Layers<Tensor>, noise: Tensor2D) => {
    const { images, state: moved } = generate(params, state, noise, true);
    const { mean, deviation } = normalisation;
    return { images: tf.div(tf.sub(images, mean), deviation) as Tensor4D, state: moved };
  };
  /** The confusion of generated images, which see the auxiliary normalisations. */
  const confusionOf = (
    params: LearntNetwork["params"],
    scales: Layers<Tensor>,
    state: Layers<Tensor>,
    images: Tensor4D,
    purpose: number,
  ) => {
    const mode = { training: true, seed: seedOf(input.seed, purpose) } as const;
    const seen = backbone.apply(withAuxiliary(params.backbone, scales), state, images, mode);
    return { loss: confusion.loss(params.method, seen), state: seen.state };
  };

  const fake = made(generator.params, generator.state, noise.first);
  const judging = lossAndGradients(discriminator.params, (params) => {
    const real = discriminate(params, discriminator.state, input.images, true);
    const { logit, state } = discriminate(params, real.state, fake.images, true);
    const terms = { discriminatorReal: takenForReal(real.logit), discriminatorFake: takenForFake(logit) };
    return { loss: tf.add(terms.discriminatorReal, terms.discriminatorFake), aside: { state, terms } };
  });
  const judge = move(discriminator, judging.gradients);

  const making = lossAndGradients(generator.params, (params) => {
    const { images, state } = made(params, generator.state, noise.first); // TensorFlow finds it made already
    const { logit, state: judgeState } = discriminate(judge.params, judging.aside.state, images, true);
    const confused = confusionOf(network.params, auxiliary.params, auxiliary.state, images, 3);
    const terms = { generatorReal: takenForReal(logit), generatorConfusion: confused.loss };
    return {
      loss: tf.add(terms.generatorReal, tf.mul(weight, confused.loss)),
      aside: { state, judgeState, auxiliaryState: confused.state, terms },
    };
  });
  const maker = move(generator, making.gradients);

  const again = made(maker.params, making.aside.state, noise.second);
  const learnt = { own: network.params, scales: auxiliary.params };
  const learning = lossAndGradients(learnt, ({ own, scales }) => {
    const { loss, aside } = classification(parts, { ...network, params: own }, input);
    const confused = confusionOf(own, scales, making.aside.auxiliaryState, again.images, 4);
    const terms = { classification: loss, classifierConfusion: confused.loss };
    return {
      loss: tf.add(loss, tf.mul(weight, confused.loss)),
      aside: { ...aside, auxiliaryState: confused.state, terms },
    };
  }, `Method ${method.name}: `);
  const moved = optimiser.update(network.params, learning.gradients.own, network.moments, input.rate);
  const scales = optimiser.update(auxiliary.params, learning.gradients.scales, auxiliary.moments, input.rate);

  const terms: ConfusingTerms = {
    ...{ discriminator: judging.loss, generator: making.loss },
    ...{ ...judging.aside.terms, ...making.aside.terms, ...learning.aside.terms },
  };
  return {
    network: {
      params: moved.params,
      state: learning.aside.state,
      moments: moved.moments,
      confusion: {
        generator: { ...maker, state: again.state },
        discriminator: { ...judge, state: making.aside.judgeState },
        auxiliary: { ...scales, state: learning.aside.auxiliaryState },
      },
    },
    loss: learning.loss,
    correct: learning.aside.correct,
    terms,
    ...(input.raw && { maps: mapsOf(backbone, method, network, input.raw, input.labels) }),
  };
}

/** Mean of -log p, p the sigmoid of the logit. */
function takenForReal(logit: Tensor1D): Scalar {
  return tf.mean(tf.softplus(tf.neg(logit)));
}

/** Mean of -log(1 - p). */
function takenForFake(logit: Tensor1D): Scalar {
  return tf.mean(tf.softplus(logit));
}

/** A seed for one of the things that a step draws; the pass of the real images takes the step's own. */
function seedOf(seed: Tensor1D, purpose: number): Tensor1D {
  return tf.add(seed, tf.tensor1d([purpose, 0], "int32"));
}
