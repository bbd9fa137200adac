/** `deno task cost`: the tables of `docs/cost.md` from the bench, the recipes and the results; `--check` if it is out of date. */
import { basename, join } from "node:path";
import { type Report, runReport } from "../../files/task.ts";
import { taskArguments } from "../../files/task_arguments.ts";
import { resultFiles } from "../../results/check_task.ts";
import { readResult } from "../../results/read.ts";
import type { ResultFile } from "../../results/result.ts";
import { type Blocks, bringUpToDate, withBlocks } from "../../results/readme.ts";
import { markdown } from "../../results/table.ts";
import type { Experiment } from "../experiment.ts";
import { readBench, readGpuBench } from "./cost.ts";
import { costTable, firstText, type Measures, spreadTable } from "./cost_table.ts";

const DOCUMENT = "docs/cost.md";

const HELP =
  `Writes the tables of ${DOCUMENT} from results/bench.json, results/bench-gpu.json where there is one, the recipes and results/*.json.

Usage: deno task cost [--check]

  --check  write nothing; exit code 1 if it is out of date
  --help   this text`;

/**
 * Runs the task.
 *
 * @param folder where the document and results/ lie
 * @returns the exit code and the text to print
 * @throws {UserError} if an option is wrong, or a file cannot be read
 */
export async function costReport(
  args: readonly string[],
  experiments: readonly Experiment[],
  folder = ".",
): Promise<Report> {
  const given = taskArguments(args, { task: "cost", flags: ["check"], paths: { count: 0, called: "paths" } });
  if (given === null) return { code: 0, text: HELP };
  const measures = await measuresIn(folder);
  const blocks: Blocks = {
    cost: () => markdown(costTable(experiments, measures)),
    first: () => firstText(experiments, measures, "paper"),
    spread: () => markdown(spreadTable(measures.results)),
  };
  return await bringUpToDate("cost", folder, [DOCUMENT], (text) => withBlocks(text, blocks), {
    check: given.flags.check,
  });
}

/** What was measured, as the files of a folder have it. */
async function measuresIn(folder: string): Promise<Measures> {
  const results = new Map<string, ResultFile>();
  for (const path of await resultFiles(join(folder, "results"))) {
    results.set(basename(path, ".json"), await readResult(path));
  }
  const from = join(folder, "results");
  return { bench: await readBench(from), gpu: await readGpuBench(from), results };
}

/** The task's main function. */
export const costTask = (experiments: readonly Experiment[]): Promise<void> =>
  runReport(() => costReport(Deno.args, experiments));
