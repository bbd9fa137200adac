/**
 * The main job in five minutes: one seed of *priors*, Softmax without and with BackMix, from generated images to a checked
 * result, with a picture of what BackMix does. Everything it makes goes to `runs/demo/`.
 *
 *     deno task demo
 */
import { openSet } from "../lib/datasets/open_set.ts";
import { parseExperimentArgs } from "../lib/experiment/command_line.ts";
import { commandLine, printTable, runExperiment, textAsked } from "../lib/experiment/reproduce.ts";
import { backmixGallery } from "../lib/figures/backmix_gallery.ts";
import { galleryRows } from "../lib/figures/gallery_rows.ts";
import { mixingSteps } from "../lib/figures/mixing_steps.ts";
import { writeAtomic } from "../lib/files/atomic.ts";
import { runTask, stopSignal } from "../lib/files/task.ts";
import { priorsExperiment } from "./priors.ts";

const OUT = "runs/demo";
const ABOUT = [
  "Trains and evaluates a small network on generated images, without and with BackMix: under five minutes on two cores.",
  "Writes checkpoints, logs, scores, a result file and a picture.",
].join("\n");

const demo = {
  ...priorsExperiment,
  about: ABOUT,
  presets: { quick: { ...priorsExperiment.presets.quick, byDefault: [0] } },
};

if (import.meta.main) {
  await runTask(async () => {
    const line = { ...commandLine(demo), command: "deno task demo", out: OUT };
    const options = parseExperimentArgs(line, Deno.args);
    const asked = textAsked(demo, line, options);
    if (asked !== null) return console.log(asked);

    const pictures: string[] = [];
    const { file, path } = await runExperiment(
      demo,
      { ...options, resume: true },
      stopSignal(),
      async ({ recipe, seed, limit }, { maps }) => {
        if (recipe.backmix === null || maps === null) return;
        const { dataset, split } = await demo.data({ ...options, trial: 0, seed });
        const { train, classes } = openSet(dataset, split, { seed, ...(limit && { limit }) });
        const rows = galleryRows(train, maps, recipe.backmix, classes.length, seed);
        const [gallery, steps] = ["backmix", "steps"].map((name) => `${options.out}/${name}.seed${seed}.png`);
        await writeAtomic(gallery, backmixGallery(rows, train.side));
        await writeAtomic(steps, mixingSteps(rows, train.side));
        pictures.push(
          `Picture: ${gallery} (an image, its CAM, a partner without its foreground, the mix)`,
          `The same step by step: ${steps} (an animated PNG, for a browser)`,
        );
      },
    );
    if (file !== null) {
      printTable(file);
      console.log(`\nResult: ${path}`);
    }
    for (const picture of pictures) console.log(picture);
    console.log("Next, on real images: deno task reproduce:cifar10 (downloads 170 MB once, or pass --data-dir DIR)");
  });
}
