import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { acquireLock, waitForLock } from "../../lib/files/lock.ts";
import { UserError } from "../../lib/files/user_error.ts";

const module = new URL("../../lib/files/lock.ts", import.meta.url).href;

/** A child process that takes the lock, says so, and holds it until it is killed. */
async function holdElsewhere(path: string): Promise<Deno.ChildProcess> {
  const folder = path.slice(0, path.lastIndexOf("/"));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-lock", `--allow-read=${folder}`, `--allow-write=${folder}`, "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(`
    import { acquireLock } from ${JSON.stringify(module)};
    await acquireLock(${JSON.stringify(path)}, "x");
    console.log("held");
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`));
  await input.close();
  const output = child.stdout.getReader();
  await output.read();
  await output.cancel();
  return child;
}

Deno.test("a lock keeps others out until it is released, and its file goes with it", async () => {
  const folder = await Deno.makeTempDir(), path = `${folder}/run/lock`;
  const lock = await acquireLock(path, "the run");
  const error = await assertRejects(() => acquireLock(path, "the run"), UserError);
  assertMatch(error.message, /^the run is in use by process \d+ .*since .*Wait until it ends/);
  await lock.release();
  await lock.release();
  assertEquals(await Array.fromAsync(Deno.readDir(`${folder}/run`)), []);
  {
    await using _again = await acquireLock(path, "the run");
    await assertRejects(() => acquireLock(path, "the run"), UserError);
  }
  await using _free = await acquireLock(path, "the run");
  await Deno.remove(folder, { recursive: true });
});

Deno.test("another process's lock is respected while it lives, and taken over at once when it is killed", async () => {
  const folder = await Deno.makeTempDir(), path = `${folder}/lock`;
  const child = await holdElsewhere(path);
  const error = await assertRejects(() => acquireLock(path, "the run"), UserError);
  assert(error.message.includes(`process ${child.pid}`), error.message);
  child.kill("SIGKILL");
  await child.status;
  assert(await Deno.stat(path), "the dead process's file is still there");
  await using _lock = await acquireLock(path, "the run");
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

Deno.test("a lock file that cannot be made is explained", async () => {
  const file = await Deno.makeTempFile();
  await assertRejects(() => acquireLock(`${file}/lock`, "the run"), UserError, "is a file, not a folder");
  await Deno.remove(file);
});
