/**
 * Python programs with packages of their own: a venv in the per-user cache, made once by the user's pip.
 *
 *     cache/NAME/venv/             the packages; a venv cannot be renamed, so one without the next file is made anew
 *     cache/NAME/venv/complete     a copy of the requirements, written last
 */
import { join } from "node:path";
import { cacheFolder } from "./cache.ts";
import { waitForLock } from "./lock.ts";
import { UserError } from "./user_error.ts";

/** What a venv is for, and how it is filled. */
export interface VenvPlan {
  /** Its folder in the cache, one word. */
  name: string;
  /** What it holds, as messages call it, such as "PyTorch". */
  title: string;
  /** What is told before the packages are fetched: what, how large. */
  notice: string;
  /** What must be in it; a venv of other requirements is made anew. */
  requirements: string;
  /** Fetches the packages; by default what `requirements` lists, a line each. */
  install?: (pip: (...args: string[]) => Promise<void>, python: string) => Promise<void>;
}

/** A venv. */
export interface Venv {
  /** Its program. */
  python: string;
  /** The folder of the cache that it lies in, for what else belongs to it. */
  folder: string;
}

/**
 * Finds the venv, or makes it.
 *
 * @throws {UserError} if there is no Python 3.11 or newer with venv, or pip cannot fetch the packages
 */
export async function venv({ name, title, notice, requirements, install }: VenvPlan): Promise<Venv> {
  const folder = await cacheFolder(name);
  const place = join(folder, "venv");
  const python = join(place, "bin", "python");
  await using lock = await waitForLock(join(folder, "lock"), title, { onWait: console.error });
  if (await Deno.readTextFile(join(place, "complete")).catch(() => "") === requirements) return { python, folder };

  await Deno.remove(place, { recursive: true }).catch(() => {});
  console.error(`${notice} into ${place}, once.`);
  await runProgram(
    "python3",
    ["-m", "venv", place],
    "Python 3.11 or newer with its venv (package python3-venv) is needed",
  );
  const options = ["--no-cache-dir", "--progress-bar=off", "--disable-pip-version-check", "--retries=1"];
  const pip = (...args: string[]) =>
    runProgram(
      python,
      ["-m", "pip", "install", ...options, ...args],
      `${title} could not be fetched by python3's pip: look to the network, the disk, and that Python is 3.11 or newer`,
    );
  if (install === undefined) await pip(...requirements.trim().split("\n"));
  else await install(pip, python);
  await lock.confirm();
  await Deno.writeTextFile(join(place, "complete"), requirements);
  return { python, folder };
}

/** Runs a program, its output on standard error; what it wrote as errors comes back. */
export async function outcomeOf(program: string, args: string[]): Promise<{ success: boolean; said: string }> {
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

/**
 * Runs a program.
 *
 * @param otherwise what to tell if it fails; the last line that it wrote as an error is added
 * @throws {UserError} if it fails
 */
export async function runProgram(program: string, args: string[], otherwise: string): Promise<void> {
  const { success, said } = await outcomeOf(program, args);
  if (success) return;
  const why = said.trim().split("\n").findLast((line) => line.trim() !== "") ?? "";
  throw new UserError(`${otherwise}. (${why.trim()})`, { cause: said });
}
