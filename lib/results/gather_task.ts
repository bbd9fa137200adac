/** `deno task gather FOLDER...`: results of several folders in one result file a table. */
import { type Report, runReport } from "../files/task.ts";
import { taskArguments } from "../files/task_arguments.ts";
import { UserError } from "../files/user_error.ts";
import { gather } from "./gather.ts";

const HELP =
  `Gathers the result files below folders, of several people or nodes, in one file a table, with their scores.

Usage: deno task gather FOLDER... [--out DIR]

A cell that is there twice with the same bits is taken once. One whose scores are missing or give other figures, that
differs from another of its name, or that is of another recipe, data checksum or schema version than the table's is
named and left out, and so are all that contradict it: nothing is merged silently, and what DIR holds stays as it is.
Takes a few seconds a cell. Exit code 1 if something was left out.

  --out DIR  gets TABLE.PRESET.json and scores/; default runs/gathered
  --help     this text`;

/**
 * Runs the task.
 *
 * @returns the exit code and the text to print
 * @throws {UserError} if the command line is wrong, a folder cannot be read or holds no result file, or DIR cannot be
 * written
 */
export async function gatherReport(args: readonly string[]): Promise<Report> {
  const given = taskArguments(args, { task: "gather", valued: ["out"] });
  if (given === null) return { code: 0, text: HELP };
  if (given.paths.length === 0) {
    throw new UserError("0 folders, expected one or more. Run deno task gather --help for the options.");
  }
  const out = given.values.out ?? "runs/gathered";
  const { tables, leftOut } = await gather(given.paths, out, (path) => console.error(path));
  const text = [
    ...leftOut.map((what) => `Left out: ${what}`),
    ...tables.map(({ path, added, alike }) => `${path}: ${added} cells added, ${alike} more that were the same.`),
  ].join("\n");
  return { code: leftOut.length === 0 ? 0 : 1, text };
}

if (import.meta.main) await runReport(() => gatherReport(Deno.args));
