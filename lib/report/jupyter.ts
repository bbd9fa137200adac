/** Executes notebooks on Deno's Jupyter kernel, headless, by nbclient in a venv of the cache. */
import { join } from "node:path";
import { writeTextAtomic } from "../files/atomic.ts";
import { cacheFolder } from "../files/cache.ts";
import { venv } from "../files/venv.ts";
import { UserError } from "../files/user_error.ts";

/** Pinned: what executes a notebook decides the form of what is written. */
const REQUIREMENTS = "nbclient==0.11.0\nnbformat==5.11.1\n";

/** Executes one notebook in its own folder; arguments: notebook in, notebook out. */
const PROGRAM = `
import sys, nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
source, target, folder = sys.argv[1:]
notebook = nbformat.read(source, as_version=4)
client = NotebookClient(notebook, timeout=300, kernel_name="deno", resources={"metadata": {"path": folder}}, record_timing=False, iopub_timeout=120, raise_on_iopub_timeout=True)
try:
    client.execute()
except CellExecutionError as error:
    print(str(error), file=sys.stderr)
    sys.exit(1)
nbformat.write(notebook, target)
`;

/** An executor of notebooks. */
export interface Executor {
  /**
   * Executes a notebook in its own folder.
   *
   * @param path the notebook, which stays as it is
   * @param target where the executed one goes
   * @throws {UserError} if a cell fails, with what it said
   */
  execute(path: string, target: string): Promise<void>;
}

/**
 * The environment in which Jupyter finds this Deno as its kernel "deno": nothing is written into the user's own Jupyter.
 *
 * @throws {UserError} if the cache cannot be written
 */
export async function kernelEnvironment(): Promise<Record<string, string>> {
  const data = join(await cacheFolder("jupyter"), "data");
  const spec = {
    argv: [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"],
    display_name: "Deno",
    language: "typescript",
  };
  await writeTextAtomic(join(data, "kernels", "deno", "kernel.json"), JSON.stringify(spec));
  const before = Deno.env.get("JUPYTER_PATH");
  return { JUPYTER_PATH: before ? `${data}:${before}` : data, NO_COLOR: "1" };
}

/**
 * Makes an executor: nbclient in a venv, with this Deno as the kernel "deno".
 *
 * @throws {UserError} if the venv cannot be made
 */
export async function notebookExecutor(): Promise<Executor> {
  const { python } = await venv({
    name: "jupyter",
    title: "nbclient",
    notice: "Installing nbclient, which executes notebooks (15 MB)",
    requirements: REQUIREMENTS,
  });
  const env = await kernelEnvironment();
  return {
    async execute(path, target) {
      const args = ["-c", PROGRAM, path, target, join(path, "..")];
      const { success, stderr } = await new Deno.Command(python, { args, env, stdout: "null", stderr: "piped" })
        .output();
      if (!success) throw new UserError(`${path}: a cell failed.\n${new TextDecoder().decode(stderr).trim()}`);
    },
  };
}
