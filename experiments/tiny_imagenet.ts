/**
 * AUROC on TinyImageNet: 20 known classes, 180 unknown (BackMix, TPAMI 2025, table of AUROC: 80.4, mean of five trials).
 *
 *     deno task reproduce:tiny-imagenet                    quick: 12 to 20 minutes a cell on two cores, trial 0
 *     deno task reproduce:tiny-imagenet --preset paper     the published recipe: days on two cores, hours on a GPU
 *
 * Rows: every method in `paper`, else Softmax unless `--method` names others; without and with BackMix, at 64 px. Training on the 10,000 training images of the known
 * classes, figures at the last epoch on all 10,000 validation images: those of the test part have no public labels.
 */
import { CENTRED } from "../lib/augment/pixels.ts";
import { DESCRIBED } from "../lib/backmix/mix.ts";
import { split } from "../lib/datasets/splits.ts";
import { tinyImagenet } from "../lib/datasets/tiny_imagenet.ts";
import type { Experiment } from "../lib/experiment/experiment.ts";
import { reproduce } from "../lib/experiment/reproduce.ts";
import { arplCs } from "../lib/methods/arpl_cs.ts";
import { softmax } from "../lib/methods/softmax.ts";
import { METHODS } from "../lib/methods/table.ts";
import { CSSR_RECIPES } from "./published.ts";
import { tuned } from "./tuned.ts";

/** The table. */
export const tinyImagenetExperiment: Experiment = {
  table: "tiny-imagenet",
  about: [
    "AUROC on TinyImageNet, 20 known and 180 unknown classes, without and with BackMix.",
    "",
    "quick   15 epochs of the 10,000 known images, a quarter of the width: 12 to 20 minutes a cell on two cores",
    "paper   the published 100 epochs at full width: days a cell on two cores, for a GPU",
    "tuned   a strong baseline, 600 epochs with RandAugment: weeks a cell on two cores, for a GPU",
  ].join("\n"),
  data: async ({ trial, protocol, ...options }) => {
    const cut = split("tiny_imagenet", trial, protocol);
    return { dataset: await tinyImagenet({ ...options, trainClasses: cut.known }), split: cut };
  },
  source: "files",
  images: { count: 10_000, side: 64 },
  trials: [0, 1, 2, 3, 4],
  methods: METHODS,
  presets: {
    quick: {
      byDefault: [0],
      methods: [softmax.name],
      recipe: {
        backbone: { name: "classifier32", width: 0.25, dropout: 0.2 },
        normalisation: CENTRED,
        optimiser: { momentum: 0.9, weightDecay: 1e-4, nesterov: false },
        schedule: { kind: "one-cycle", peak: 0.1, rise: 0.1 },
        epochs: 15,
        batch: 128,
      },
      own: { [arplCs.name]: { epochs: 8, gan: { width: 0.25 } } }, // its epoch is two passes
      backmix: DESCRIBED,
    },
    paper: { // osr.py of ARPL trains TinyImageNet with Adam
      byDefault: [0, 1, 2, 3, 4],
      recipe: {
        backbone: { name: "classifier32", width: 1, dropout: 0.2 },
        normalisation: CENTRED,
        optimiser: { kind: "adam", beta1: 0.9, beta2: 0.999, weightDecay: 0 },
        schedule: { kind: "multi-step", rate: 0.001, milestones: [30, 60, 90, 120], decay: 0.1 },
        epochs: 100,
        batch: 64,
      },
      own: CSSR_RECIPES.tinyImagenet,
      backmix: DESCRIBED,
    },
    tuned: {
      byDefault: [0, 1, 2, 3, 4],
      methods: [softmax.name],
      recipe: {
        backbone: { name: "classifier32", width: 1, dropout: 0.2 },
        normalisation: CENTRED,
        optimiser: { momentum: 0.9, weightDecay: 1e-4, nesterov: false },
        ...tuned(0.01, 9, 0.9),
      },
      backmix: DESCRIBED,
    },
  },
  paper: {
    metrics: { auroc: 0.804 },
    source: "BackMix (TPAMI 2025), table of AUROC: TinyImageNet, mean of five trials; which base method is not stated",
  },
};

if (import.meta.main) await reproduce(tinyImagenetExperiment, Deno.args);
