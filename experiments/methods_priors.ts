/**
 * Which methods gain from BackMix where backgrounds predict classes: every method, without and with it, on *priors*, three
 * seeds that no recipe was chosen on, to convergence (experiments/priors.ts has the recipe; ARPL+CS takes half the epochs, since
 * its epoch goes over the images twice). The paper has no such table.
 *
 *     deno task reproduce:methods-priors             quick: 2 to 10 minutes a cell on two cores
 */
import type { Experiment } from "../lib/experiment/experiment.ts";
import { reproduce } from "../lib/experiment/reproduce.ts";
import { arplCs } from "../lib/methods/arpl_cs.ts";
import { METHODS } from "../lib/methods/table.ts";

import { priorsExperiment } from "./priors.ts";

const { quick } = priorsExperiment.presets;

/** The table. */
export const methodsPriorsExperiment: Experiment = {
  ...priorsExperiment,
  table: "methods-priors",
  about: [
    "Every method on generated shapes whose backgrounds predict the class, without and with BackMix.",
    "",
    "quick   20 passes over 4,000 images, a quarter of the width: 2 to 10 minutes a cell on two cores",
  ].join("\n"),
  methods: METHODS,
  presets: {
    quick: {
      ...quick,
      byDefault: [5, 6, 7],
      own: { [arplCs.name]: { epochs: quick.recipe.epochs / 2, gan: { width: 0.25 } } },
    },
  },
};

if (import.meta.main) await reproduce(methodsPriorsExperiment, Deno.args);
