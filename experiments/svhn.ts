/**
 * AUROC on SVHN: six known digits, four unknown (BackMix, TPAMI 2025, table of AUROC: 97.0, mean of five trials).
 *
 *     deno task reproduce:svhn                       quick: 30 to 70 minutes a cell on two cores, trials 0 and 1
 *     deno task reproduce:svhn --preset paper        the published recipe: days on two cores, hours on a GPU
 *
 * Rows and recipes as in `cifar10.ts`; training on the known digits of the 73,257 training images, figures on all 26,032
 * test images.
 */
import { randAugment } from "../lib/augment/augmentation.ts";
import { split } from "../lib/datasets/splits.ts";
import { svhn } from "../lib/datasets/svhn.ts";
import type { Experiment } from "../lib/experiment/experiment.ts";
import { reproduce } from "../lib/experiment/reproduce.ts";
import { cifar10Experiment } from "./cifar10.ts";

const { quick, paper, tuned } = cifar10Experiment.presets;

/** The table. */
export const svhnExperiment: Experiment = {
  ...cifar10Experiment,
  table: "svhn",
  about: [
    "AUROC on SVHN, six known and four unknown digits, without and with BackMix.",
    "",
    "quick   6 epochs of about 45,000 known images: 30 to 70 minutes a cell on two cores",
    "paper   the published 100 epochs: days a cell on two cores, for a GPU",
    "tuned   a strong baseline, 600 epochs with RandAugment: weeks a cell on two cores, for a GPU",
  ].join("\n"),
  data: async ({ dataDir, trial, protocol }) => ({
    dataset: await svhn({ dataDir }),
    split: split("svhn", trial, protocol),
  }),
  images: { count: 44_000, side: 32 },
  presets: {
    quick: { ...quick, byDefault: [0, 1] },
    paper,
    tuned: { ...tuned, recipe: { ...tuned.recipe, augmentation: randAugment(1, 18) } },
  },
  paper: {
    metrics: { auroc: 0.97 },
    source: "BackMix (TPAMI 2025), table of AUROC: SVHN, mean of five trials; which base method is not stated",
  },
};

if (import.meta.main) await reproduce(svhnExperiment, Deno.args);
