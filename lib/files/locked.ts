/**
 * Opens a file under an exclusive lock of the operating system (flock), which the kernel drops when its owner dies,
 * `kill -9` included. So a lock is never stale, and no process has to guess whether another one is alive.
 */
import { dirname } from "node:path";

/**
 * Opens `path` for reading and writing, its content as it is, creates it and its folders where they are not there, and
 * waits for its lock. The holder may rename or remove the file; whoever waited then opens the new one.
 */
export async function openLocked(path: string): Promise<Deno.FsFile> {
  while (true) {
    const file = await attempt(path, (file) => file.lock(true).then(() => true));
    if (file) return file;
  }
}

/** The same without waiting: `null` if another holds the lock. */
export async function tryOpenLocked(path: string): Promise<Deno.FsFile | null> {
  for (let held = false; !held;) {
    const file = await attempt(path, async (file) => !(held = !await file.tryLock(true)));
    if (file) return file;
  }
  return null;
}

/** The open and locked file; `null` if it is not locked, or no longer the one that `path` names. */
async function attempt(path: string, lock: (file: Deno.FsFile) => Promise<boolean>): Promise<Deno.FsFile | null> {
  await Deno.mkdir(dirname(path), { recursive: true });
  const file = await Deno.open(path, { read: true, write: true, create: true });
  try {
    if (await lock(file) && await isStill(path, file)) return file;
  } catch (error) {
    file.close();
    throw error;
  }
  file.close();
  return null;
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
