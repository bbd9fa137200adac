/**
 * Whether each method's class activation maps tell foreground from background: every method is trained on *priors*,
 * without and with BackMix, and the mean of its maps over the shapes of known test images must be larger than over their
 * backgrounds. That is so where the share of a map that lies on the shape is larger than the shape's share of the image.
 *
 *     deno task test:maps                 two to ten minutes for each method, and as much with BackMix
 *     deno task test:maps --method gcpl
 *
 * Draws training images' maps, as they stand in the CAM bank, into the folder of `--out`; exit code 1 if a method fails.
 */
import { methodsPriorsExperiment } from "../../experiments/methods_priors.ts";
import { openSet } from "../../lib/datasets/open_set.ts";
import { parseExperimentArgs } from "../../lib/experiment/command_line.ts";
import { commandLine, runExperiment, textAsked } from "../../lib/experiment/reproduce.ts";
import { type CamColumn, camGallery } from "../../lib/figures/cam_gallery.ts";
import { writeAtomic } from "../../lib/files/atomic.ts";
import { runTask, stopSignal } from "../../lib/files/task.ts";
import type { Cell } from "../../lib/results/result.ts";

/** A seed of those that recipes are chosen on, not one of the table's. */
const SEED = 100;

const { quick } = methodsPriorsExperiment.presets;
const experiment = {
  ...methodsPriorsExperiment,
  table: "maps",
  about: "Trains each method on generated images, and checks that its class activation maps lie on the shapes.",
  presets: { quick: { ...quick, byDefault: [SEED] } },
};

/** One line for a cell, and whether its maps lie on the shapes. */
function judge({ method, backmix, extra, metrics }: Cell): { line: string; passed: boolean } {
  const { cam_on_shape, shape_area } = extra!;
  const passed = cam_on_shape > shape_area;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const what = `${method}${backmix ? " + BackMix" : ""}`.padEnd(20);
  const line = `${what} CAM on shape ${percent(cam_on_shape)}, shape ${percent(shape_area)}, ` +
    `ACC ${percent(Object.values(metrics)[0].acc.value)}: ${passed ? "ok" : "FAILED"}`;
  return { line, passed };
}

if (import.meta.main) {
  await runTask(async () => {
    const line = { ...commandLine(experiment), command: "deno task test:maps", out: "runs/maps" };
    const options = parseExperimentArgs(line, Deno.args);
    const asked = textAsked(experiment, line, options);
    if (asked !== null) return console.log(asked);
    const columns: CamColumn[] = [];
    let shown: Uint8Array[] = [];
    let side = 0;
    const { file } = await runExperiment(
      experiment,
      { ...options, resume: true },
      stopSignal(),
      async ({ method, seed, limit }, { maps }) => {
        if (maps === null) return;
        const { dataset, split } = await experiment.data({ ...options, trial: 0, seed });
        const { train, classes } = openSet(dataset, split, { seed, ...(limit && { limit }) });
        const first = classes.map((_, label) => train.labels.indexOf(label));
        const size = 3 * train.side ** 2;
        side = train.side;
        shown = first.map((i) => train.images.slice(i * size, (i + 1) * size));
        columns.push({ title: method.name, maps: first.map((i) => maps.slice(i * 64, (i + 1) * 64)) });
      },
    );
    if (columns.length > 0) {
      await writeAtomic(`${options.out}/maps.png`, camGallery(shown, side, columns));
      console.log(`Picture: ${options.out}/maps.png`);
    }
    const judged = (file?.cells ?? []).map(judge);
    for (const { line } of judged) console.log(line);
    return judged.length > 0 && judged.every(({ passed }) => passed) ? 0 : 1;
  });
}
