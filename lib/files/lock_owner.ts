/**
 * Who owns a lock, on a file system that several machines may share, told by names alone:
 *
 *     LOCK/owner.TOKEN                    a folder that holds its owner; its text says who, and counts up while it lives
 *     LOCK.TOKEN.new/owner.TOKEN          the same, before it is moved into place
 *
 * Each change of owner is one rename or one removal, which a file system grants to one process only, on any machine:
 *
 *  - What is free is taken by moving a folder into place that has its owner in it already. That fails where a folder with
 *    another owner is; an empty one is free.
 *  - A dead owner's file is renamed to the name of the next. Whoever comes second, or meant an owner before that one, finds
 *    no file of the name that it wants to rename.
 *  - An owner gives back by removing the file of its own name, and so never its successor's.
 *
 * A record alone cannot say whether its owner lives. So the owner holds a lock of the operating system on its file (flock)
 * where the file system has them: the kernel drops it when the owner dies, `kill -9` included, and for processes of one
 * machine that is proof, at once. Other machines may not see it (NFS mounted without locks, FUSE), nor each other's clocks;
 * they watch whether the count moves (see `lock_watch.ts`).
 */
import { writeAll } from "./atomic.ts";
import { errnoOf, LACKS_LOCKS } from "./file_error.ts";
import { hostName } from "./host_name.ts";

/** What a look at a lock shows. */
export interface Owner {
  /** Name of its file. */
  name: string;
  /** The file's text; empty if it was gone when it was to be read. */
  text: string;
}

/** What an owner tells of itself. */
export interface OwnerRecord {
  /** Its process. */
  process: number;
  /** Its machine; null where it had no permission to ask. */
  host: string | null;
  /** When it began, by its own clock: for people. */
  since: string;
  /** What no other owner has. */
  token: string;
  /** Whether it holds the operating system's lock. */
  flock: boolean;
  /** Counts up while it lives; padded, so that the text keeps its length. */
  beat: string;
}

/** Ownership that was won. */
export interface Ownership {
  /**
   * Counts up, for whoever watches.
   *
   * @returns whether the lock is still ours
   */
  beat(): Promise<boolean>;
  /** Gives the lock back, if it is ours still. */
  release(): Promise<void>;
}

const PREFIX = "owner.";
/** What a rename says where another was first: the target is there, or not empty; the source is gone. */
const LATE = [17, 39, 2];

/**
 * Looks who owns a lock.
 *
 * @returns null if it is free
 */
export async function ownerOf(path: string): Promise<Owner | null> {
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(path)) names.push(name);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  // without an owner's file, one that NFS or FUSE keeps for a process that has it open: it stands for a dead owner's
  const name = names.find((name) => name.startsWith(PREFIX)) ?? names[0];
  if (name === undefined) return null;
  // a file that is gone is in other hands by now, or a list that NFS remembers is old: either way no sign of death
  return { name, text: await Deno.readTextFile(`${path}/${name}`).catch(absent) };
}

/** What the owner tells of itself; null if its file is half written, or still that of the owner before. */
export function recordOf({ name, text }: Owner): OwnerRecord | null {
  try {
    const record: OwnerRecord = JSON.parse(text);
    return name === PREFIX + record.token ? record : null;
  } catch {
    return null;
  }
}

/**
 * Takes a lock.
 *
 * @param path the lock; folders above it are made
 * @param over the owner that is dead; null if the lock was seen free
 * @returns null if another was faster
 */
export async function takeOwnership(path: string, over: Owner | null): Promise<Ownership | null> {
  const token = crypto.randomUUID(), name = PREFIX + token;
  const fresh = `${path}.${token}.new`, mine = `${path}/${name}`;
  await Deno.mkdir(fresh, { recursive: true });
  let file: Deno.FsFile | null = null, won = false;
  try {
    file = await Deno.open(`${fresh}/${name}`, { read: true, write: true, createNew: true });
    const write = recorder(file, token, await flock(file, true) === true);
    await write();
    if (over === null) {
      await renameUnlessLate(fresh, path);
    } else if (await renameUnlessLate(`${path}/${over.name}`, mine)) {
      await Deno.rename(`${fresh}/${name}`, mine); // a dead owner that wakes has the old file open, and may write there
    }
    won = await isThere(mine, token); // what a server did, it does not always tell: a repeated request fails
    return won ? ownership(path, mine, token, file, write) : null;
  } finally {
    if (!won) file?.close();
    await Deno.remove(fresh, { recursive: true }).catch(() => {});
  }
}

/**
 * Tries to lock an open file by the operating system.
 *
 * @returns false if another has the lock, null if this file system has no locks
 */
export async function flock(file: Deno.FsFile, exclusive: boolean): Promise<boolean | null> {
  try {
    return await file.tryLock(exclusive);
  } catch (error) {
    if (LACKS_LOCKS.includes(errnoOf(error))) return null;
    throw error;
  }
}

function ownership(
  path: string,
  mine: string,
  token: string,
  file: Deno.FsFile,
  write: () => Promise<void>,
): Ownership {
  return {
    async beat() {
      await write();
      return await isThere(mine, token);
    },
    async release() {
      file.close(); // first: NFS and FUSE keep an open file under another name, and the folder would not be empty
      await Deno.remove(mine).catch(() => {});
      await Deno.remove(path).catch(() => {}); // only if it is empty: else it has the next owner
    },
  };
}

/** Writes the record, one beat further each time, through to the disk, where other machines see it. */
function recorder(file: Deno.FsFile, token: string, flock: boolean): () => Promise<void> {
  const since = new Date().toISOString();
  let count = 0;
  return async () => {
    const beat = String(count++).padStart(9);
    const record: OwnerRecord = { process: Deno.pid, host: hostName(), since, token, flock, beat };
    await file.seek(0, Deno.SeekMode.Start);
    await writeAll(file, new TextEncoder().encode(JSON.stringify(record) + "\n"));
    await file.syncData();
  };
}

async function renameUnlessLate(from: string, to: string): Promise<boolean> {
  try {
    await Deno.rename(from, to);
    return true;
  } catch (error) {
    if (LATE.includes(errnoOf(error))) return false;
    throw error;
  }
}

/** Read rather than looked up: only an opened file is asked for anew on NFS. */
async function isThere(path: string, token: string): Promise<boolean> {
  return (await Deno.readTextFile(path).catch(absent)).includes(token);
}

function absent(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "";
  throw error;
}
