/**
 * Whether a lock's owner lives. On its own machine the kernel knows. From elsewhere its record is watched: what does not
 * move for so long, by the clock of whoever watches, is dead. Times of two machines are never compared.
 */
import { hostName } from "./host_name.ts";
import { flock, type Owner, ownerOf, recordOf } from "./lock_owner.ts";

/** What is known of a lock: nobody has it, its owner lives or is dead, or nothing yet. */
export type Standing = "free" | "alive" | "dead" | "unknown";

/** How fast an owner counts, and how long one that does not is thought to live, in milliseconds. */
export interface Pace {
  /** Between two counts. */
  beat: number;
  /** Without one. */
  patience: number;
}

/** Two minutes are more than the longest work here that lets no timer run, and less than what a cluster takes to queue. */
export const PACE: Pace = { beat: 5_000, patience: 120_000 };

/** What one look at most counts as: more has passed if the one who watches stood still, and so perhaps the owner too. */
const LOOK = 1000;

/** Watches a lock; each call looks once. */
export function lockWatch(
  path: string,
  { patience }: Pace = PACE,
): () => Promise<{ standing: Standing; owner: Owner | null }> {
  let last: Owner | null = null;
  let looked = performance.now(), still = 0;
  return async () => {
    const owner = await ownerOf(path);
    const moved = last !== null && (owner?.name !== last.name || owner.text !== last.text);
    const now = performance.now();
    still = moved ? 0 : still + Math.min(now - looked, LOOK);
    [last, looked] = [owner, now];
    return { owner, standing: owner === null ? "free" : await judged(path, owner, moved, still >= patience) };
  };
}

/**
 * The kernel's word decides where owner and watcher share it, which they do if their machines have one name. Elsewhere it may
 * say that an owner lives, no more: the lock of a machine that fell off the network may outlive it.
 */
async function judged(path: string, owner: Owner, moved: boolean, silent: boolean): Promise<Standing> {
  const record = recordOf(owner), host = hostName();
  const held = record?.flock ? await isFlocked(`${path}/${owner.name}`) : null;
  if (held !== null && host !== null && record?.host === host) return held ? "alive" : "dead";
  if (silent) return "dead";
  return moved || held ? "alive" : "unknown";
}

/** Whether a process holds the operating system's lock on a file; null if the file is gone, or without locks. */
async function isFlocked(path: string): Promise<boolean | null> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  try {
    const got = await flock(file, false); // shared, so that those who look do not take each other for the owner
    return got === null ? null : !got;
  } finally {
    file.close();
  }
}
