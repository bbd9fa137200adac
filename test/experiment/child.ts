/** Runs a script in a process of its own, to be killed, or to see how it ends. */

/** How a process ended. */
export interface Ended {
  /** Its exit code. */
  code: number;
  /** What it wrote to standard output. */
  output: string;
  /** What it wrote to standard error. */
  errors: string;
}

const here = (path: string) => new URL(path, import.meta.url).pathname;

/** What a training needs. */
const PERMISSIONS = ["read", "write", "env", "sys", "ffi", "run"].map((name) => `--allow-${name}`);

/** The command line that runs a script of the project. */
export function commandOf(script: string, args: readonly string[], permissions = PERMISSIONS): string[] {
  const config = `--config=${here("../../deno.json")}`;
  return [Deno.execPath(), "run", "--quiet", "--no-check", "--no-prompt", config, ...permissions, script, ...args];
}

/** Starts a command. Its standard error is read to the end, so that it never waits for us. */
export function start(
  [program, ...args]: readonly string[],
  env: Record<string, string> = {},
  cwd = Deno.cwd(),
): { child: Deno.ChildProcess; ended: Promise<Ended> } {
  const child = new Deno.Command(program, {
    args: [...args],
    cwd,
    env: { DEBUG: "", NO_COLOR: "1", ...env },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const text = new TextDecoder();
  const ended = child.output().then(({ code, stdout, stderr }) => ({
    code,
    output: text.decode(stdout),
    errors: text.decode(stderr),
  }));
  return { child, ended };
}
