/**
 * AUROC on CIFAR10: six known classes, four unknown (BackMix, TPAMI 2025, table of AUROC: 91.3, mean of five trials).
 *
 *     deno task reproduce:cifar10                    quick: 20 to 50 minutes a cell on two cores, trials 0 and 2
 *     deno task reproduce:cifar10 --preset paper     the published recipe: days on two cores, hours on a GPU
 *
 * Rows: every method in `paper`, else Softmax unless `--method` names others; without and with BackMix. Reported at the last epoch: closed-set accuracy and every open set figure, by
 * the published score and the maximum logit, on all 10,000 test images.
 */
import { CENTRED } from "../lib/augment/pixels.ts";
import { DESCRIBED } from "../lib/backmix/mix.ts";
import { cifar10 } from "../lib/datasets/cifar10.ts";
import { split } from "../lib/datasets/splits.ts";
import type { Experiment } from "../lib/experiment/experiment.ts";
import { reproduce } from "../lib/experiment/reproduce.ts";
import { arplCs } from "../lib/methods/arpl_cs.ts";
import { softmax } from "../lib/methods/softmax.ts";
import { METHODS } from "../lib/methods/table.ts";
import { CSSR_RECIPES } from "./published.ts";
import { tuned } from "./tuned.ts";

const network = {
  backbone: { name: "classifier32", width: 1, dropout: 0.2 },
  normalisation: CENTRED, // backmix.py
  optimiser: { momentum: 0.9, weightDecay: 1e-4, nesterov: false }, // ARPL, osr.py
} as const;

/** The table. */
export const cifar10Experiment: Experiment = {
  table: "cifar10",
  about: [
    "AUROC on CIFAR10, six known and four unknown classes, without and with BackMix.",
    "",
    "quick   6 epochs of the 30,000 known images: 20 to 50 minutes a cell on two cores",
    "paper   the published 100 epochs: days a cell on two cores, for a GPU",
    "tuned   a strong baseline, 600 epochs with RandAugment: weeks a cell on two cores, for a GPU",
  ].join("\n"),
  data: async ({ dataDir, trial, protocol }) => ({
    dataset: await cifar10({ dataDir }),
    split: split("cifar10", trial, protocol),
  }),
  source: "files",
  images: { count: 30_000, side: 32 },
  trials: [0, 1, 2, 3, 4],
  methods: METHODS,
  presets: {
    quick: {
      byDefault: [0, 2], // trials 0 and 1 hold the same classes
      methods: [softmax.name],
      recipe: { ...network, schedule: { kind: "one-cycle", peak: 0.1, rise: 0.1 }, epochs: 6, batch: 128 },
      own: { [arplCs.name]: { epochs: 3, gan: { width: 0.25 } } }, // its epoch is two passes
      backmix: DESCRIBED,
    },
    paper: {
      byDefault: [0, 1, 2, 3, 4],
      recipe: {
        ...network,
        schedule: { kind: "multi-step", rate: 0.1, milestones: [30, 60, 90, 120], decay: 0.1 },
        epochs: 100,
        batch: 64,
      },
      own: CSSR_RECIPES.cifar,
      backmix: DESCRIBED,
    },
    tuned: {
      byDefault: [0, 1, 2, 3, 4],
      methods: [softmax.name],
      recipe: { ...network, ...tuned(0.1, 6) },
      backmix: DESCRIBED,
    },
  },
  paper: {
    metrics: { auroc: 0.913 },
    source: "BackMix (TPAMI 2025), table of AUROC: CIFAR10, mean of five trials; which base method is not stated",
  },
};

if (import.meta.main) await reproduce(cifar10Experiment, Deno.args);
