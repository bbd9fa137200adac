import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { acquireLock, isLocked, waitForLock } from "../../lib/files/lock.ts";
import { lockWatch, PACE } from "../../lib/files/lock_watch.ts";
import { UserError } from "../../lib/files/user_error.ts";
import type { Machine } from "./lock_child.ts";

const script = new URL("lock_child.ts", import.meta.url).pathname;
const config = new URL("../../deno.json", import.meta.url).pathname;
/** So that a test need not wait for minutes; long enough for a busy machine to count in. */
const FAST = { beat: 100, patience: 2000 };

/** Starts `lock_child.ts`; least permissions show what locks need. */
function spawn(path: string, machine: Machine): Deno.ChildProcess {
  const folder = path.slice(0, path.lastIndexOf("/"));
  const permissions = [`--allow-read=${folder}`, `--allow-write=${folder}`, "--allow-sys=hostname"];
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--config", config, ...permissions, script, path, JSON.stringify(machine)],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
}

/** A process that holds the lock until it is killed. */
async function holdElsewhere(path: string, machine: Machine = {}) {
  const child = spawn(path, machine);
  const output = child.stdout.pipeThrough(new TextDecoderStream()).getReader(), input = child.stdin.getWriter();
  const next = async () => (await output.read()).value?.trim();
  assertEquals(await next(), "held");
  return {
    pid: child.pid,
    kill: (signal: Deno.Signal) => child.kill(signal),
    ask: async (what: string) => {
      await input.write(new TextEncoder().encode(what + "\n"));
      return await next();
    },
    async [Symbol.asyncDispose]() {
      try {
        child.kill("SIGKILL");
      } catch { /* it ended before */ }
      await child.status;
      await output.cancel();
      await input.close().catch(() => {});
    },
  };
}

async function names(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), ({ name }) => name)).sort();
}

Deno.test("a lock keeps others out until it is released, and its file goes with it", async () => {
  const folder = await Deno.makeTempDir(), path = `${folder}/run/lock`;
  const lock = await acquireLock(path, "the run");
  const error = await assertRejects(() => acquireLock(path, "the run"), UserError);
  assertMatch(error.message, /^the run is in use by process \d+ .*since .*Wait until it ends/);
  await lock.confirm();
  assertEquals(await isLocked(path), true);
  await lock.release();
  await lock.release();
  assertEquals(await names(`${folder}/run`), []);
  assertEquals(await isLocked(path), false);
  {
    await using _again = await acquireLock(path, "the run");
    await assertRejects(() => acquireLock(path, "the run"), UserError);
  }
  await using _free = await acquireLock(path, "the run");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a lock that could not be signed, for the disk is full, is not held", async () => {
  const path = `${await Deno.makeTempDir()}/lock`;
  const { write } = Deno.FsFile.prototype;
  Deno.FsFile.prototype.write = () => Promise.reject(new Error("No space left on device (os error 28)"));
  try {
    const error = await assertRejects(() => acquireLock(path, "the run"), UserError);
    assertMatch(error.message, /lock: cannot lock: no space left on the disk\./);
  } finally {
    Deno.FsFile.prototype.write = write;
  }
  await (await acquireLock(path, "the run")).release();
});

Deno.test("another process's lock is respected while it lives, and taken over at once when it is killed", async () => {
  const folder = await Deno.makeTempDir(), path = `${folder}/lock`;
  {
    await using child = await holdElsewhere(path);
    const error = await assertRejects(() => acquireLock(path, "the run"), UserError);
    assert(error.message.includes(`process ${child.pid} on ${Deno.hostname()} `), error.message);
  }
  assertEquals((await names(path)).length, 1, "the dead process's file is still there");
  const look = lockWatch(path);
  assertEquals((await look()).standing, "dead"); // by the first look
  await using _lock = await acquireLock(path, "the run");
  await Deno.remove(folder, { recursive: true });
});

for (const flock of ["none", "blind"] as const) {
  for (const ahead of [5, -5]) {
    const machine = `${
      flock === "none" ? "without locks of the system" : "whose locks nobody sees"
    }, ${ahead} hours off,`;
    Deno.test(`a machine ${machine} keeps its lock while it counts, and loses it when it is killed`, async () => {
      const folder = await Deno.makeTempDir(), path = `${folder}/lock`;
      {
        await using child = await holdElsewhere(path, { host: "elsewhere", flock, ahead, pace: FAST });
        const error = await assertRejects(() => acquireLock(path, "the run"), UserError); // by a count that moved
        assertMatch(error.message, new RegExp(`^the run is in use by process ${child.pid} on elsewhere since `));
        assertEquals(await isLocked(path), true);
        assertEquals(await child.ask("write"), "written");
      }
      assertEquals(await isLocked(path, { pace: FAST }), false);
      const said: string[] = [];
      await using lock = await acquireLock(path, "the run", { pace: FAST, onWait: (why) => said.push(why) });
      await lock.confirm();
      assertMatch(said.join(), /^the run is in use by process \d+ on elsewhere since \S+: waiting$/);
      await Deno.remove(folder, { recursive: true });
    });
  }
}

