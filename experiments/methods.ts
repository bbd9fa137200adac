/**
 * Every method without and with BackMix on real images: CIFAR10, trial 0, classifier32 at a quarter of its width, four
 * passes over the training images.
 *
 *     deno task reproduce:methods                    quick: 4 to 10 minutes a cell on two cores
 *
 * Four passes show whether a method trains and evaluates as it should, and how far methods lie apart this early. They
 * cannot show what BackMix gains: it regularises a network that does not overfit yet. Nor do they rank the methods: the
 * recipe is one for all, and a published one for none. The paper has no such table.
 */
import { CENTRED } from "../lib/augment/pixels.ts";
import { DESCRIBED } from "../lib/backmix/mix.ts";
import { cifar10 } from "../lib/datasets/cifar10.ts";
import { split } from "../lib/datasets/splits.ts";
import type { Experiment } from "../lib/experiment/experiment.ts";
import { reproduce } from "../lib/experiment/reproduce.ts";
import { arpl } from "../lib/methods/arpl.ts";
import { arplCs } from "../lib/methods/arpl_cs.ts";
import { gcpl } from "../lib/methods/gcpl.ts";
import { linear } from "../lib/methods/linear.ts";
import { pcssr } from "../lib/methods/pcssr.ts";
import { rcssr } from "../lib/methods/rcssr.ts";
import { rpl } from "../lib/methods/rpl.ts";
import { softmax } from "../lib/methods/softmax.ts";

/** All methods of the lab, as the tables list them. */
export const methods = [softmax, gcpl, rpl, arpl, arplCs, linear, pcssr, rcssr];

/** The table. */
export const methodsExperiment: Experiment = {
  table: "methods",
  about: [
    "Every method, without and with BackMix, on CIFAR10 (trial 0), with one short recipe for all.",
    "",
    "quick   4 passes over the 30,000 known images, classifier32 at a quarter of its width: 4 to 10 minutes a cell on",
    "        two cores",
  ].join("\n"),
  data: async ({ dataDir, trial, protocol }) => ({
    dataset: await cifar10({ dataDir }),
    split: split("cifar10", trial, protocol),
  }),
  source: "files",
  trials: [0, 1, 2, 3, 4],
  methods,
  presets: {
    quick: {
      byDefault: [0],
      recipe: {
        backbone: { name: "classifier32", width: 0.25, dropout: 0.2 },
        normalisation: CENTRED,
        optimiser: { momentum: 0.9, weightDecay: 1e-4, nesterov: false },
        schedule: { kind: "one-cycle", peak: 0.1, rise: 0.1 },
        epochs: 4,
        batch: 128,
      },
      own: { [arplCs.name]: { epochs: 2, gan: { width: 0.25 } } }, // its epoch is two passes
      backmix: DESCRIBED,
    },
  },
  paper: null,
};

if (import.meta.main) await reproduce(methodsExperiment, Deno.args);
