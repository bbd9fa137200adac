/** `deno task plan:status PLAN`: what of a plan is done, running, failed and why. */
import { type Report, runReport } from "../../files/task.ts";
import { taskArguments } from "../../files/task_arguments.ts";
import type { Experiment } from "../experiment.ts";
import { readPlan } from "./planned.ts";
import { type Standing, statesOf } from "./state.ts";

const HELP = `Shows what of a plan is done, running, failed and why, from the files alone.

Usage: deno task plan:status PLAN [--out DIR]

  --out DIR  where the runs are, as run-plan was told; default runs
  --help     this text`;

const ORDER: readonly Standing[] = ["done", "running", "stopped", "failed", "waiting"];

/**
 * Runs the task.
 *
 * @returns exit code 1 if a training failed
 * @throws {UserError} if an option is wrong, or the plan or a result file is damaged
 */
export async function statusReport(args: readonly string[], experiments: readonly Experiment[]): Promise<Report> {
  const given = taskArguments(args, { task: "plan:status", valued: ["out"], paths: { count: 1, called: "plans" } });
  if (given === null) return { code: 0, text: HELP };
  const cells = await readPlan(given.paths[0], experiments);
  const states = await statesOf(cells, experiments, given.values.out ?? "runs");
  const shown = states.filter(({ standing }) => standing !== "done" && standing !== "waiting");
  const counts = ORDER.map((wanted) => `${states.filter(({ standing }) => standing === wanted).length} ${wanted}`);
  const lines = shown.map(({ cell, standing, note }) => `${standing.padEnd(8)} ${cell.id}${note && `: ${note}`}`);
  const failed = states.some(({ standing }) => standing === "failed");
  return { code: failed ? 1 : 0, text: [...lines, `${cells.length} trainings: ${counts.join(", ")}.`].join("\n") };
}

/** The task's main function. */
export const statusTask = (experiments: readonly Experiment[]): Promise<void> =>
  runReport(() => statusReport(Deno.args, experiments));
