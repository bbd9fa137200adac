/** Reads whole files; what hinders it is told in plain words. */
import { fileError } from "./file_error.ts";
import { UserError } from "./user_error.ts";

/**
 * The text of a file.
 *
 * @param absent what to do where there is no such file, for the message
 * @throws {UserError} if it cannot be read
 */
export function readText(path: string, absent?: string): Promise<string> {
  return Deno.readTextFile(path).catch((error) => {
    throw fileError(error, "read", path, absent);
  });
}

/** The bytes of a file: see {@linkcode readText}. */
export function readBytes(path: string, absent?: string): Promise<Uint8Array<ArrayBuffer>> {
  return Deno.readFile(path).catch((error) => {
    throw fileError(error, "read", path, absent);
  });
}

/**
 * What a JSON file of this project's own holds, whose form is not checked.
 *
 * @throws {UserError} if it cannot be read, or is not JSON
 */
export async function readJson<Content>(path: string): Promise<Content> {
  const text = await readText(path);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`${path}: not JSON (${(error as Error).message}). Restore it, or have its task write it anew.`);
  }
}
