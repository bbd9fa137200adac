/**
 * Published classifier32 weights (Vaze et al., ICLR 2022) on the 10,000 validation images of TinyImageNet, against what
 * PyTorch computed with them: `truth.json` beside the weights. Slow, one to four minutes a trial on two cores.
 *
 *     deno task test:weights
 *
 * WEIGHTS and DATA name the folders of the weights and of `tiny-imagenet-200.zip`.
 */
import { assert, assertAlmostEquals } from "@std/assert";
import { evaluateWeights } from "../../lib/experiment/evaluate_weights.ts";
import { PUBLISHED } from "./published_files.ts";

/** Their names of figures, and ours. */
const names = {
  acc: "acc",
  auroc: "auroc",
  aupr_in: "aupr_in",
  aupr_out: "aupr_out",
  fpr_at_95_tpr: "fpr_at_tpr95",
  dtacc: "dtacc",
  oscr: "oscr",
} as const;

assert(PUBLISHED !== null, "no published weights here: name their folder and that of the images by WEIGHTS and DATA");
const { weights, dataDir, truth } = PUBLISHED;

for (const { trial, ...byScore } of truth) {
  Deno.test(`trial ${trial} has PyTorch's figures within 1e-4`, async () => {
    const options = { weights: weights(trial), dataset: "tiny-imagenet", trial, protocol: "arpl", dataDir } as const;
    const scores = ["max_logit", "max_probability"];
    const { metrics } = await evaluateWeights({ ...options, scores }, new AbortController().signal);
    let worst = 0;
    for (
      const [score, figures] of [["max_logit", byScore.max_logit], ["max_probability", byScore.max_softmax]] as const
    ) {
      for (const theirs of Object.keys(names) as (keyof typeof names)[]) {
        const ours = names[theirs];
        const [actual, expected] = [metrics[score][ours], figures[theirs]];
        worst = Math.max(worst, Math.abs(actual - expected));
        assertAlmostEquals(actual, expected, 1e-4, `${score} ${ours}`);
      }
    }
    console.log(`largest difference ${worst.toExponential(1)}`);
  });
}
