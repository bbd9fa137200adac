/**
 * A lock that processes of this program understand, on one machine or on several that share a file system: who holds it
 * may write a folder, others are told who it is, or wait. It ends with its holder, however that ends: at once on the
 * same machine, after two minutes on others (see `lock_owner.ts` and `lock_watch.ts`).
 */
import { fileError } from "./file_error.ts";
import { type Owner, ownerOf, type Ownership, recordOf, takeOwnership } from "./lock_owner.ts";
import { lockWatch, PACE, type Pace } from "./lock_watch.ts";
import { UserError } from "./user_error.ts";

/** A lock that is held. `await using` gives it back at the end of the block. */
export interface Lock extends AsyncDisposable {
  /**
   * Makes sure that the lock is still ours; to be called before each write that it guards. Costs nothing but where this
   * process stood still for long.
   *
   * @throws {UserError} if another process has taken it over meanwhile
   */
  confirm(): Promise<void>;
  /** Gives the lock back and removes its file; a second call does nothing. */
  release(): Promise<void>;
}

/** What to do while another process holds the lock. */
export interface WaitOptions {
  /** Called once, before the wait begins, with a sentence that says who holds the lock. */
  onWait?: (why: string) => void;
  /** Other times than {@linkcode PACE}; all processes must have the same. */
  pace?: Pace;
}

/** Milliseconds between two looks. */
const PAUSE = 200;

/**
 * Takes the lock, or fails as soon as it is known that its holder lives: at once, or after a few seconds if that is on
 * another machine. A holder there that gives no sign of life is waited for two minutes.
 *
 * @param path the lock, a folder that is made with those above it
 * @param what what is locked, to begin the message with: "runs/demo"
 * @throws {UserError} if another process (or another part of this one) holds it, or it cannot be written
 *
 * @example
 * ```ts
 * import { acquireLock } from "./lock.ts";
 *
 * await using _lock = await acquireLock(await Deno.makeTempDir() + "/lock", "the run");
 * ```
 */
export async function acquireLock(path: string, what: string, options: WaitOptions = {}): Promise<Lock> {
  return await attempts(path, what, options, (owner) => {
    throw new UserError(
      `${what} is in use by ${described(owner)}. Wait until it ends, stop it, or choose another place.`,
    );
  });
}

/**
 * Takes the lock, and waits while another holds it.
 *
 * @param path the lock
 * @param what what is locked
 * @throws {UserError} if it cannot be written
 */
export async function waitForLock(path: string, what: string, options: WaitOptions = {}): Promise<Lock> {
  return await attempts(path, what, options, () => {});
}

/**
 * Whether a process holds a lock. Of one on another machine it may take three beats to tell.
 *
 * @throws {UserError} if the lock cannot be read
 */
export async function isLocked(path: string, { pace = PACE }: Pick<WaitOptions, "pace"> = {}): Promise<boolean> {
  const look = lockWatch(path, { ...pace, patience: 3 * pace.beat });
  try {
    for (;; await pause()) {
      const { standing } = await look();
      if (standing !== "unknown") return standing === "alive";
    }
  } catch (error) {
    throw fileError(error, "read", path);
  }
}

async function attempts(
  path: string,
  what: string,
  { onWait, pace = PACE }: WaitOptions,
  onAlive: (owner: Owner) => void,
): Promise<Lock> {
  const look = lockWatch(path, pace);
  try {
    for (let told = false;; await pause()) {
      const { standing, owner } = await look();
      if (standing === "free" || standing === "dead") {
        const won = await takeOwnership(path, owner);
        if (won !== null) return held(won, path, what, pace);
        continue;
      }
      if (standing === "alive") onAlive(owner!);
      if (!told) onWait?.(`${what} is in use by ${described(owner!)}: waiting`);
      told = true;
    }
  } catch (error) {
    throw fileError(error, "lock", path);
  }
}

/** Keeps the lock's count moving, and knows how long ago that was. */
function held(ownership: Ownership, path: string, what: string, { beat, patience }: Pace): Lock {
  let sure = clocks(), lost = false, given = false;
  let beating: Promise<void> | null = null;
  const count = () =>
    beating ??= (async () => {
      const began = clocks();
      if (await ownership.beat()) sure = began;
      else lost = true;
    })().finally(() => beating = null);
  // a file system that is out of reach for a moment takes nothing away: only who needs the lock then is told
  const timer = setInterval(() => count().catch(() => {}), beat);
  Deno.unrefTimer(timer);

  const release = async () => {
    if (given) return;
    given = true;
    clearInterval(timer);
    await beating?.catch(() => {});
    await ownership.release();
  };
  return {
    async confirm() {
      if (!lost && sure.every((then, i) => clocks()[i] - then < patience / 2)) return;
      await count().catch((error) => {
        throw fileError(error, "lock", path);
      });
      if (!lost) return;
      const owner = await ownerOf(path).catch(() => null);
      const why = owner === null
        ? "its lock was removed, perhaps with its folder"
        : `taken over by ${described(owner)} while this process stood still (a suspended machine?)`;
      throw new UserError(`${what}: ${why}. It ends without writing more; run it again, with --resume if it trains.`);
    },
    release,
    [Symbol.asyncDispose]: release,
  };
}

/** One clock stands while a machine sleeps, the other can be set; the one that tells more is believed. */
function clocks(): [monotonic: number, wall: number] {
  return [performance.now(), Date.now()];
}

function described(owner: Owner): string {
  const record = recordOf(owner);
  if (record === null) return "another process";
  return `process ${record.process}${record.host === null ? "" : ` on ${record.host}`} since ${record.since}`;
}

function pause(): Promise<void> {
  return new Promise((done) => setTimeout(done, PAUSE));
}
