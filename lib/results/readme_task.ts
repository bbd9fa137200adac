/** `deno task readme`: the tables of README.md from the result files; `--check` fails if they are out of date. */
import { parseArgs } from "@std/cli";
import { writeTextAtomic } from "../files/atomic.ts";
import { fileError } from "../files/file_error.ts";
import { runTask } from "../files/task.ts";
import { UserError } from "../files/user_error.ts";
import { readResult } from "./read.ts";
import { withTables } from "./readme.ts";
import { markdown, notesOf, tableOf } from "./table.ts";

const HELP = `Writes the result tables of README.md from results/*.json.

Usage: deno task readme [--check]

  --check  write nothing; exit code 1 if README.md is out of date
  --help   this text`;

/**
 * Runs the task.
 *
 * @param folder where README.md and results/ lie
 * @returns the exit code and the text to print
 * @throws {UserError} if an option, README.md or a result file is wrong
 */
export async function updateReadme(args: readonly string[], folder = "."): Promise<{ code: number; text: string }> {
  const options = parseArgs([...args], {
    boolean: ["check", "help"],
    alias: { h: "help" },
    unknown: (argument) => {
      throw new UserError(`${argument}: no such option. Run deno task readme --help.`);
    },
  });
  if (options.help) return { code: 0, text: HELP };

  const path = `${folder}/README.md`;
  const before = await Deno.readTextFile(path).catch((error) => {
    throw fileError(error, "read", path);
  });
  const after = await withTables(
    before,
    async (name) => {
      const file = await readResult(`${folder}/results/${name}.json`);
      return [markdown(tableOf(file)), "", ...notesOf(file)].join("\n");
    },
  );
  if (after === before) return { code: 0, text: "README.md is up to date." };
  if (options.check) return { code: 1, text: "README.md is out of date: run deno task readme." };
  await writeTextAtomic(path, after);
  return { code: 0, text: "README.md written." };
}

if (import.meta.main) {
  await runTask(async () => {
    const { code, text } = await updateReadme(Deno.args);
    console.log(text);
    return code;
  });
}
