/** A lock's change of hands under every order in which the steps of several processes may fall. */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ownerOf, type Ownership, takeOwnership } from "../../lib/files/lock_owner.ts";

/** Lets `s` choose which call to the file system comes next, of all that wait. */
async function scheduled(s: fc.Scheduler, work: () => Promise<void>): Promise<void> {
  const { mkdir, open, rename, remove, readTextFile } = Deno;
  const later = <A extends unknown[], T>(call: (...args: A) => Promise<T>) => async (...args: A) => {
    await s.schedule(Promise.resolve());
    return await call(...args);
  };
  Object.assign(Deno, {
    mkdir: later(mkdir),
    open: later(open),
    rename: later(rename),
    remove: later(remove),
    readTextFile: later(readTextFile),
  });
  try {
    await s.waitFor(work());
  } finally {
    Object.assign(Deno, { mkdir, open, rename, remove, readTextFile });
  }
}

Deno.test("of processes that take, lose, give back and take over in any order, one owns the lock at a time", async () => {
  const folder = await Deno.makeTempDir();
  let runs = 0, overtaken = 0;
  const ends = fc.constantFrom("releases", "dies", "dies and wakes");
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(fc.array(ends, { minLength: 1, maxLength: 3 }), { maxLength: 4 }), async (
      s,
      processes,
    ) => {
      const path = `${folder}/${runs++}`;
      const dead = new Set<string>(), inside = new Set<Ownership>();
      const process = async (ends: readonly string[]) => {
        for (const end of ends) {
          let mine: Ownership | null = null;
          for (let tries = 0; tries < 5 && mine === null; tries++) {
            const owner = await ownerOf(path);
            if (owner === null || dead.has(owner.name)) mine = await takeOwnership(path, owner);
            if (mine !== null && owner !== null) overtaken++;
          }
          if (mine === null) continue;
          inside.add(mine);
          assertEquals(inside.size, 1);
          const { name } = (await ownerOf(path))!;
          assert(await mine.beat(), "an owner keeps what it has");
          assertEquals(inside.size, 1);
          inside.delete(mine);
          if (end === "releases") {
            await mine.release();
          } else {
            dead.add(name);
            if (end === "dies and wakes") await mine.beat().then(mine!.release);
          }
        }
      };
      await scheduled(s, async () => void await Promise.all(processes.map(process)));
      const left = await ownerOf(path);
      assert(left === null || dead.has(left.name));
    }),
    { numRuns: 200 },
  );
  assert(overtaken > 50, `${overtaken} take-overs`);
  const names = (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).filter((name) =>
    name.endsWith(".new")
  );
  assertEquals(names, []);
  await Deno.remove(folder, { recursive: true });
});
