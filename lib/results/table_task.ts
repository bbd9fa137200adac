/** `deno task results:table`: a result file's table as Markdown, CSV or LaTeX. */
import { parseArgs } from "@std/cli";
import { runTask } from "../files/task.ts";
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

const HINT = "Run deno task results:table --help for the options.";

/**
 * Runs the task.
 *
 * @returns the text to print
 * @throws {UserError} if an option or the file is wrong
 */
export async function tableReport(args: readonly string[]): Promise<string> {
  const options = parseArgs([...args], {
    string: ["format", "_"],
    boolean: ["short", "help"],
    alias: { h: "help" },
    unknown: (argument, key) => {
      if (key !== undefined) throw new UserError(`${argument}: no such option. ${HINT}`);
    },
  });
  if (options.help) return HELP;
  if (options._.length !== 1) throw new UserError(`${options._.length} result files, expected 1. ${HINT}`);
  const file = await readResult(String(options._[0]));
  const table = (options.short ? comparisonOf : tableOf)(file);
  switch (options.format ?? "markdown") {
    case "markdown":
      return [markdown(table), "", ...notesOf(file)].join("\n");
    case "csv":
      return csv(table).trimEnd();
    case "latex":
      return [latex(table), ...notesOf(file).map((note) => `% ${note}`)].join("\n");
  }
  throw new UserError(`--format ${options.format}: no such format. Choose one of markdown, csv, latex.`);
}

if (import.meta.main) await runTask(async () => console.log(await tableReport(Deno.args)));
