/** `deno task results:diff`: which figures moved between two sets of result files, and whether it is said why. */
import { basename } from "node:path";
import { fileError } from "../files/file_error.ts";
import { programOutput } from "../files/start_program.ts";
import { type Report, runReport } from "../files/task.ts";
import { taskArguments } from "../files/task_arguments.ts";
import { UserError } from "../files/user_error.ts";
import { reasonsIn } from "./changes.ts";
import { RESULT_FILE, resultFiles } from "./check_task.ts";
import { type Moved, movedBetween } from "./diff.ts";
import { parseResult, readResult } from "./read.ts";
import type { ResultFile } from "./result.ts";
import { markdown } from "./table.ts";

const HELP = `Lists what moved between result files. Exit code 1 if something moved and no reason is given.

Usage: deno task results:diff BEFORE AFTER [options]     two result files, or two folders of them
       deno task results:diff --base REV [options]       results/ as it is in a commit, and as it is here

Times, machine and versions are not compared, nor what only follows from the cells (means, differences); cells that are
new are no move. Takes a second, writes nothing.

  --threshold T    how far a figure may move, in standard errors of its bootstrap interval; default 0
  --changes FILE   where reasons stand; default results/CHANGES.md. A line such as
                     - cifar10.quick.json, softmax.trial0.seed0.3a07eef6: the bank is kept in float64
                   gives the reason why figures of that cell moved; * in place of the cell speaks for all of the file.
  --help           this text`;

/** Result files by their names. */
type Files = Map<string, ResultFile>;

/**
 * Runs the task.
 *
 * @returns the exit code and the text to print
 * @throws {UserError} if an option or a file is wrong
 */
export async function diffReport(args: readonly string[]): Promise<Report> {
  const given = taskArguments(args, { task: "results:diff", valued: ["threshold", "changes", "base"] });
  if (given === null) return { code: 0, text: HELP };
  const { values: { threshold: limit = "0", changes = "results/CHANGES.md", base }, paths } = given;
  const threshold = Number(limit);
  if (!(threshold >= 0)) throw new UserError(`--threshold ${limit}: give a number, 0 or more.`);
  const expected = base === undefined ? 2 : 0;
  if (paths.length !== expected) {
    throw new UserError(
      `${paths.length} result files or folders, expected ${expected}. Run deno task results:diff --help for the options.`,
    );
  }
  const [before, after] = base === undefined
    ? await Promise.all(paths.map(filesAt))
    : [await filesIn(base), await filesAt("results")];
  const list = await Deno.readTextFile(changes).catch((error) => {
    if (error instanceof Deno.errors.NotFound && given.values.changes === undefined) return "";
    throw fileError(error, "read", changes);
  });
  const reasons = reasonsIn(
    list,
    base === undefined ? "" : await git(base, "show", `${base}:./${changes}`).catch(() => ""),
  );

  const moved = pairs(before, after).flatMap(({ name, a, b }) =>
    movedBetween(a, b, threshold).map((one) => ({ ...one, file: name, reason: reasons.of(name, one.cell) }))
  );
  if (moved.length === 0) return { code: 0, text: "Nothing moved." };
  const unexplained = moved.filter(({ reason }) => reason === undefined).length;
  const verdict = unexplained === 0
    ? `${moved.length} entries moved, each with its reason.`
    : `${moved.length} entries moved, ${unexplained} without a reason. Give it in ${changes}, a line for each cell: ` +
      "- FILE, CELL: why";
  return { code: unexplained === 0 ? 0 : 1, text: `${table(moved)}\n\n${verdict}` };
}

function table(moved: (Moved & { file: string; reason?: string })[]): string {
  const show = (value: unknown) => value === undefined ? "absent" : JSON.stringify(value);
  return markdown([
    ["File, cell", "Entry", "Before", "After", "Standard errors", "Reason"],
    ...moved.map(({ file, cell, entry, before, after, errors, reason = "none" }) => [
      `${file}, ${cell}`,
      entry,
      show(before),
      show(after),
      errors === undefined ? "" : errors.toFixed(1),
      reason,
    ]),
  ]);
}

/** Two files are compared whatever they are called; of folders those that were there before. */
function pairs(before: Files, after: Files): { name: string; a: ResultFile; b: ResultFile }[] {
  if (before.size === 1 && after.size === 1) {
    const [[[, a]], [[name, b]]] = [[...before], [...after]];
    return [{ name, a, b }];
  }
  return [...before].map(([name, a]) => ({ name, a, b: after.get(name) ?? { ...a, cells: [] } }));
}

async function filesAt(path: string): Promise<Files> {
  const { isDirectory } = await Deno.stat(path).catch((error) => {
    throw fileError(error, "read", path);
  });
  const paths = isDirectory ? await resultFiles(path) : [path];
  return new Map(await Promise.all(paths.map(async (one) => [basename(one), await readResult(one)] as const)));
}

/** The result files of a commit. */
async function filesIn(revision: string): Promise<Files> {
  const names = (await git(revision, "ls-tree", "--name-only", revision, "results/")).split("\n")
    .filter((path) => RESULT_FILE.test(basename(path)));
  const read = async (path: string) =>
    [basename(path), parseResult(await git(revision, "show", `${revision}:./${path}`), path)] as const;
  return new Map(await Promise.all(names.map(read)));
}

/** What git prints. */
async function git(revision: string, ...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await programOutput("git", args).catch((error) => {
    throw new UserError(`--base ${revision}: git cannot be run (${error.message}). Install it, or name two folders.`);
  });
  if (success) return new TextDecoder().decode(stdout);
  throw new UserError(`--base ${revision}: ${new TextDecoder().decode(stderr).trim()}. Name a commit of this project.`);
}

if (import.meta.main) await runReport(() => diffReport(Deno.args));
