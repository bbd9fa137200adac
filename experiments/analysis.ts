/**
 * The paper's two findings, measured where the truth is known, on *priors* (`priors.ts`).
 *
 *     deno task reproduce:analysis
 *
 * 1. Backgrounds that go with a class mislead the network on partly known images: how many unknown shapes it accepts on a
 *    known background and on an unrelated one, and how many known shapes on an unrelated one (`accepted ...`).
 * 2. Unrelated backgrounds act as outliers through global average pooling: AUROC of untouched images against the same with
 *    the background replaced in a quarter to all of their columns, by the pooled feature and by the best cell alone
 *    (`pooled 25`, `best cell 25`, ...).
 *
 * Softmax, three seeds that no recipe was chosen on, paired without and with BackMix. `analysis_cifar10.ts` measures the
 * same on real images.
 */
import { covered } from "../lib/datasets/partly_known.ts";
import { partlyKnown, priorsSplit } from "../lib/datasets/priors.ts";
import { partlyKnownFigures } from "../lib/evaluation/partly_known.ts";
import { poolingFigures } from "../lib/evaluation/pooling.ts";
import type { Experiment } from "../lib/experiment/experiment.ts";
import { reproduce } from "../lib/experiment/reproduce.ts";
import { priorsExperiment } from "./priors.ts";

const { quick } = priorsExperiment.presets;

/** The table. */
export const analysisExperiment: Experiment = {
  ...priorsExperiment,
  table: "analysis",
  about: [
    "What a network makes of foreground and background apart, on generated images, without and with BackMix.",
    "",
    "quick   20 epochs of 4,000 images, a quarter of the width: 2 to 4 minutes a cell on two cores",
  ].join("\n"),
  presets: { quick: { ...quick, byDefault: [11, 12, 13] } },
  measure: async (run, seed) => {
    const sets = partlyKnown(seed);
    const labelOf = new Map(priorsSplit(seed).known.map((number, label) => [number, label]));
    const { knownOnKnown, knownOnUnrelated } = sets;
    return {
      ...await partlyKnownFigures(run, sets, labelOf),
      ...await poolingFigures(run, knownOnKnown, (share) => covered(knownOnKnown, knownOnUnrelated, share)),
    };
  },
};

if (import.meta.main) await reproduce(analysisExperiment, Deno.args);
