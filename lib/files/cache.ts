/**
 * The cache of the user: what was fetched or unpacked once and can be fetched again. Each of its folders holds a
 * CACHEDIR.TAG (https://bford.info/cachedir/), which tells backups to skip it and tells us that it is ours to clear.
 */
import { isAbsolute, join } from "node:path";
import { writeTextAtomic } from "./atomic.ts";
import { fileError } from "./file_error.ts";
import { UserError } from "./user_error.ts";

const tag = "CACHEDIR.TAG";
const signature = "Signature: 8a477f597d28d172789f06886806bc55";

/** One folder of the cache. */
export interface CacheEntry {
  /** The folder. */
  path: string;
  /** Size of its files together, in bytes. */
  bytes: number;
  /** Number of its files. */
  files: number;
}

/**
 * Where the cache lies: `BACKMIX_HOME`, or `$XDG_CACHE_HOME/backmix-lab`, or `~/.cache/backmix-lab`.
 *
 * @throws {UserError} if none of `BACKMIX_HOME`, `XDG_CACHE_HOME` and `HOME` is set
 */
export function cacheHome(): string {
  const own = Deno.env.get("BACKMIX_HOME"), shared = Deno.env.get("XDG_CACHE_HOME"), home = Deno.env.get("HOME");
  if (own) return isAbsolute(own) ? own : join(Deno.cwd(), own);
  if (shared && isAbsolute(shared)) return join(shared, "backmix-lab"); // a relative one is invalid and to be ignored
  if (home) return join(home, ".cache", "backmix-lab");
  throw new UserError("There is no place for the cache: HOME is not set. Set BACKMIX_HOME to a folder of your choice.");
}

/**
 * A folder of the cache, made where it is not there. Whatever goes into the cache goes into one of these.
 *
 * @param name what the folder is for, one word such as "tensorflow"
 * @returns its path
 * @throws {UserError} if it cannot be made
 */
export async function cacheFolder(name: string): Promise<string> {
  const path = join(cacheHome(), name);
  if (!await isOurs(path)) {
    await writeTextAtomic(
      join(path, tag),
      `${signature}\n# Made by BackMix Lab; "deno task cache --clear" removes this folder.\n`,
    );
  }
  return path;
}

/** The folders that the cache holds, by name. An absent cache is an empty one. */
export async function cacheEntries(): Promise<CacheEntry[]> {
  const home = cacheHome(), entries: CacheEntry[] = [];
  for (const item of await list(home)) {
    const path = join(home, item.name);
    if (item.isDirectory && await isOurs(path)) entries.push({ path, ...await measure(path) });
  }
  return entries.sort((a, b) => a.path < b.path ? -1 : 1);
}

/**
 * Removes the folders of the cache, and the cache itself if nothing else lies there. What others put beside them stays.
 *
 * @returns what was removed
 * @throws {UserError} if a folder cannot be removed
 */
export async function clearCache(): Promise<CacheEntry[]> {
  const entries = await cacheEntries();
  for (const { path } of entries) {
    await Deno.remove(path, { recursive: true }).catch((error) => {
      throw fileError(error, "remove", path);
    });
  }
  if ((await list(cacheHome())).length === 0) await Deno.remove(cacheHome()).catch(() => {});
  return entries;
}

async function isOurs(folder: string): Promise<boolean> {
  return (await Deno.readTextFile(join(folder, tag)).catch(() => "")).startsWith(signature);
}

async function measure(folder: string): Promise<{ bytes: number; files: number }> {
  const sum = { bytes: 0, files: 0 };
  for (const item of await list(folder)) {
    const path = join(folder, item.name);
    const part = item.isDirectory ? await measure(path) : { bytes: (await Deno.lstat(path)).size, files: 1 };
    sum.bytes += part.bytes;
    sum.files += part.files;
  }
  return sum;
}

async function list(folder: string): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(folder));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw fileError(error, "read", folder);
  }
}
