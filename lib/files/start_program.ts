/** Starts a program that Deno's permissions name, such as git, also where libraries' paths are set. */

/**
 * Variables of the dynamic loader, empty. With one of them set, as modules of clusters and CUDA's instructions set
 * `LD_LIBRARY_PATH`, Deno starts programs only for those who may start any (`--allow-run` without names).
 */
const NO_LOADER_PATHS = { LD_LIBRARY_PATH: "", LD_PRELOAD: "", LD_RUN_PATH: "", DYLD_LIBRARY_PATH: "" };

/**
 * Starts a program, without the loader's variables where Deno would not start it with them.
 *
 * @throws {Deno.errors.NotFound} if there is none of this name
 * @throws {Deno.errors.NotCapable} if it may not be started
 */
export function startProgram(program: string, options: Deno.CommandOptions): Deno.ChildProcess {
  try {
    return new Deno.Command(program, options).spawn();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    return new Deno.Command(program, { ...options, env: { ...options.env, ...NO_LOADER_PATHS } }).spawn();
  }
}

/** Starts a program likewise, and waits for its end and all that it prints. */
export async function programOutput(program: string, args: string[]): Promise<Deno.CommandOutput> {
  return await startProgram(program, { args, stdout: "piped", stderr: "piped" }).output();
}
