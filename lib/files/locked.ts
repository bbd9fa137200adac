/**
 * Opens a file that one process writes at a time, under a lock of the operating system (flock), which the kernel drops when
 * its owner dies, `kill -9` included. So what a dead writer left is used up by the next one.
 */
import { dirname } from "node:path";
import { errnoOf, LACKS_LOCKS } from "./file_error.ts";
import { hostName } from "./host_name.ts";

/**
 * Opens a file beside `path` that is this process's alone, to be renamed to it, and makes the folders above. Processes of
 * this machine take turns; other machines, which may not see the lock, have other files; and so has each writer where the
 * file system has no locks.
 *
 * @param path a file, there or not
 * @returns the file, with whatever its last writer left in it, and its path
 */
export async function openBeside(path: string): Promise<{ file: Deno.FsFile; beside: string }> {
  const host = hostName()?.replace(/[^\w.-]/g, "_");
  const shared = host === undefined ? `${path}.tmp` : `${path}.${host}.tmp`;
  try {
    return { file: await openLocked(shared), beside: shared };
  } catch (error) {
    if (!LACKS_LOCKS.includes(errnoOf(error))) throw error;
    await Deno.remove(shared).catch(() => {});
    const own = `${path}.${crypto.randomUUID()}.tmp`;
    return { file: await Deno.open(own, { write: true, createNew: true }), beside: own };
  }
}

/** Waits for a file's lock. Its holder may rename or remove the file; whoever waited then opens the new one. */
async function openLocked(path: string): Promise<Deno.FsFile> {
  await Deno.mkdir(dirname(path), { recursive: true });
  while (true) {
    const file = await Deno.open(path, { read: true, write: true, create: true });
    try {
      await file.lock(true);
      if (await isStill(path, file)) return file;
    } catch (error) {
      file.close();
      throw error;
    }
    file.close();
  }
}

/** Whether `path` names the open file: its last holder may have moved it away before we got the lock. */
async function isStill(path: string, file: Deno.FsFile): Promise<boolean> {
  try {
    const [named, open] = await Promise.all([Deno.stat(path), file.stat()]);
    return named.ino === open.ino && named.dev === open.dev;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
