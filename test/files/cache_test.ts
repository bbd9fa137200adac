import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { cacheEntries, cacheFolder, cacheHome, clearCache } from "../../lib/files/cache.ts";
import { UserError } from "../../lib/files/user_error.ts";

/** Runs `act` with these environment variables and no others of the cache's. */
async function withEnv(values: Record<string, string>, act: () => Promise<void> | void): Promise<void> {
  const names = ["BACKMIX_HOME", "XDG_CACHE_HOME", "HOME"], before = names.map((name) => Deno.env.get(name));
  const set = (name: string, value?: string) => value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
  names.forEach((name) => set(name, values[name]));
  try {
    await act();
  } finally {
    names.forEach((name, i) => set(name, before[i]));
  }
}

Deno.test("the cache lies in BACKMIX_HOME, else where XDG says, else in ~/.cache", async () => {
  const all = { BACKMIX_HOME: "/a", XDG_CACHE_HOME: "/b", HOME: "/c" };
  await withEnv(all, () => assertEquals(cacheHome(), "/a"));
  await withEnv({ ...all, BACKMIX_HOME: "" }, () => assertEquals(cacheHome(), "/b/backmix-lab"));
  await withEnv({ XDG_CACHE_HOME: "relative", HOME: "/c" }, () => assertEquals(cacheHome(), "/c/.cache/backmix-lab"));
  await withEnv({ BACKMIX_HOME: "relative" }, () => assertEquals(cacheHome(), `${Deno.cwd()}/relative`));
  await withEnv({}, () => void assertThrows(cacheHome, UserError, "Set BACKMIX_HOME"));
});

Deno.test("the cache lists and clears its own folders, and leaves what others put beside them", async () => {
  const home = await Deno.makeTempDir();
  await withEnv({ BACKMIX_HOME: home }, async () => {
    await Deno.mkdir(`${home}/mine`);
    await Deno.writeTextFile(`${home}/mine/thesis.tex`, "x");
    const folder = await cacheFolder("tensorflow");
    assertEquals(folder, `${home}/tensorflow`);
    assertEquals(await cacheFolder("tensorflow"), folder);
    await Deno.mkdir(`${folder}/lib`);
    await Deno.writeFile(`${folder}/lib/a.so`, new Uint8Array(1000));
    await Deno.symlink(`${home}/mine`, `${folder}/link`);
    const tag = (await Deno.stat(`${folder}/CACHEDIR.TAG`)).size, link = (await Deno.lstat(`${folder}/link`)).size;
    const entries = [{ path: folder, bytes: 1000 + tag + link, files: 3 }];
    assertEquals(await cacheEntries(), entries);
    assertEquals(await clearCache(), entries);
    assertEquals(await cacheEntries(), []);
    assertEquals(await Deno.readTextFile(`${home}/mine/thesis.tex`), "x");
  });
  await Deno.remove(home, { recursive: true });
});

Deno.test("an absent cache is empty, and a cleared one is gone", async () => {
  const home = await Deno.makeTempDir() + "/cache";
  await withEnv({ BACKMIX_HOME: home }, async () => {
    assertEquals(await cacheEntries(), []);
    assertEquals(await clearCache(), []);
    await cacheFolder("data");
    await clearCache();
    await assertRejects(() => Deno.stat(home), Deno.errors.NotFound);
  });
});

Deno.test("a cache in a place that cannot be is explained", async () => {
  const file = await Deno.makeTempFile();
  await withEnv({ BACKMIX_HOME: `${file}/cache` }, async () => {
    await assertRejects(() => cacheFolder("data"), UserError, "is a file, not a folder");
  });
  await Deno.remove(file);
});
