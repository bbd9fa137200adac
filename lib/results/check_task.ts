/** `deno task results:check`: whether result files are valid, and every figure of them comes out of its scores again. */
import { dirname } from "node:path";
import { fileError } from "../files/file_error.ts";
import { type Report, runReport } from "../files/task.ts";
import { taskArguments } from "../files/task_arguments.ts";
import { readResult } from "./read.ts";
import { agrees, recompute, type Recomputed, shown } from "./recompute.ts";

const HELP = `Checks result files: layout, and every figure with its interval against the committed scores.

Usage: deno task results:check [RESULT.json ...]

Without a file, all of results/. Exit code 1 if a figure differs; it is printed as stored and as recomputed. Takes a few
seconds a cell, writes nothing.

  --help  this text`;

/** Result files are called TABLE.PRESET.json; results/ holds others too. */
export const RESULT_FILE = /^[^.]+\.[^.]+\.json$/;

/**
 * Runs the task.
 *
 * @param folder where result files lie when none is named
 * @returns the exit code and the text to print
 * @throws {UserError} if an option is wrong, or a result file or score file is missing, damaged or breaks the schema
 */
export async function checkReport(
  args: readonly string[],
  folder = "results",
): Promise<Report> {
  const given = taskArguments(args, { task: "results:check" });
  if (given === null) return { code: 0, text: HELP };
  const paths = given.paths.length > 0 ? given.paths : await resultFiles(folder);
  const lines: string[] = [];
  let code = 0;
  for (const path of paths) {
    const found = await recompute(await readResult(path), dirname(path));
    const differing = found.filter((one) => !agrees(one));
    const count = found.reduce((sum, one) => sum + one.recorded.length, 0);
    lines.push(...differing.map((one) => `${path}: ${line(one)}`));
    lines.push(
      `${path}: ${count} numbers, ${differing.length === 0 ? "all as recorded" : `${differing.length} figures differ`}`,
    );
    if (differing.length > 0) code = 1;
  }
  return { code, text: lines.join("\n") };
}

/** Paths of the result files in a folder, sorted. */
export async function resultFiles(folder: string): Promise<string[]> {
  try {
    const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
    return names.filter((name) => RESULT_FILE.test(name)).sort().map((name) => `${folder}/${name}`);
  } catch (error) {
    throw fileError(error, "read", folder);
  }
}

function line({ of, figure, recorded, again }: Recomputed): string {
  return `${of} ${figure}: stored ${shown(recorded)}, recomputed ${shown(again)}`;
}

if (import.meta.main) await runReport(() => checkReport(Deno.args));
