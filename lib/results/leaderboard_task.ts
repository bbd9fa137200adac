/** `deno task leaderboard FOLDER`: one table of the result files that people sent. */
import { type Report, runReport } from "../files/task.ts";
import { taskArguments } from "../files/task_arguments.ts";
import { UserError } from "../files/user_error.ts";
import { entriesBelow, leaderboardOf } from "./leaderboard.ts";
import { markdown } from "./table.ts";

const HELP = `Merges all result files below a folder into one Markdown table, by table and AUROC.

Usage: deno task leaderboard FOLDER

A file's figures are "recomputed" where they come out of the scores beside it, "differs" where they do not, and "scores
absent" where there is only the word of whoever sent it. Takes a few seconds a cell, writes nothing. Exit code 1 if a
file differs or cannot be read.

  --help  this text`;

/**
 * Runs the task.
 *
 * @returns the exit code and the text to print
 * @throws {UserError} if the command line is wrong, or the folder cannot be read or holds no result file
 */
export async function leaderboardReport(args: readonly string[]): Promise<Report> {
  const given = taskArguments(args, { task: "leaderboard", paths: { count: 1, called: "folders" } });
  if (given === null) return { code: 0, text: HELP };
  const [folder] = given.paths;
  const { entries, refused } = await entriesBelow(folder, (path) => console.error(path));
  if (entries.length === 0 && refused.length === 0) {
    throw new UserError(
      `${folder}: holds no result file. Put TABLE.PRESET.json files there, with their scores beside.`,
    );
  }
  const bad = refused.length > 0 || entries.some(({ standing }) => standing === "differs");
  const text = [
    markdown(leaderboardOf(entries)),
    "",
    "In per cent, by the score that the method's publication uses: mean ± standard deviation over runs.",
    ...refused.map((message) => `Left out: ${message}`),
  ].join("\n");
  return { code: bad ? 1 : 0, text };
}

if (import.meta.main) await runReport(() => leaderboardReport(Deno.args));
