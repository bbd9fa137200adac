/**
 * Runs a program's main function: what the user can mend is one plain message and exit code 1, a fault of the program
 * keeps its stack.
 */
import { UserError } from "./user_error.ts";

/** The exit code after Ctrl-C, as shells give it. */
export const INTERRUPTED = 130;

/** Thrown by work that Ctrl-C or SIGTERM ended, after it saved what it had. */
export class Interrupted extends Error {
  override name = "Interrupted";
}

/**
 * Runs `main` and ends the process with its exit code, 0 if it gives none.
 *
 * With `DEBUG` set, every error shows its stack.
 */
export async function runTask(main: () => Promise<number | void> | number | void): Promise<void> {
  try {
    Deno.exit(await main() ?? 0);
  } catch (error) {
    console.error(wantsStacks() ? error : plainly(error));
    Deno.exit(error instanceof Interrupted ? INTERRUPTED : 1);
  }
}

/** What the user can mend, in a line; else the error as it is. */
function plainly(error: unknown): unknown {
  if (error instanceof UserError || error instanceof Interrupted) return error.message;
  if (!(error instanceof Deno.errors.NotCapable)) return error;
  return `Deno's permissions do not cover this: ${error.message}. The task's command in deno.json gives it.`;
}

/** Whether `DEBUG` is set; who may not read it did not ask. */
function wantsStacks(): boolean {
  try {
    return Boolean(Deno.env.get("DEBUG"));
  } catch {
    return false;
  }
}

/** What a task reports. */
export interface Report {
  /** The exit code: 0, or 1 if what was looked at is not as it should be. */
  code: number;
  /** For standard output. */
  text: string;
}

/** {@linkcode runTask} of work that prints one report. */
export function runReport(work: () => Promise<Report>): Promise<void> {
  return runTask(async () => {
    const { code, text } = await work();
    console.log(text);
    return code;
  });
}

/**
 * A signal that Ctrl-C and SIGTERM set off, for work that ends itself in an orderly way. A second Ctrl-C ends the process
 * at once; a second SIGTERM does not, for a cluster may send it to every process of a job, and a parent hands it on too.
 */
export function stopSignal(): AbortSignal {
  const controller = new AbortController();
  Deno.addSignalListener("SIGINT", () => {
    if (controller.signal.aborted) Deno.exit(INTERRUPTED);
    controller.abort();
  });
  Deno.addSignalListener("SIGTERM", () => controller.abort());
  return controller.signal;
}
