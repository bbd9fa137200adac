/** All tables, for what works with the cells of any: `deno task evaluate`, `deno task rerun`. */
import type { Experiment } from "../lib/experiment/experiment.ts";
import { ablationsExperiment } from "./ablations.ts";
import { ablationsCifar10Experiment } from "./ablations_cifar10.ts";
import { analysisExperiment } from "./analysis.ts";
import { analysisCifar10Experiment } from "./analysis_cifar10.ts";
import { cifar10Experiment } from "./cifar10.ts";
import { cifarPlusExperiment } from "./cifar_plus.ts";
import { imageFolderExperiment } from "./image_folder.ts";
import { methodsExperiment } from "./methods.ts";
import { methodsPriorsExperiment } from "./methods_priors.ts";
import { oodExperiment } from "./ood.ts";
import { priorsExperiment } from "./priors.ts";
import { svhnExperiment } from "./svhn.ts";
import { tinyImagenetExperiment } from "./tiny_imagenet.ts";

/** The experiments. */
export const experiments: readonly Experiment[] = [
  cifar10Experiment,
  svhnExperiment,
  cifarPlusExperiment,
  tinyImagenetExperiment,
  oodExperiment,
  priorsExperiment,
  methodsExperiment,
  methodsPriorsExperiment,
  ablationsExperiment,
  ablationsCifar10Experiment,
  analysisExperiment,
  analysisCifar10Experiment,
  imageFolderExperiment,
];
