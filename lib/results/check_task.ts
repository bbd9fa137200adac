/** `deno task results:check BEFORE.json AFTER.json`: which figures moved between two result files. */
import { parseArgs } from "@std/cli";
import { runTask } from "../files/task.ts";
import { UserError } from "../files/user_error.ts";
import { movedBetween } from "./check.ts";
import { readResult } from "./read.ts";

const HELP = `Lists what moved between two result files; exit code 1 if anything did.

Usage: deno task results:check BEFORE.json AFTER.json [options]

Times, machine and versions are not compared. Takes a second, writes nothing.

  --tolerance T  how far a number may move; default 0.000001
  --help         this text`;

const HINT = "Run deno task results:check --help for the options.";

/**
 * Runs the task.
 *
 * @returns the exit code and the text to print
 * @throws {UserError} if an option or a file is wrong
 */
export async function checkReport(args: readonly string[]): Promise<{ code: number; text: string }> {
  const options = parseArgs([...args], {
    string: ["tolerance", "_"],
    boolean: ["help"],
    alias: { h: "help" },
    unknown: (argument, key) => {
      if (key !== undefined) throw new UserError(`${argument}: no such option. ${HINT}`);
    },
  });
  if (options.help) return { code: 0, text: HELP };
  if (options._.length !== 2) throw new UserError(`${options._.length} result files, expected 2. ${HINT}`);
  const tolerance = Number(options.tolerance ?? 1e-6);
  if (!(tolerance >= 0) || options.tolerance === "") {
    throw new UserError(`--tolerance ${options.tolerance}: give a number, 0 or more.`);
  }
  const [before, after] = await Promise.all(options._.map((path) => readResult(String(path))));
  const moved = movedBetween(before, after, tolerance);
  if (moved.length === 0) return { code: 0, text: "Nothing moved." };
  const show = (value: unknown) => value === undefined ? "absent" : JSON.stringify(value);
  const lines = moved.map(({ path, before, after }) => `${path}: ${show(before)} -> ${show(after)}`);
  return { code: 1, text: [...lines, `${moved.length} entries moved.`].join("\n") };
}

if (import.meta.main) {
  await runTask(async () => {
    const { code, text } = await checkReport(Deno.args);
    console.log(text);
    return code;
  });
}
