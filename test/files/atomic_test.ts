import { assert, assertEquals, assertRejects } from "@std/assert";
import { writeAtomic, writeTextAtomic } from "../../lib/files/atomic.ts";
import { UserError } from "../../lib/files/user_error.ts";

async function names(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder), (entry) => entry.name)).sort();
}

/** Runs `act` while every write to an open file fails as it does on a full disk. */
async function onFullDisk(act: () => Promise<void>): Promise<void> {
  const write = Deno.FsFile.prototype.write;
  Deno.FsFile.prototype.write = () => Promise.reject(new Error("No space left on device (os error 28)"));
  try {
    await act();
  } finally {
    Deno.FsFile.prototype.write = write;
  }
}

Deno.test("writeAtomic replaces a file and makes the folders above it", async () => {
  const folder = await Deno.makeTempDir(), path = `${folder}/a/b/c.bin`;
  await writeAtomic(path, Uint8Array.of(1));
  await writeAtomic(path, [Uint8Array.of(2, 3), new Uint8Array(), Uint8Array.of(4)]);
  assertEquals(await Deno.readFile(path), Uint8Array.of(2, 3, 4));
  await writeTextAtomic(path, "ü");
  assertEquals(await Deno.readFile(path), Uint8Array.of(0xc3, 0xbc));
  assertEquals(await names(`${folder}/a/b`), ["c.bin"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("writeAtomic on a full disk keeps the old file, leaves nothing beside it, and says what to do", async () => {
  const folder = await Deno.makeTempDir(), path = `${folder}/checkpoint`;
  await writeTextAtomic(path, "old");
  await onFullDisk(async () => {
    const error = await assertRejects(() => writeTextAtomic(path, "new"), UserError);
    assertEquals(
      error.message,
      `${path}: cannot write: no space left on the disk. Free some space or choose another place, and run again.`,
    );
  });
  assertEquals(await Deno.readTextFile(path), "old");
  assertEquals(await names(folder), ["checkpoint"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("writeAtomic keeps the old file when its data ends in an error, which comes through", async () => {
  const folder = await Deno.makeTempDir(), path = `${folder}/a`;
  await writeTextAtomic(path, "old");
  function* parts() {
    yield Uint8Array.of(1);
    throw new RangeError("fault of the program");
  }
  await assertRejects(() => writeAtomic(path, parts()), RangeError, "fault of the program");
  assertEquals(await Deno.readTextFile(path), "old");
  assertEquals(await names(folder), ["a"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("writeAtomic says why a place cannot be written", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/file`, "");
  await Deno.mkdir(`${folder}/full/inside`, { recursive: true });
  await assertRejects(() => writeTextAtomic(`${folder}/file/a`, ""), UserError, "is a file, not a folder");
  await assertRejects(() => writeTextAtomic(`${folder}/full`, ""), UserError, "it is a folder, not a file");
  await assertRejects(() => writeTextAtomic(`${folder}/${"x".repeat(300)}`, ""), UserError, "the name is too long");
  assertEquals(await names(folder), ["file", "full"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("writers of the same path at once leave one whole content", async () => {
  const folder = await Deno.makeTempDir(), path = `${folder}/a`;
  const contents = Array.from({ length: 8 }, (_, i) => new Uint8Array(10_000 + i).fill(i));
  await Promise.all(contents.map((bytes) => writeAtomic(path, [bytes.subarray(0, 5000), bytes.subarray(5000)])));
  const found = await Deno.readFile(path);
  assertEquals(found, contents[found[0]]);
  assertEquals(await names(folder), ["a"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("where the file system has no locks, writers of one path do not disturb each other either", async () => {
  const folder = await Deno.makeTempDir(), path = `${folder}/a`, { lock } = Deno.FsFile.prototype;
  Deno.FsFile.prototype.lock = () => Promise.reject(new Error("No locks available (os error 37)"));
  try {
    const contents = Array.from({ length: 8 }, (_, i) => new Uint8Array(10_000 + i).fill(i));
    await Promise.all(contents.map((bytes) => writeAtomic(path, [bytes.subarray(0, 5000), bytes.subarray(5000)])));
    const found = await Deno.readFile(path);
    assertEquals(found, contents[found[0]]);
    assertEquals(await names(folder), ["a"]);
  } finally {
    Deno.FsFile.prototype.lock = lock;
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("two machines that do not see each other's locks leave one whole content", async () => {
  const folder = await Deno.makeTempDir(), path = `${folder}/a`, { lock } = Deno.FsFile.prototype, { hostname } = Deno;
  const contents = [0, 1].map((i) => new Uint8Array(10_000 + i).fill(i));
  const begun = Promise.withResolvers<void>();
  Deno.FsFile.prototype.lock = () => Promise.resolve();
  try {
    Deno.hostname = () => "one";
    const slow = writeAtomic(
      path,
      function* () {
        yield contents[0].subarray(0, 5000);
        begun.resolve();
        yield new Uint8Array();
        yield contents[0].subarray(5000);
      }(),
    );
    await begun.promise;
    Deno.hostname = () => "two";
    await writeAtomic(path, contents[1]);
    await slow;
  } finally {
    Deno.FsFile.prototype.lock = lock;
    Deno.hostname = hostname;
  }
  const found = await Deno.readFile(path);
  assertEquals(found, contents[found[0]]);
  assertEquals(await names(folder), ["a"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a process that is killed while it writes leaves the old file, and the next write cleans up", async () => {
  const folder = await Deno.makeTempDir(), path = `${folder}/checkpoint`;
  await writeTextAtomic(path, "old");
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      "--no-lock",
      `--allow-read=${folder}`,
      `--allow-write=${folder}`,
      "--allow-sys=hostname",
      "-",
    ],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const program = `
    import { writeAtomic } from ${JSON.stringify(new URL("../../lib/files/atomic.ts", import.meta.url).href)};
    function* parts() {
      yield new Uint8Array(1 << 20);
      console.log("half");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); // until the kill
    }
    await writeAtomic(${JSON.stringify(path)}, parts());`;
  const input = child.stdin.getWriter();
  await input.write(new TextEncoder().encode(program));
  await input.close();
  const output = child.stdout.getReader();
  await output.read();
  child.kill("SIGKILL");
  assertEquals((await child.status).signal, "SIGKILL");
  await output.cancel();

  assertEquals(await Deno.readTextFile(path), "old");
  const left = `checkpoint.${Deno.hostname()}.tmp`;
  assertEquals(await names(folder), ["checkpoint", left]);
  assert((await Deno.stat(`${folder}/${left}`)).size >= 1 << 20);
  await writeTextAtomic(path, "new");
  assertEquals(await Deno.readTextFile(path), "new");
  assertEquals(await names(folder), ["checkpoint"]);
  await Deno.remove(folder, { recursive: true });
});
