/**
 * Evaluates a trained cell of any table by all open set scores.
 *
 *     deno task evaluate runs/priors.quick/softmax.trial0.seed0.1a2b3c4d --scores all
 */
import { evaluate } from "../lib/experiment/evaluate.ts";
import { ablationsExperiment } from "./ablations.ts";
import { cifar10Experiment } from "./cifar10.ts";
import { cifarPlusExperiment } from "./cifar_plus.ts";
import { methodsExperiment } from "./methods.ts";
import { methodsPriorsExperiment } from "./methods_priors.ts";
import { oodExperiment } from "./ood.ts";
import { priorsExperiment } from "./priors.ts";
import { svhnExperiment } from "./svhn.ts";
import { tinyImagenetExperiment } from "./tiny_imagenet.ts";

const experiments = [
  cifar10Experiment,
  svhnExperiment,
  cifarPlusExperiment,
  tinyImagenetExperiment,
  oodExperiment,
  priorsExperiment,
  methodsExperiment,
  methodsPriorsExperiment,
  ablationsExperiment,
];

if (import.meta.main) await evaluate(experiments, Deno.args);
