/** `deno task report`: one HTML file of all results, which needs no network. */
import { resolve } from "node:path";
import { writeTextAtomic } from "../files/atomic.ts";
import { type Report, runReport } from "../files/task.ts";
import { taskArguments } from "../files/task_arguments.ts";
import { UserError } from "../files/user_error.ts";
import { resultFiles } from "../results/check_task.ts";
import { readResult } from "../results/read.ts";
import { reportPage } from "./page.ts";
import { pageParts } from "./page_parts.ts";

const HELP = `Writes one HTML file of all results: tables to sort, figures, and the record of every run.

Usage: deno task report [RESULT.json ...] [--out FILE]

Without a result file, all of results/. The page needs no network; open it in any browser.

  --out FILE  default runs/report.html
  --help      this text`;

/**
 * Runs the task.
 *
 * @param folder where result files lie when none is named
 * @throws {UserError} if an option is wrong, there is no result file, or one is damaged or of another schema version
 */
export async function reportReport(args: readonly string[], folder = "results"): Promise<Report> {
  const given = taskArguments(args, { task: "report", valued: ["out"] });
  if (given === null) return { code: 0, text: HELP };
  const paths = given.paths.length > 0 ? given.paths : await resultFiles(folder);
  if (paths.length === 0) {
    throw new UserError(`${folder}: no result file here. Make one, by deno task reproduce:priors for example.`);
  }
  const results = await Promise.all(paths.map(async (path) => ({ path, file: await readResult(path) })));
  const page = reportPage(results, await pageParts("script.js"));
  const out = given.values.out ?? "runs/report.html";
  await writeTextAtomic(out, page);
  const runs = results.reduce((sum, { file }) => sum + file.cells.length, 0);
  const megabytes = (page.length / 1e6).toFixed(1);
  return { code: 0, text: `${resolve(out)}: ${results.length} tables, ${runs} runs, ${megabytes} MB.` };
}

if (import.meta.main) await runReport(() => reportReport(Deno.args));
