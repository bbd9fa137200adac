/**
 * A lock that two processes of this program understand: who holds it may write a folder, others are told who it is, or
 * wait. It ends with its holder, however that ends (see `locked.ts`).
 */
import { writeAll } from "./atomic.ts";
import { fileError } from "./file_error.ts";
import { tryOpenLocked } from "./locked.ts";
import { UserError } from "./user_error.ts";

/** A lock that is held. `await using` gives it back at the end of the block. */
export interface Lock extends AsyncDisposable {
  /** Gives the lock back and removes its file; a second call does nothing. */
  release(): Promise<void>;
}

/** What to do while another process holds the lock. */
export interface WaitOptions {
  /** Called once, before the wait begins, with a sentence that says who holds the lock. */
  onWait?: (why: string) => void;
}

/**
 * Takes the lock, or fails at once.
 *
 * @param path the lock file, made with its folders where they are not there
 * @param what what is locked, to begin the message with: "runs/demo"
 * @throws {UserError} if another process (or another part of this one) holds it, or the file cannot be written
 *
 * @example
 * ```ts
 * import { acquireLock } from "./lock.ts";
 *
 * await using _lock = await acquireLock(await Deno.makeTempDir() + "/lock", "the run");
 * ```
 */
export async function acquireLock(path: string, what: string): Promise<Lock> {
  const lock = await tryLock(path);
  if (!lock) {
    throw new UserError(
      `${what} is in use by ${await holder(path)}. Wait until it ends, stop it, or choose another place.`,
    );
  }
  return lock;
}

/**
 * Takes the lock, and waits while another holds it.
 *
 * @param path the lock file
 * @param what what is locked
 * @throws {UserError} if the file cannot be written
 */
export async function waitForLock(path: string, what: string, { onWait }: WaitOptions = {}): Promise<Lock> {
  for (let waited = false;; waited = true) {
    const lock = await tryLock(path);
    if (lock) return lock;
    if (!waited) onWait?.(`${what} is in use by ${await holder(path)}: waiting`);
    await new Promise((done) => setTimeout(done, 200));
  }
}

async function tryLock(path: string): Promise<Lock | null> {
  try {
    const file = await tryOpenLocked(path);
    if (!file) return null;
    await file.truncate(0);
    await writeAll(file, new TextEncoder().encode(`process ${Deno.pid}${host()} since ${new Date().toISOString()}`));
    let held = true;
    const release = async () => {
      if (!held) return;
      held = false;
      await Deno.remove(path).catch(() => {});
      file.close();
    };
    return { release, [Symbol.asyncDispose]: release };
  } catch (error) {
    throw fileError(error, "lock", path);
  }
}

async function holder(path: string): Promise<string> {
  return await Deno.readTextFile(path).catch(() => "") || "another process";
}

/** Where several machines share the disk, the process's number alone does not say enough. */
function host(): string {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "hostname" });
  return state === "granted" ? ` on ${Deno.hostname()}` : "";
}
