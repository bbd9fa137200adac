/**
 * AUROC on CIFAR+10 and CIFAR+50: four known classes of CIFAR-10, ten or fifty unknown ones of CIFAR-100 (BackMix, TPAMI
 * 2025, table of AUROC: 93.4 and 92.3, means of five trials).
 *
 *     deno task reproduce:cifar-plus                     quick: 15 to 40 minutes a network on two cores, trials 0 and 1
 *     deno task reproduce:cifar-plus --preset paper      the published recipe: days on two cores, hours on a GPU
 *
 * Rows and recipes as in `cifar10.ts`. Each network is trained once, on the 20,000 training images of its known classes,
 * and meets both sets of unknown images.
 */
import { cifar10 } from "../lib/datasets/cifar10.ts";
import { cifar100 } from "../lib/datasets/cifar100.ts";
import { joined } from "../lib/datasets/joined.ts";
import { plusSplit } from "../lib/datasets/splits.ts";
import type { Experiment } from "../lib/experiment/experiment.ts";
import { reproduce } from "../lib/experiment/reproduce.ts";
import { cifar10Experiment } from "./cifar10.ts";

const { quick, paper, tuned } = cifar10Experiment.presets;

/** The table. */
export const cifarPlusExperiment: Experiment = {
  ...cifar10Experiment,
  table: "cifar-plus",
  about: [
    "AUROC on CIFAR+10 and CIFAR+50, known classes of CIFAR-10 and unknown ones of CIFAR-100, without and with BackMix.",
    "",
    "quick   6 epochs of the 20,000 known images: 15 to 40 minutes a network on two cores",
    "paper   the published 100 epochs: days a network on two cores, for a GPU",
    "tuned   a strong baseline, 600 epochs with RandAugment: weeks a network on two cores, for a GPU",
  ].join("\n"),
  unknowns: ["10", "50"],
  data: async ({ dataDir, trial, protocol, unknown }) => ({
    dataset: joined(`cifar+${unknown}`, await cifar10({ dataDir }), await cifar100({ dataDir })),
    split: plusSplit(unknown === "10" ? 10 : 50, trial, protocol),
  }),
  images: { count: 20_000, side: 32 },
  presets: { quick: { ...quick, byDefault: [0, 1] }, paper, tuned },
  paper: {
    by_data: { "cifar+10": { auroc: 0.934 }, "cifar+50": { auroc: 0.923 } },
    source: "BackMix (TPAMI 2025), table of AUROC, means of five trials; which base method is not stated",
  },
};

if (import.meta.main) await reproduce(cifarPlusExperiment, Deno.args);
