/** `deno task report`: one HTML file of all results, which needs no network. */
import { resolve } from "node:path";
import { DESCRIBED } from "../backmix/mix.ts";
import { galleryRows } from "../figures/gallery_rows.ts";
import { type MixingFrame, mixingFrames } from "../figures/mixing_steps.ts";
import { writeTextAtomic } from "../files/atomic.ts";
import { type Report, runReport } from "../files/task.ts";
import { taskArguments } from "../files/task_arguments.ts";
import { UserError } from "../files/user_error.ts";
import { resultFiles } from "../results/check_task.ts";
import { readResult } from "../results/read.ts";
import { reportPage } from "./page.ts";
import { pageParts } from "./page_parts.ts";
import { readTrainingSample } from "./training_sample.ts";

/** Draws the windows of the gallery. */
const SEED = 1;

const HELP =
  `Writes one HTML file of all results: tables to sort, figures, the record of every run, and what BackMix does
to images, step by step.

Usage: deno task report [RESULT.json ...] [--out FILE]

Without a result file, all of results/. The page needs no network; open it in any browser.

  --out FILE  default runs/report.html
  --help      this text`;

/**
 * Runs the task.
 *
 * @param folder where result files lie when none is named
 * @param sample the images of the gallery; without this file there is none
 * @throws {UserError} if an option is wrong, there is no result file, or one is damaged or of another schema version
 */
export async function reportReport(
  args: readonly string[],
  folder = "results",
  sample = "notebooks/data/training_sample.npz",
): Promise<Report> {
  const given = taskArguments(args, { task: "report", valued: ["out"] });
  if (given === null) return { code: 0, text: HELP };
  const paths = given.paths.length > 0 ? given.paths : await resultFiles(folder);
  if (paths.length === 0) {
    throw new UserError(`${folder}: no result file here. Make one, by deno task reproduce:priors for example.`);
  }
  const results = await Promise.all(paths.map(async (path) => ({ path, file: await readResult(path) })));
  const page = reportPage(results, await gallery(sample), await pageParts("script.js"));
  const out = given.values.out ?? "runs/report.html";
  await writeTextAtomic(out, page);
  const runs = results.reduce((sum, { file }) => sum + file.cells.length, 0);
  const megabytes = (page.length / 1e6).toFixed(1);
  return { code: 0, text: `${resolve(out)}: ${results.length} tables, ${runs} runs, ${megabytes} MB.` };
}

/** What BackMix does to an image of each class of the sample. */
async function gallery(path: string): Promise<MixingFrame[]> {
  if (!await Deno.stat(path).then(() => true, () => false)) return [];
  const { set, maps } = await readTrainingSample(path);
  const classes = Math.max(...set.labels) + 1;
  return mixingFrames(galleryRows(set, maps, DESCRIBED, classes, SEED), set.side);
}

if (import.meta.main) await runReport(() => reportReport(Deno.args));
