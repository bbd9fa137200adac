/** Finds the result files below a folder, which several people may have sent. */
import { fileError } from "../files/file_error.ts";
import { UserError } from "../files/user_error.ts";
import { RESULT_FILE } from "./check_task.ts";
import { readResult } from "./read.ts";
import type { ResultFile } from "./result.ts";

/**
 * Reads all result files below a folder, in the order of their paths.
 *
 * @param each is given each file that is one, and its path
 * @returns what `each` gave, and what is wrong with files that cannot be read, or that `each` threw a `UserError` of
 * @throws {UserError} if the folder cannot be read
 */
export async function resultsBelow<T>(
  folder: string,
  each: (file: ResultFile, path: string) => Promise<T>,
): Promise<{ found: T[]; refused: string[] }> {
  const [found, refused]: [T[], string[]] = [[], []];
  for (const path of (await pathsBelow(folder)).sort()) {
    try {
      found.push(await each(await readResult(path), path));
    } catch (error) {
      if (error instanceof RangeError) refused.push(`${path}: its scores give no figures (${error.message})`);
      else if (error instanceof UserError) refused.push(error.message);
      else throw error;
    }
  }
  return { found, refused };
}

async function pathsBelow(folder: string, top = true): Promise<string[]> {
  const found: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      const path = `${folder}/${name}`;
      if (isDirectory) found.push(...await pathsBelow(path, false));
      else if (RESULT_FILE.test(name)) found.push(path);
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound && !top) return []; // a lock that was given back meanwhile
    throw fileError(error, "read", folder);
  }
  return found;
}
