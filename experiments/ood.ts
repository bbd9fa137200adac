/**
 * Out-of-distribution detection: CIFAR-10 known, the test images of CIFAR-100 and of SVHN unknown (BackMix, TPAMI 2025:
 * DTACC 84.9 and 88.5).
 *
 *     deno task reproduce:ood                     quick: 30 to 70 minutes a network on two cores
 *     deno task reproduce:ood --preset paper      the published recipe: days on two cores, hours on a GPU
 *
 * Rows as in `cifar10.ts`, all methods on one backbone. Each network is trained once, on all 50,000 images, and meets both sets. The
 * paper preset is `ood.py` of ARPL: ResNet-34, Adam, 128 images a step.
 */
import { cifar10 } from "../lib/datasets/cifar10.ts";
import { cifar100 } from "../lib/datasets/cifar100.ts";
import { joined } from "../lib/datasets/joined.ts";
import { outsideSplit } from "../lib/datasets/splits.ts";
import { svhn } from "../lib/datasets/svhn.ts";
import type { Experiment } from "../lib/experiment/experiment.ts";
import { reproduce } from "../lib/experiment/reproduce.ts";
import { cifar10Experiment } from "./cifar10.ts";

const { quick, paper } = cifar10Experiment.presets;

/** The table. */
export const oodExperiment: Experiment = {
  ...cifar10Experiment,
  table: "ood",
  about: [
    "Out-of-distribution detection, CIFAR-10 against CIFAR-100 and against SVHN, without and with BackMix.",
    "",
    "quick   6 epochs of all 50,000 images, classifier32: 30 to 70 minutes a network on two cores",
    "paper   the published 100 epochs, ResNet-34: weeks a network on two cores, for a GPU",
  ].join("\n"),
  trials: [0],
  unknowns: ["cifar100", "svhn"],
  data: async ({ dataDir, unknown }) => {
    const known = await cifar10({ dataDir });
    const other = unknown === "svhn" ? await svhn({ dataDir }) : await cifar100({ dataDir });
    const dataset = joined(`cifar10 against ${unknown}`, known, other);
    return { dataset, split: outsideSplit(dataset.name, known.classes.length, other.classes.length) };
  },
  images: { count: 50_000, side: 32 },
  presets: {
    quick: { ...quick, byDefault: [0] },
    paper: {
      ...paper,
      own: {},
      byDefault: [0],
      recipe: {
        ...paper.recipe,
        backbone: { name: "resnet34", width: 1, dropout: 0 },
        optimiser: { kind: "adam", beta1: 0.9, beta2: 0.999, weightDecay: 0 },
        schedule: { kind: "multi-step", rate: 0.0001, milestones: [30, 60, 90, 120], decay: 0.1 },
        batch: 128,
      },
    },
  },
  paper: {
    by_data: { "cifar10 against cifar100": { dtacc: 0.849 }, "cifar10 against svhn": { dtacc: 0.885 } },
    source: "BackMix (TPAMI 2025), table of out-of-distribution detection; which base method is not stated",
  },
};

if (import.meta.main) await reproduce(oodExperiment, Deno.args);
