/**
 * Writes a file so that whoever looks, at any moment and after any crash, finds the old content or the new, never a
 * part: write beside, flush to the disk, rename.
 */
import { fileError } from "./file_error.ts";
import { openBeside } from "./locked.ts";

/**
 * Writes `data` to `path` as a whole, and makes the folders above it. Of two writers of one path the last one's content
 * stays. What a killed process leaves behind is one file, `PATH.MACHINE.tmp`, which the next write uses up.
 *
 * @param path the file, there or not
 * @param data the content, or its parts in order
 * @throws {UserError} if the disk is full or the place cannot be written; nothing half-written is left
 *
 * @example
 * ```ts
 * import { writeAtomic } from "./atomic.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempDir() + "/scores.bin";
 * await writeAtomic(path, [Uint8Array.of(1, 2), Uint8Array.of(3)]);
 * assertEquals(await Deno.readFile(path), Uint8Array.of(1, 2, 3));
 * ```
 */
export async function writeAtomic(path: string, data: Uint8Array | Iterable<Uint8Array>): Promise<void> {
  let opened: Awaited<ReturnType<typeof openBeside>> | null = null;
  try {
    opened = await openBeside(path);
    const { file, beside } = opened;
    await file.truncate(0);
    for (const part of data instanceof Uint8Array ? [data] : data) await writeAll(file, part);
    await file.sync();
    await Deno.rename(beside, path);
  } catch (error) {
    if (opened !== null) await Deno.remove(opened.beside).catch(() => {});
    throw fileError(error, "write", path);
  } finally {
    opened?.file.close();
  }
}

/** The same for text, in UTF-8. */
export function writeTextAtomic(path: string, text: string): Promise<void> {
  return writeAtomic(path, new TextEncoder().encode(text));
}

/** Writes all of `bytes`: one call may write less. */
export async function writeAll(file: Deno.FsFile, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
}
