/**
 * What BackMix is for, in its pure form: on *priors* the background predicts the class, and unknown shapes stand on the
 * known classes' backgrounds (lib/datasets/priors.ts). Five seeds, each with classes and images of its own, paired
 * without and with BackMix. The paper has no such table.
 *
 *     deno task reproduce:priors
 *     deno task reproduce:priors --preset rivals    the same beside MixUp, CutMix, CutOut, a random window, and true masks
 *
 * Beside the open set figures: how much of the class activation map lies on the shape, and the accuracy on known shapes
 * whose backgrounds are shuffled. The recipe was chosen on seeds 100 and up; seeds 0 to 4 were run once, at the end.
 */
import { CENTRED } from "../lib/augment/pixels.ts";
import { REGULARISERS } from "../lib/augment/regulariser.ts";
import { DESCRIBED } from "../lib/backmix/mix.ts";
import { priors, priorsSplit } from "../lib/datasets/priors.ts";
import type { Experiment, Preset } from "../lib/experiment/experiment.ts";
import { reproduce } from "../lib/experiment/reproduce.ts";
import { softmax } from "../lib/methods/softmax.ts";

const quick: Preset = {
  byDefault: [0, 1, 2, 3, 4],
  recipe: {
    backbone: { name: "classifier32", width: 0.25, dropout: 0 },
    normalisation: CENTRED,
    optimiser: { momentum: 0.9, weightDecay: 1e-4, nesterov: false },
    schedule: { kind: "one-cycle", peak: 0.1, rise: 0.1 },
    epochs: 20,
    batch: 64,
  },
  backmix: DESCRIBED,
};

/** A window of the partner as it is, and each regulariser as published; the background swap is an upper bound. */
const rivals: Preset["rivals"] = [
  { backmix: { ...DESCRIBED, mask: "none" } },
  ...Object.values(REGULARISERS).map((regulariser) => ({ regulariser })),
];

/** The table; the demo runs one seed of it. */
export const priorsExperiment: Experiment = {
  table: "priors",
  about: [
    "Open set recognition where backgrounds predict classes: generated shapes on textures, without and with BackMix.",
    "",
    "quick    20 epochs of 4,000 images, a quarter of the width: about 2 minutes a cell on two cores",
    "rivals   the same beside MixUp, CutMix, CutOut, a random window and true masks: seven cells a seed",
  ].join("\n"),
  data: ({ seed, p }) => ({ dataset: priors({ seed, p }), split: priorsSplit(seed) }),
  source: "generated",
  images: { count: 4000, side: 32 },
  trials: [],
  methods: [softmax],
  presets: { quick, rivals: { ...quick, rivals } },
  paper: null,
};

if (import.meta.main) await reproduce(priorsExperiment, Deno.args);
