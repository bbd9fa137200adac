/**
 * The paper's two findings on real images: CIFAR10 (trial 0), foregrounds and backgrounds cut by each network's own class
 * activation maps. `analysis.ts` has the same figures where the truth is known.
 *
 *     deno task reproduce:analysis-cifar10           quick: 5 to 10 minutes a cell on two cores
 *
 * 1. Partly known images: a quarter of each image, where its map is highest, on the background of another image
 *    (`accepted ...`).
 * 2. Test images of known classes against the same with unknown classes' backgrounds in a quarter to all of their columns
 *    (`pooled 25`, `best cell 25`, ...).
 *
 * A map after six passes finds the object roughly: what it leaves out is pasted as background, what it takes in of the
 * background stays as foreground. And since it is the network's own map, its best cell is never covered: that the pooled
 * score falls more than the best cell's is to be expected here, and is evidence on *priors* only.
 */
import { covered } from "../lib/datasets/partly_known.ts";
import { cutByMaps, putTogether } from "../lib/evaluation/cut_by_maps.ts";
import { partlyKnownFigures } from "../lib/evaluation/partly_known.ts";
import { poolingFigures } from "../lib/evaluation/pooling.ts";
import type { Experiment } from "../lib/experiment/experiment.ts";
import { reproduce } from "../lib/experiment/reproduce.ts";
import { ablationsCifar10Experiment } from "./ablations_cifar10.ts";

const { quick } = ablationsCifar10Experiment.presets;

/** The table. */
export const analysisCifar10Experiment: Experiment = {
  ...ablationsCifar10Experiment,
  table: "analysis-cifar10",
  about: [
    "What a network makes of foreground and background apart, on CIFAR10 (trial 0), without and with BackMix.",
    "",
    "quick   6 epochs of the 30,000 known images, a quarter of the width: 5 to 10 minutes a cell on two cores",
  ].join("\n"),
  presets: { quick: { ...quick, rivals: [] } },
  measure: async (run, seed, data) => {
    const cut = await cutByMaps(run, data, seed);
    const labelOf = new Map(data.classes.map((_, label) => [label, label]));
    return {
      ...await partlyKnownFigures(run, putTogether(cut, seed), labelOf),
      ...await poolingFigures(run, cut.known, (share) => covered(cut.known, cut.unknown, share)),
    };
  },
};

if (import.meta.main) await reproduce(analysisCifar10Experiment, Deno.args);
