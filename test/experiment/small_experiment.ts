/** An experiment of seconds, as a script: `small_experiment.ts [options]`. */
import { CENTRED } from "../../lib/augment/pixels.ts";
import { DESCRIBED } from "../../lib/backmix/mix.ts";
import { priors, priorsSplit } from "../../lib/datasets/priors.ts";
import type { Experiment } from "../../lib/experiment/experiment.ts";
import { reproduce } from "../../lib/experiment/reproduce.ts";
import { softmax } from "../../lib/methods/softmax.ts";

/** Two epochs of four steps; two test parts of 12 images. */
export const smallExperiment: Experiment = {
  table: "priors",
  about: "A few small images.",
  data: ({ seed, p }) => ({ dataset: priors({ seed, p, train: 72, test: 12 }), split: priorsSplit(seed) }),
  source: "generated",
  trials: [],
  methods: [softmax],
  presets: {
    quick: {
      byDefault: [0],
      recipe: {
        backbone: { name: "classifier32", width: 0.0625, dropout: 0 },
        normalisation: CENTRED,
        optimiser: { momentum: 0.9, weightDecay: 1e-4, nesterov: false },
        schedule: { kind: "one-cycle", peak: 0.05, rise: 0.5 },
        epochs: 2,
        batch: 16,
      },
      backmix: DESCRIBED,
    },
  },
  paper: null,
};

if (import.meta.main) await reproduce(smallExperiment, Deno.args);