Deno.test("a holder that stood still and was taken over ends before it writes, and leaves the new one alone", async () => {
  const folder = await Deno.makeTempDir(), path = `${folder}/lock`;
  await using child = await holdElsewhere(path, { host: "elsewhere", flock: "blind", pace: FAST });
  child.kill("SIGSTOP");
  await using lock = await waitForLock(path, "the run", { pace: FAST });
  child.kill("SIGCONT");
  const answer = `the run: taken over by process ${Deno.pid} on ${Deno.hostname()} since `;
  assertEquals((await child.ask("write"))?.slice(0, answer.length), answer);
  await child.ask("release");
  await lock.confirm();
  assertEquals(await names(folder), ["lock"]);
  await lock.release();
  assertEquals(await names(folder), []);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a stopped process of this machine keeps its lock: the kernel knows that it is there", async () => {
  const folder = await Deno.makeTempDir(), path = `${folder}/lock`;
  await using child = await holdElsewhere(path, { pace: FAST });
  child.kill("SIGSTOP");
  const look = lockWatch(path, { beat: 1, patience: 0 });
  for (let k = 0; k < 3; k++) assertEquals((await look()).standing, "alive");
  child.kill("SIGCONT");
  assertEquals(await child.ask("write"), "written");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("one who watches and stood still itself does not take that for the holder's death", async () => {
  const folder = await Deno.makeTempDir(), path = `${folder}/lock`, { now } = performance;
  await Deno.mkdir(path);
  await Deno.writeTextFile(`${path}/owner.of-another-machine`, "{");
  const look = lockWatch(path);
  let ahead = 0;
  performance.now = () => now.call(performance) + ahead;
  try {
    for (let k = 0; k < 100; k++, ahead += 3_600_000) assertEquals((await look()).standing, "unknown");
    for (let k = 0; k < 20; k++, ahead += 1000) await look();
    assertEquals((await look()).standing, "dead", "after 120 looks a second or more apart");
  } finally {
    performance.now = now;
  }
  assertEquals(PACE.patience, 120_000);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("machines that see none of each other's locks count together without losing one, after a dead one", async () => {
  const folder = await Deno.makeTempDir(), path = `${folder}/lock`;
  await Deno.writeTextFile(`${path}.count`, "0");
  await using child = await holdElsewhere(path, { host: "dead", flock: "blind", pace: FAST });
  await child[Symbol.asyncDispose]();
  const pace = { beat: 100, patience: 10_000 }; // nobody is to be taken for dead on a busy machine
  const machines = ["a", "b", "c"].map((host) => spawn(path, { host, flock: "blind", pace, rounds: 8 }));
  const ends = await Promise.all(machines.map(async (machine) => {
    await machine.stdin.close();
    return (await machine.output()).code;
  }));
  assertEquals(ends, [0, 0, 0]);
  assertEquals(await Deno.readTextFile(`${path}.count`), "24");
  assertEquals(await names(folder), ["lock.count"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a file that NFS keeps for a process that has it open counts as a dead owner's", async () => {
  const folder = await Deno.makeTempDir(), path = `${folder}/lock`;
  await Deno.mkdir(path);
  await Deno.writeTextFile(`${path}/.nfs0000000000000001`, "{}");
  {
    await using lock = await acquireLock(path, "the run", { pace: FAST });
    await lock.confirm();
  }
  assertEquals(await names(folder), []);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("waitForLock lets one in at a time, and says once for whom it waits", async () => {
  const folder = await Deno.makeTempDir(), path = `${folder}/lock`;
  let inside = 0, most = 0;
  const said: string[] = [], first = await acquireLock(path, "the cache");
  const both = Promise.withResolvers<void>();
  const onWait = (why: string) => void (said.push(why) === 2 && both.resolve());
  const waiting = [1, 2].map(async () => {
    await using _lock = await waitForLock(path, "the cache", { onWait });
    most = Math.max(most, ++inside);
    await new Promise((done) => setTimeout(done, 20));
    inside--;
  });
  await both.promise;
  assertEquals(most, 0);
  await first.release();
  await Promise.all(waiting);
  assertEquals(most, 1);
  assertEquals(said.length, 2);
  assertMatch(said[0], /^the cache is in use by process \d+ .*: waiting$/);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a lock whose folder was removed is told to its holder", async () => {
  const folder = await Deno.makeTempDir(), { now } = Date;
  await using lock = await acquireLock(`${folder}/lock`, "the run");
  await Deno.remove(folder, { recursive: true });
  Date.now = () => now() + 3_600_000; // as after a night's sleep: else it costs nothing
  try {
    await assertRejects(
      () => lock.confirm(),
      UserError,
      "the run: its lock was removed, perhaps with its folder. It ends",
    );
  } finally {
    Date.now = now;
  }
});

Deno.test("a lock file that cannot be made is explained", async () => {
  const file = await Deno.makeTempFile();
  await assertRejects(() => acquireLock(`${file}/lock`, "the run"), UserError, "is a file, not a folder");
  await Deno.remove(file);
});
