/** `deno task results:table`: a result file's table as Markdown, CSV or LaTeX. */
import { runTask } from "../files/task.ts";
import { taskArguments } from "../files/task_arguments.ts";
import { UserError } from "../files/user_error.ts";
import { comparisonOf } from "./comparison.ts";
import { csv, latex } from "./formats.ts";
import { readResult } from "./read.ts";
import { markdown, notesOf, tableOf } from "./table.ts";

const HELP = `Prints the table of a result file.

Usage: deno task results:table RESULT.json [options]

  --format NAME  markdown, csv or latex (needs booktabs); default markdown
  --short        a row for each method: accuracy and AUROC without BackMix, with it, and their difference
  --help         this text`;

/**
 * Runs the task.
 *
 * @returns the text to print
 * @throws {UserError} if an option or the file is wrong
 */
export async function tableReport(args: readonly string[]): Promise<string> {
  const given = taskArguments(args, {
    task: "results:table",
    valued: ["format"],
    flags: ["short"],
    paths: { count: 1, called: "result files" },
  });
  if (given === null) return HELP;
  const { values: { format = "markdown" }, flags: { short }, paths: [path] } = given;
  const file = await readResult(path);
  const table = (short ? comparisonOf : tableOf)(file);
  switch (format) {
    case "markdown":
      return [markdown(table), "", ...notesOf(file)].join("\n");
    case "csv":
      return csv(table).slice(0, -2); // printing ends the last line
    case "latex":
      return [latex(table), ...notesOf(file).map((note) => `% ${note}`)].join("\n");
  }
  throw new UserError(`--format ${format}: no such format. Choose one of markdown, csv, latex.`);
}

if (import.meta.main) await runTask(async () => console.log(await tableReport(Deno.args)));
