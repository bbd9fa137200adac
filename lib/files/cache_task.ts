/** `deno task cache`: what the cache holds, and a way to clear it. */
import { cacheEntries, type CacheEntry, cacheHome, clearCache } from "./cache.ts";
import { runTask } from "./task.ts";
import { taskArguments } from "./task_arguments.ts";

const help = `Shows what BackMix Lab has fetched or unpacked for this user, and clears it.

    deno task cache            list the cache's folders with their sizes
    deno task cache --clear    remove them; what is needed again is fetched again

The cache lies in BACKMIX_HOME, else in $XDG_CACHE_HOME/backmix-lab, else in ~/.cache/backmix-lab.
Costs nothing; writes nothing but what --clear removes.`;

async function main(args: string[]): Promise<void> {
  const given = taskArguments(args, { task: "cache", flags: ["clear"], paths: { count: 0, called: "paths" } });
  if (given === null) return console.log(help);
  const { clear } = given.flags;
  const entries = clear ? await clearCache() : await cacheEntries();
  console.log(table(entries, clear ? "removed from" : "in"));
}

function table(entries: CacheEntry[], where: string): string {
  const sum = { bytes: 0, files: 0 };
  const rows = entries.map(({ path, bytes, files }) => {
    sum.bytes += bytes;
    sum.files += files;
    return row(bytes, files, path);
  });
  return [...rows, row(sum.bytes, sum.files, `${where} ${cacheHome()}`)].join("\n");
}

function row(bytes: number, files: number, what: string): string {
  return `${(bytes / 1e6).toFixed(1).padStart(9)} MB ${String(files).padStart(6)} files  ${what}`;
}

if (import.meta.main) await runTask(() => main(Deno.args));
