/**
 * What of BackMix matters, on real images: three of its settings changed, each alone, on CIFAR10 (trial 0). `ablations.ts`
 * changes all of them, where the truth is known.
 *
 *     deno task reproduce:ablations-cifar10          quick: 5 to 10 minutes a cell on two cores
 *
 * Rows: a window without a mask (no class activation map at all), a window of twice the side, and the image's own
 * background. Six passes at a quarter of the width show what a setting costs this early, not what it gains at length.
 */
import { DESCRIBED } from "../lib/backmix/mix.ts";
import type { Experiment } from "../lib/experiment/experiment.ts";
import { reproduce } from "../lib/experiment/reproduce.ts";
import { cifar10Experiment } from "./cifar10.ts";

const { quick } = cifar10Experiment.presets;

/** The table. */
export const ablationsCifar10Experiment: Experiment = {
  ...cifar10Experiment,
  table: "ablations-cifar10",
  about: [
    "BackMix with three of its settings changed, on CIFAR10 (trial 0).",
    "",
    "quick   6 epochs of the 30,000 known images, a quarter of the width: five cells, 5 to 10 minutes each on two cores",
  ].join("\n"),
  presets: {
    quick: {
      ...quick,
      byDefault: [0],
      recipe: { ...quick.recipe, backbone: { ...quick.recipe.backbone, width: 0.25 } },
      rivals: [
        { backmix: { ...DESCRIBED, mask: "none" } },
        { backmix: { ...DESCRIBED, window: 0.5 } },
        { backmix: { ...DESCRIBED, partner: "own" } },
      ],
    },
  },
  paper: null,
};

if (import.meta.main) await reproduce(ablationsCifar10Experiment, Deno.args);
