import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { pack } from "tar-stream";
import { readTarGz, type TarFile } from "../../lib/files/tar.ts";
import { UserError } from "../../lib/files/user_error.ts";

type Entry = Parameters<ReturnType<typeof pack>["entry"]>[0] & { data?: Uint8Array };

/** The bytes of a tar archive of these entries. */
async function tar(entries: Entry[]): Promise<Uint8Array> {
  const archive = pack();
  for (const { data, ...header } of entries) archive.entry(header, data ?? new Uint8Array());
  archive.finalize();
  return new Uint8Array(
    await new Blob(await Array.fromAsync(archive as AsyncIterable<Uint8Array<ArrayBuffer>>)).arrayBuffer(),
  );
}

async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Reads an archive of these bytes. */
async function read(bytes: Uint8Array, wanted: (name: string) => boolean = () => true): Promise<TarFile[]> {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, bytes);
    return await Array.fromAsync(readTarGz(path, wanted));
  } finally {
    await Deno.remove(path);
  }
}

const batch = new Uint8Array(100_000).map((_, i) => i * 7 % 251);
const entries: Entry[] = [
  { name: "batches/", type: "directory" },
  { name: "batches/a.bin", data: batch },
  { name: "batches/empty.bin" },
  { name: `batches/${"long".repeat(60)}.bin`, data: Uint8Array.of(1) }, // needs a pax header
  { name: "batches/b.bin", data: Uint8Array.of(2) },
];

Deno.test("readTarGz gives the wanted files with their content", async () => {
  const bytes = await gzip(await tar(entries));
  assertEquals(await read(bytes, (name) => name === "batches/a.bin"), [{ name: "batches/a.bin", data: batch }]);
  assertEquals((await read(bytes)).map(({ name, data }) => [name, data.length]), [
    ["batches/a.bin", 100_000],
    ["batches/empty.bin", 0],
    [`batches/${"long".repeat(60)}.bin`, 1],
    ["batches/b.bin", 1],
  ]);
});

Deno.test("readTarGz lets go of the archive when its reader stops early", async () => {
  const path = await Deno.makeTempFile();
  await Deno.writeFile(path, await gzip(await tar(entries)));
  for await (const { name } of readTarGz(path, () => true)) {
    assertEquals(name, "batches/a.bin");
    break; // the test's own check finds a file that is left open
  }
  await Deno.remove(path);
});

Deno.test("an archive with a path out of its folder, a link or a device is refused, wanted or not", async () => {
  const bad: [entry: Entry, message: string][] = [
    [{ name: "../evil" }, 'its entry "../evil" leads out of its folder'],
    [{ name: "a/../../evil" }, "leads out of its folder"],
    [{ name: "/etc/passwd" }, "leads out of its folder"],
    [{ name: "link", type: "symlink", linkname: "/etc/passwd" }, 'its entry "link" is a symlink'],
    [{ name: "hard", type: "link", linkname: "a" }, 'its entry "hard" is a link'],
    [{ name: "null", type: "character-device" }, 'its entry "null" is a character-device'],
  ];
  for (const [entry, message] of bad) {
    const bytes = await gzip(await tar([{ name: "good", data: Uint8Array.of(1) }, entry]));
    await assertRejects(() => read(bytes, (name) => name === "good"), UserError, message);
  }
});

Deno.test("an archive that is cut off is refused, wherever the cut is", async () => {
  const whole = await tar(entries), packed = await gzip(whole);
  for (const length of [0, 1, 10, 100, packed.length - 9, packed.length - 1]) {
    await assertRejects(() => read(packed.subarray(0, length)), UserError, "cut off or damaged");
  }
  for (const length of [0, 300, 512, 1024, 50_000, whole.length - 1024, whole.length - 512]) {
    const cut = await gzip(whole.subarray(0, length)); // the compression is sound, the archive in it is not
    await assertRejects(() => read(cut), UserError, "cut off or damaged");
  }
});

Deno.test("an archive that is none, or not there, or claims too much, is refused in plain words", async () => {
  await assertRejects(() => read(new TextEncoder().encode("<html>404</html>")), UserError, "cut off or damaged");
  await assertRejects(() => Array.fromAsync(readTarGz("no/such.tar.gz", () => true)), UserError, "it does not exist");
  const header = (await tar([{ name: "huge", data: new Uint8Array(5) }])).slice();
  header.set(new TextEncoder().encode("77777777777"), 124); // its size, octal: 8 GiB
  const sum = header.subarray(0, 512).reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 32 : byte), 0);
  header.set(new TextEncoder().encode(sum.toString(8).padStart(6, "0")), 148);
  await assertRejects(() => gzip(header).then(read), UserError, 'its entry "huge" claims 8589934591 bytes');
});

Deno.test("a damaged archive is refused in plain words or read, never a crash", async () => {
  const whole = await tar(entries);
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.nat(255), async (at, value) => {
      const damaged = whole.slice();
      damaged[at % 10 ? at % 1024 : at % whole.length] = value; // mostly in the headers
      try {
        await read(await gzip(damaged));
      } catch (error) {
        assert(error instanceof UserError, String(error));
      }
    }),
    { numRuns: 60 },
  );
});
