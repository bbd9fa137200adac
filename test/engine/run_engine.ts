/** Runs a script that starts the engine in a process of its own, with the permissions that an engine needs. */

/** What the process printed, and how it ended. */
export interface Ended {
  /** Its exit code. */
  code: number;
  /** What it wrote to standard output. */
  output: string;
  /** What it wrote to standard error. */
  errors: string;
}

/**
 * Runs a script and waits for its end.
 *
 * @param script beside this file
 * @param env on top of this process's own
 * @param permissions default: all that an engine needs
 */
export async function runEngine(
  script: string,
  args: string[],
  env: Record<string, string> = {},
  permissions = ["--allow-read", "--allow-write", "--allow-env", "--allow-ffi", "--allow-run"],
): Promise<Ended> {
  const here = (path: string) => new URL(path, import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-check",
      "--no-prompt",
      `--config=${here("../../deno.json")}`,
      ...permissions,
      here(script),
      ...args,
    ],
    env: { DEBUG: "", ...env },
  }).output();
  const text = new TextDecoder();
  return { code, output: text.decode(stdout), errors: text.decode(stderr) };
}
