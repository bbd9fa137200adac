/** A cell goes on only where it was begun. */
import { assertRejects } from "@std/assert";
import { openSet } from "../../lib/datasets/open_set.ts";
import { priors, priorsSplit } from "../../lib/datasets/priors.ts";
import { startTensorFlow } from "../../lib/engine/tensorflow.ts";
import { runCell } from "../../lib/experiment/cell.ts";
import type { CellPlan } from "../../lib/experiment/plan.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { softmax } from "../../lib/methods/softmax.ts";
import { smallRecipe } from "../training/small_run.ts";

Deno.test("a run that a GPU began is not gone on with by the processor, nor by another GPU", async () => {
  const engine = await startTensorFlow({ threads: 2 });
  const dataset = priors({ seed: 0, train: 48, test: 48 });
  const split = priorsSplit(0);
  const { name, source } = dataset;
  const plan: CellPlan = {
    ...{ method: softmax, recipe: smallRecipe(null, { epochs: 1, batch: 48 }), trial: 0, seed: 0, split },
    ...{ dataset: name, source, limit: null, validation: 0, settings: {} },
  };
  const directory = await Deno.makeTempDir();
  const run = (gpu: string | undefined, resume: boolean) => {
    const options = { table: "priors", directory, resume, stop: new AbortController().signal, label: "a cell" };
    return runCell(plan, openSet(dataset, split, { seed: 0 }), { ...engine, gpu }, options);
  };
  await run("NVIDIA H200", false); // the name alone: what is held here is the checkpoint's record
  await run("NVIDIA H200", true);
  const message = (here: string) => `of another run (gpu "NVIDIA H200" there, ${here} here)`;
  await assertRejects(() => run(undefined, true), UserError, message("absent"));
  await assertRejects(() => run("NVIDIA A100", true), UserError, message('"NVIDIA A100"'));
  await Deno.remove(directory, { recursive: true });
});
