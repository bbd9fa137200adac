/**
 * What of BackMix matters: each of its settings changed alone, on *priors* (`priors.ts`), where the truth is known. Three
 * seeds that no recipe was chosen on, paired without and with. The paper ablates the first two on its own data.
 *
 *     deno task reproduce:ablations
 *
 * Rows: share of the foreground, side of the window, mask (top cells, drawn cells, none), weight of a new map in the bank,
 * whose background is pasted, and the published code's side effects.
 */
import { DESCRIBED, REFERENCE } from "../lib/backmix/mix.ts";
import type { Experiment } from "../lib/experiment/experiment.ts";
import { reproduce } from "../lib/experiment/reproduce.ts";
import { priorsExperiment } from "./priors.ts";

const { quick } = priorsExperiment.presets;

/** The table. */
export const ablationsExperiment: Experiment = {
  ...priorsExperiment,
  table: "ablations",
  about: [
    "BackMix with each of its settings changed alone, on generated images whose backgrounds predict the class.",
    "",
    "quick   20 epochs of 4,000 images, a quarter of the width: twelve cells a seed, 2 to 4 minutes each on two cores",
  ].join("\n"),
  presets: {
    quick: {
      ...quick,
      byDefault: [8, 9, 10],
      rivals: [
        ...[0.125, 0.5].map((foreground) => ({ backmix: { ...DESCRIBED, foreground } })),
        ...[0.125, 0.5].map((window) => ({ backmix: { ...DESCRIBED, window } })),
        ...(["sampled", "none"] as const).map((mask) => ({ backmix: { ...DESCRIBED, mask } })),
        ...[0.5, 1].map((momentum) => ({ backmix: { ...DESCRIBED, momentum } })),
        { backmix: { ...DESCRIBED, partner: "own" } },
        { backmix: REFERENCE },
      ],
    },
  },
};

if (import.meta.main) await reproduce(ablationsExperiment, Deno.args);
