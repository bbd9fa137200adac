/**
 * Open set recognition on images of your own (`docs/image-folder.md`): a folder of folders, one a class.
 *
 *     deno task reproduce:image-folder --data-dir DIR
 *
 * Rows: every method, or those named by `--method`, without and with BackMix. The seed draws which images of known classes are
 * tested on.
 */
import { CENTRED } from "../lib/augment/pixels.ts";
import { DESCRIBED } from "../lib/backmix/mix.ts";
import { imageFolder } from "../lib/datasets/image_folder.ts";
import type { Experiment } from "../lib/experiment/experiment.ts";
import { reproduce } from "../lib/experiment/reproduce.ts";
import { UserError } from "../lib/files/user_error.ts";
import { METHODS } from "../lib/methods/table.ts";

/** The table. */
export const imageFolderExperiment: Experiment = {
  table: "image-folder",
  about: [
    "Open set recognition on images of your own, without and with BackMix.",
    "",
    "Results go to the folder of --out.",
    "",
    "quick   30 epochs at half the width: about 100 images a second on two cores at 32 px, 25 at 64 px",
  ].join("\n"),
  data: ({ dataDir, ...options }) => {
    if (dataDir === undefined) {
      throw new UserError("Name the folder of your images by --data-dir: see docs/image-folder.md.");
    }
    return imageFolder({ ...options, dataDir });
  },
  source: "files",
  own: true,
  trials: [0],
  methods: METHODS,
  presets: {
    quick: {
      byDefault: [0],
      recipe: {
        backbone: { name: "classifier32", width: 0.5, dropout: 0.2 },
        normalisation: CENTRED,
        optimiser: { momentum: 0.9, weightDecay: 1e-4, nesterov: false },
        schedule: { kind: "one-cycle", peak: 0.1, rise: 0.1 },
        epochs: 30,
        batch: 32,
      },
      backmix: DESCRIBED,
    },
  },
  paper: null,
};

if (import.meta.main) await reproduce(imageFolderExperiment, Deno.args);
