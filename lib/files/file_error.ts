/** Says in plain words why the operating system refused a file, and what the user can do. */
import { UserError } from "./user_error.ts";

const causes: [errno: number[], cause: string, remedy: string][] = [
  [[28], "no space left on the disk", "Free some space or choose another place, and run again."],
  [[122], "your disk quota is used up", "Free some space or choose another place, and run again."],
  [[27], "larger than this file system or your limit (ulimit -f) allows", "Choose another place, and run again."],
  [[30], "the file system is read-only", "Choose another place."],
  [[1, 13], "no permission", "Change the owner or the rights of the folder, or choose another place."],
  [[17, 20], "a part of this path is a file, not a folder", "Choose another path, or move that file away."],
  [[21, 39], "it is a folder, not a file", "Choose another path, or move that folder away."],
  [[2], "it does not exist", "Check the path."],
  [[36], "the name is too long", "Choose a shorter one."],
  [[24], "too many open files", "Raise the limit (ulimit -n) and run again."],
  [[5], "the disk reports a fault", "Check the disk, or choose another place."],
];

/** Numbers of the errors by which a file system says that it has no locks (flock). */
export const LACKS_LOCKS: readonly number[] = [37, 38, 95];

/** The operating system's number of an error; NaN of others. */
export function errnoOf(error: unknown): number {
  return error instanceof Error ? Number(/\(os error (\d+)\)/.exec(error.message)?.[1]) : NaN;
}

/**
 * Turns an error of the operating system, or of Deno's permissions, into a `UserError` that names the path, the cause
 * and the remedy. Any other error comes back unchanged.
 *
 * @param error what was caught
 * @param doing what was tried, such as "write" or "read"
 * @param path the file or folder
 * @param absent what to do when it is not there, instead of looking at the path
 *
 * @example
 * ```ts
 * import { fileError } from "./file_error.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const full = new Error("No space left on device (os error 28)");
 * assertEquals(
 *   fileError(full, "write", "a.bin").message,
 *   "a.bin: cannot write: no space left on the disk. Free some space or choose another place, and run again.",
 * );
 * ```
 */
export function fileError(error: unknown, doing: string, path: string, absent?: string): Error {
  if (!(error instanceof Error)) return new Error(`${path}: cannot ${doing}: ${error}`);
  if (error instanceof Deno.errors.NotCapable) {
    return new UserError(
      `${path}: cannot ${doing}: Deno's permissions do not cover it. ` +
        `Choose a place that this task may use, or run the task's command from deno.json with more (${error.message}).`,
    );
  }
  const [, cause, remedy] = causes.find(([numbers]) => numbers.includes(errnoOf(error))) ?? [];
  const advice = absent !== undefined && error instanceof Deno.errors.NotFound ? absent : remedy;
  return cause ? new UserError(`${path}: cannot ${doing}: ${cause}. ${advice}`, { cause: error }) : error;
}
