/**
 * PyTorch for the benchmark: fetched once by the user's pip into a venv in the per-user cache.
 *
 *     cache/bench/venv/             the packages; a venv cannot be renamed, so one without the next file is made anew
 *     cache/bench/venv/complete     a copy of the requirements, written last
 *     cache/bench/inductor/         what torch.compile has compiled
 */
import { join } from "node:path";
import { cacheFolder } from "../../lib/files/cache.ts";
import { waitForLock } from "../../lib/files/lock.ts";
import { UserError } from "../../lib/files/user_error.ts";

/** A Python that has PyTorch. */
export interface TorchPython {
  /** Its program. */
  python: string;
  /** Where torch.compile may keep what it compiles. */
  compiled: string;
}

const REQUIREMENTS = join(import.meta.dirname!, "requirements.txt");
const CUDA = join(import.meta.dirname!, "requirements_cuda.txt");

/**
 * Finds the venv, or makes it.
 *
 * @throws {UserError} if there is no Python 3.11 or newer with venv, or pip cannot fetch PyTorch
 */
export async function torchPython(): Promise<TorchPython> {
  const cache = await cacheFolder("bench");
  const venv = join(cache, "venv");
  const python = join(venv, "bin", "python");
  const found = { python, compiled: join(cache, "inductor") };
  const wanted = await Deno.readTextFile(REQUIREMENTS) + await Deno.readTextFile(CUDA);
  await using _lock = await waitForLock(join(cache, "lock"), "The benchmark's PyTorch", { onWait: console.error });
  if (await Deno.readTextFile(join(venv, "complete")).catch(() => "") === wanted) return found;

  await Deno.remove(venv, { recursive: true }).catch(() => {});
  console.error(`Installing PyTorch for the comparison into ${venv}, once (200 MB, or 2.5 GB by way of PyPI).`);
  await run("python3", ["-m", "venv", venv], "Python 3.11 or newer with its venv (package python3-venv) is needed");
  const pip = (...args: string[]) =>
    run(
      python,
      [
        "-m",
        "pip",
        "install",
        "--no-cache-dir",
        "--progress-bar=off",
        "--disable-pip-version-check",
        "--retries=1",
        ...args,
      ],
      "PyTorch could not be fetched by python3's pip: look to the network, the disk (6 GB), and that Python is 3.11 or newer",
    );
  await pip("--no-deps", "-r", REQUIREMENTS);
  if (!(await outcome(python, ["-c", "import torch"])).success) await pip("-r", CUDA);
  await run(python, ["-c", "import torch, torchvision"], "PyTorch does not start on this machine");
  await Deno.writeTextFile(join(venv, "complete"), wanted);
  return found;
}

/** Runs a program, its output on standard error; what it wrote as errors comes back. */
async function outcome(program: string, args: string[]): Promise<{ success: boolean; said: string }> {
  try {
    const child = new Deno.Command(program, { args, stdin: "null", stdout: "piped", stderr: "piped" }).spawn();
    const [said] = await Promise.all([
      new Response(child.stderr).text(),
      (async () => {
        for await (const bytes of child.stdout) await Deno.stderr.write(bytes);
      })(),
    ]);
    return { success: (await child.status).success, said };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { success: false, said: `${program}: not found` };
  }
}

async function run(program: string, args: string[], otherwise: string): Promise<void> {
  const { success, said } = await outcome(program, args);
  if (success) return;
  const why = said.trim().split("\n").findLast((line) => line.trim() !== "") ?? "";
  throw new UserError(`${otherwise}. (${why.trim()})`, { cause: said });
}
