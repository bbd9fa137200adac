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
import type { Experiment } from "../lib/experiment/experiment.ts";
import { reproduce } from "../lib/experiment/reproduce.ts";
import { arplCs } from "../lib/methods/arpl_cs.ts";
import { METHODS } from "../lib/methods/table.ts";
import { cifar10Experiment } from "./cifar10.ts";

const { quick } = cifar10Experiment.presets;

/** The table. */
export const methodsExperiment: Experiment = {
  ...cifar10Experiment,
  table: "methods",
  about: [
    "Every method, without and with BackMix, on CIFAR10 (trial 0), with one short recipe for all.",
    "",
    "quick   4 passes over the 30,000 known images, classifier32 at a quarter of its width: 4 to 10 minutes a cell on",
    "        two cores",
  ].join("\n"),
  methods: METHODS,
  presets: {
    quick: {
      ...quick,
      byDefault: [0],
      methods: undefined, // all
      recipe: { ...quick.recipe, backbone: { ...quick.recipe.backbone, width: 0.25 }, epochs: 4 },
      own: { [arplCs.name]: { epochs: 2, gan: { width: 0.25 } } }, // its epoch is two passes
    },
  },
  paper: null,
};

if (import.meta.main) await reproduce(methodsExperiment, Deno.args);
