/** `deno task recompute RESULT.json`: every figure of a result file again, from the scores beside it. */
import { dirname } from "node:path";
import { type Report, runReport } from "../files/task.ts";
import { taskArguments } from "../files/task_arguments.ts";
import { readResult } from "./read.ts";
import { agrees, recompute, shown } from "./recompute.ts";
import { terminal } from "./table.ts";

const HELP = `Recomputes every figure of a result file, with its interval, from the scores that lie beside it.

Usage: deno task recompute RESULT.json

Covers metrics, paired differences and summary; numbers under "extra" do not come from scores. Prints each figure as
recorded and as recomputed; exit code 1 if one differs. Takes a few seconds a cell, writes nothing.`;

/**
 * Runs the task.
 *
 * @returns the exit code and the text to print
 * @throws {UserError} if the command line, the result file or a score file is wrong
 */
export async function recomputeReport(args: readonly string[]): Promise<Report> {
  const given = taskArguments(args, { task: "recompute", paths: { count: 1, called: "result files" } });
  if (given === null) return { code: 0, text: HELP };
  const [path] = given.paths;

  const found = await recompute(await readResult(path), dirname(path));
  const differing = found.filter((one) => !agrees(one));
  const rows = found
    .filter((one) => one.of !== "summary" || !agrees(one))
    .map((one) => [one.of, one.figure, shown(one.recorded), shown(one.again), agrees(one) ? "" : "differs"]);
  const table = terminal([["Cell", "Figure", "As recorded", "Recomputed", ""], ...rows]);
  const count = found.reduce((sum, one) => sum + one.recorded.length, 0);
  const verdict = differing.length === 0
    ? `${count} numbers recomputed, all as recorded.`
    : `${count} numbers recomputed; ${differing.length} figures differ.`;
  return { code: differing.length === 0 ? 0 : 1, text: `${table}\n${verdict}` };
}

if (import.meta.main) await runReport(() => recomputeReport(Deno.args));
