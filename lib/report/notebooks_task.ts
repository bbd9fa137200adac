/**
 * `deno task notebooks`: executes every notebook and compares the figures with the committed ones; `--write` keeps what
 * came out.
 */
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { PNG } from "pngjs";
import { type Report, runReport } from "../files/task.ts";
import { taskArguments } from "../files/task_arguments.ts";
import { digest } from "../training/recipe.ts";
import { type Executor, notebookExecutor } from "./jupyter.ts";
import {
  figureOutputs,
  forgetProgress,
  type Notebook,
  notebooksIn,
  pictureOutputs,
  readNotebook,
  writeNotebook,
} from "./notebook.ts";

/** How often a notebook is executed at most, until it has all outputs. */
const TRIES = 3;

const FOLDER = join(import.meta.dirname!, "../../notebooks");

const HELP = `Executes the notebooks and compares their figures with the committed ones.

Usage: deno task notebooks [--write] [NOTEBOOK ...]

Without a notebook, all of notebooks/. Exit code 1 if a cell fails, a figure's data differ, or a figure has no static
picture. Executed on this Deno by nbclient, which is fetched once into the cache (15 MB).

  --write  keep the executed notebooks; then run deno task figures, which draws the pictures
  --help   this text`;

/**
 * Runs the task.
 *
 * @throws {UserError} if an option is wrong, a notebook cannot be read, or a cell fails
 */
export async function notebooksReport(args: readonly string[], folder = FOLDER): Promise<Report> {
  const given = taskArguments(args, { task: "notebooks", flags: ["write"] });
  if (given === null) return { code: 0, text: HELP };
  const paths = given.paths.length > 0 ? given.paths : await notebooksIn(folder);
  const executor = await notebookExecutor();
  const lines: string[] = [];
  let code = 0;
  const target = await Deno.makeTempFile({ suffix: ".ipynb" });
  try {
    for (const path of paths) {
      const committed = await readNotebook(path);
      const executed = await executedWhole(executor, path, target, committed);
      const faults = given.flags.write ? [] : faultsOf(committed, executed);
      forgetProgress(executed);
      if (given.flags.write) await writeNotebook(path, executed);
      const state = given.flags.write ? "written" : faults.length === 0 ? "as committed" : "NOT as committed";
      lines.push(...faults.map((fault) => `${path}: ${fault}`));
      lines.push(`${path}: ${figureOutputs(executed).length} figures, ${state}`);
      if (faults.length > 0) code = 1;
    }
  } finally {
    await Deno.remove(target);
  }
  return { code, text: lines.join("\n") };
}

/**
 * Executes a notebook; again if outputs are missing that the committed one has. The kernel's socket leaves out what its
 * reader has no room for at that moment (seen on a busy machine, one figure in some hundred).
 */
export async function executedWhole(
  executor: Executor,
  path: string,
  target: string,
  committed: Notebook,
): Promise<Notebook> {
  const count = (notebook: Notebook) => figureOutputs(notebook).length + pictureOutputs(notebook).length;
  for (let tries = 1;; tries++) {
    await executor.execute(path, target);
    const executed = await readNotebook(target);
    if (tries === TRIES || count(executed) >= count(committed)) return executed;
  }
}

/** What an executed notebook has otherwise than the committed one. */
export function faultsOf(committed: Notebook, executed: Notebook): string[] {
  const [before, after] = [committed, executed].map(figureOutputs);
  if (before.length !== after.length) {
    return [`${after.length} figures, ${before.length} are committed. Run deno task notebooks --write.`];
  }
  const faults = after.flatMap(({ figure, data }, k) => {
    if (before[k].trains) return [];
    const [was, is] = [before[k].figure, figure].map(digest);
    const name = `figure ${k + 1}`;
    if (was !== is) return [`${name}: data differ from the committed ones (${was}, now ${is}).`];
    if (data["image/png"] === undefined) return [`${name}: no static picture. Run deno task figures.`];
    if (before[k].data["image/png"] !== data["image/png"]) {
      return [`${name}: another picture than in notebooks/pictures. Run deno task figures.`];
    }
    return [];
  });
  const [drawn, redrawn] = [committed, executed].map((notebook) => pictureOutputs(notebook).map(pixelsOf));
  if (drawn.length !== redrawn.length) {
    return [...faults, `${redrawn.length} pictures, ${drawn.length} are committed. Run deno task notebooks --write.`];
  }
  const pictures = redrawn.flatMap((pixels, k) =>
    pixels === drawn[k] ? [] : [`picture ${k + 1}: not the committed one. Run deno task notebooks --write, and look.`]
  );
  return [...faults, ...pictures];
}

/** What a picture shows, whichever version of zlib wrote it; of an animated one, its first frame. */
function pixelsOf(base64: string): string {
  const { width, height, data } = PNG.sync.read(Buffer.from(base64.trim(), "base64"));
  return digest([width, height, data.toString("base64")]);
}

if (import.meta.main) await runReport(() => notebooksReport(Deno.args));
