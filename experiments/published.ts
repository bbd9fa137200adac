/**
 * The recipe that CSSR's family of methods was published with (Huang et al., TPAMI 2023; xyzedd/CSSR, `configs/`), where the
 * tables' `paper` presets train the others by ARPL's (Chen et al., TPAMI 2021; iCGY96/ARPL, `osr.py`).
 */
import { CSSR_STRONG } from "../lib/augment/augmentation.ts";
import type { Preset } from "../lib/experiment/experiment.ts";
import { linear } from "../lib/methods/linear.ts";
import { pcssr } from "../lib/methods/pcssr.ts";
import { rcssr } from "../lib/methods/rcssr.ts";

const cifar: Partial<Preset["recipe"]> = {
  backbone: { name: "wide_resnet40_4", width: 1, dropout: 0 },
  optimiser: { momentum: 0, weightDecay: 5e-4, nesterov: false },
  schedule: { kind: "multi-step", rate: 0.4, milestones: [120, 190], decay: 0.1 },
  epochs: 200,
  batch: 128,
  augmentation: CSSR_STRONG,
};

const tinyImagenet: Partial<Preset["recipe"]> = {
  ...cifar,
  backbone: { name: "resnet18", width: 1, dropout: 0 },
  schedule: { kind: "multi-step", rate: 0.4, milestones: [150, 225], decay: 0.1, warmup: 1 },
  epochs: 235,
};

/** What CSSR's family trains with, by the data set: `cifar` stands for SVHN too. */
export const CSSR_RECIPES: Readonly<Record<"cifar" | "tinyImagenet", NonNullable<Preset["own"]>>> = {
  cifar: ofFamily(cifar),
  tinyImagenet: ofFamily(tinyImagenet),
};

function ofFamily(recipe: Partial<Preset["recipe"]>): NonNullable<Preset["own"]> {
  return Object.fromEntries([linear, pcssr, rcssr].map(({ name }) => [name, recipe]));
}
