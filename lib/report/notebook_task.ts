/** `deno task notebook`: opens the notebooks in JupyterLab, with this Deno as their kernel. */
import { join } from "node:path";
import { runTask } from "../files/task.ts";
import { UserError } from "../files/user_error.ts";
import { kernelEnvironment } from "./jupyter.ts";

const ROOT = join(import.meta.dirname!, "../..");

const HELP = `Opens the notebooks in JupyterLab, with this Deno as the kernel.

Usage: deno task notebook [options of jupyter lab]

JupyterLab must be there: python3 -m pip install jupyterlab, or pipx install jupyterlab. The kernel's description goes into
the cache; your own Jupyter stays as it is. Figures are interactive where Jupyter has Plotly's renderer
(python3 -m pip install plotly), else their static pictures show. Ctrl-C ends it.

  --help  this text`;

/**
 * Starts JupyterLab and waits for its end.
 *
 * @param args options for it, such as --no-browser
 * @returns its exit code
 * @throws {UserError} if it is not installed
 */
export async function openNotebooks(args: readonly string[]): Promise<number> {
  const env = await kernelEnvironment();
  try {
    const { success } = await new Deno.Command("jupyter", {
      args: ["lab", "--version"],
      stdout: "null",
      stderr: "null",
    })
      .output();
    if (!success) throw new Deno.errors.NotFound();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new UserError(
      "JupyterLab is not installed, or not on the PATH. Install it by python3 -m pip install jupyterlab (or pipx " +
        "install jupyterlab), and run this again.",
    );
  }
  const child = new Deno.Command("jupyter", {
    args: [
      "lab",
      `--ServerApp.root_dir=${ROOT}`,
      "--LabApp.default_url=/lab/tree/notebooks/01_open_set_tables.ipynb",
      ...args,
    ],
    cwd: ROOT,
    env,
  }).spawn();
  Deno.addSignalListener("SIGINT", () => {}); // JupyterLab asks whether to stop; this process ends with it
  return (await child.status).code;
}

if (import.meta.main) {
  await runTask(() => Deno.args.includes("--help") ? console.log(HELP) : openNotebooks(Deno.args));
}
