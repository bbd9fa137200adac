/** The passes over the training images that make an epoch. */
import type { Backbone } from "../backbones/backbone.ts";
import { jit, type Jitted } from "../engine/jit.ts";
import type { Method } from "../methods/method.ts";
import { confusingStep, drawNoise } from "./confusing_step.ts";
import { optimiserOf } from "./optimiser.ts";
import type { Recipe } from "./recipe.ts";
import { type Network, type StepInput, type StepRecipe, type StepResult, trainingStep } from "./step.ts";

/** The parts of a recipe that the steps see. */
export type PassesRecipe = StepRecipe & Pick<Recipe, "normalisation">;

/**
 * The traced step of each pass: an epoch goes over the images once with each. For most methods that is one; a method that
 * trains with generated images does so in the first, and plainly in the second (`osr.py` of ARPL).
 */
export function trainingPasses(
  backbone: Backbone,
  method: Method,
  recipe: PassesRecipe,
): Jitted<[Network, StepInput], StepResult>[] {
  const plain = trainingStep(backbone, method, recipe);
  const { confusion } = method;
  if (confusion === undefined) return [plain];
  const { loss, smoothing, normalisation, precision } = recipe;
  const parts = { backbone, method, optimiser: optimiserOf(recipe.optimiser), loss, smoothing, normalisation };
  const confusing = jit((network: Network, input: StepInput) => {
    const noise = drawNoise(input.labels.shape[0], confusion.noise, input.seed);
    return confusingStep(parts, network, input, noise);
  }, { precision });
  return [confusing, plain];
}
