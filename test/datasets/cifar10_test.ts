import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import tar from "tar-stream";
import { CIFAR10, cifar10 } from "../../lib/datasets/cifar10.ts";
import { decodeRecords } from "../../lib/datasets/cifar_binary.ts";
import type { Dataset } from "../../lib/datasets/image_set.ts";
import { UserError } from "../../lib/files/user_error.ts";

const batches = [1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`).concat("test_batch.bin");
const bytesPerBatch = 30_730_000; // the size that the data set's site states

/** Runs with the data folder `DIR/cifar-10-batches-bin` and removes DIR afterwards. */
async function withFolder(run: (dir: string, folder: string) => Promise<void>): Promise<void> {
  const dir = await Deno.makeTempDir();
  try {
    const folder = join(dir, "cifar-10-batches-bin");
    await Deno.mkdir(folder);
    for (const [number, name] of batches.entries()) await writeBatch(join(folder, name), number);
    await run(dir, folder);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** A batch of black images (holes in the file) but for the first: label `number`, colour (number, 100, 200). */
async function writeBatch(path: string, number: number): Promise<void> {
  const record = new Uint8Array(3073).fill(number, 0, 1025).fill(100, 1025, 2049).fill(200, 2049);
  await Deno.writeFile(path, record);
  await Deno.truncate(path, bytesPerBatch);
}

/** Writes an archive of the given files, as `gzip` and `tar` would. */
async function writeArchive(path: string, files: [name: string, data: Uint8Array][]): Promise<void> {
  const pack = tar.pack();
  for (const [name, data] of files) pack.entry({ name }, data as never);
  pack.finalize();
  await pipeline(Readable.from(pack), createGzip({ level: 1 }), createWriteStream(path));
}

function assertSame(actual: Dataset, expected: Dataset): void {
  assertEquals(actual.source, expected.source);
  for (const part of ["train", "test"] as const) {
    assertEquals(Buffer.compare(actual[part].images, expected[part].images), 0); // too long for assertEquals
    assertEquals(Buffer.compare(bytes(actual[part].labels), bytes(expected[part].labels)), 0);
  }
}

const bytes = ({ buffer, byteOffset, byteLength }: Int32Array) => new Uint8Array(buffer, byteOffset, byteLength);

async function message(dataDir: string): Promise<string> {
  return (await assertRejects(() => cifar10({ dataDir }), UserError)).message;
}

Deno.test("decodeRecords turns a label and three colour planes into a label and interleaved pixels", () => {
  const record = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.uint8Array({ minLength: 3072, maxLength: 3072 }));
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 4 }), fc.nat(1023), (records, pixel) => {
      const bytes = Uint8Array.from(records.flatMap(([label, planes]) => [label, ...planes]));
      const images = new Uint8Array(records.length * 3072);
      const labels = new Int32Array(records.length);
      decodeRecords(CIFAR10, bytes, "batch", records.length, images, labels);
      assertEquals([...labels], records.map(([label]) => label));
      for (const [number, [, planes]] of records.entries()) {
        const at = number * 3072 + 3 * pixel;
        assertEquals([...images.subarray(at, at + 3)], [planes[pixel], planes[1024 + pixel], planes[2048 + pixel]]);
        const image = images.subarray(number * 3072, (number + 1) * 3072);
        assertEquals(image.filter((_, i) => i % 3 === 1), planes.subarray(1024, 2048));
      }
    }),
    { numRuns: 30 },
  );
});

Deno.test("decodeRecords refuses any other size, and says what it expected", () => {
  const decode = (bytes: number) =>
    decodeRecords(CIFAR10, new Uint8Array(bytes), "data_batch_3.bin", 2, new Uint8Array(6144), new Int32Array(2));
  const message = (bytes: number) => assertThrows(() => decode(bytes), UserError).message;
  assertStringIncludes(message(6000), "data_batch_3.bin: 6,000 bytes, expected 6,146 (2 records of 3,073).");
  assertStringIncludes(message(6000), "is cut off");
  assertStringIncludes(message(0), "0 bytes");
  assertStringIncludes(message(6147), "is not one of CIFAR-10");
});

Deno.test("decodeRecords refuses a label above 9, and names the record", () => {
  const bytes = new Uint8Array(2 * 3073);
  bytes[3073] = 10;
  const decode = () => decodeRecords(CIFAR10, bytes, "test_batch.bin", 2, new Uint8Array(6144), new Int32Array(2));
  assertThrows(decode, UserError, "test_batch.bin: record 1 (counted from 0) has label 10, expected 0 to 9.");
});

Deno.test("cifar10 reads a folder, or the one above it, in the official order, and knows other pixels", async () => {
  await withFolder(async (dir, folder) => {
    const data = await cifar10({ dataDir: dir });
    assertEquals([data.train.labels.length, data.test.labels.length], [50_000, 10_000]);
    assertEquals(data.train.images.length, 50_000 * 3072);
    for (let number = 0; number < 5; number++) {
      assertEquals(data.train.labels[number * 10_000], number);
      assertEquals([...data.train.images.subarray(number * 10_000 * 3072).subarray(0, 3)], [number, 100, 200]);
      assertEquals(data.train.index[number * 10_000], number * 10_000);
    }
    assertEquals([data.test.labels[0], data.test.index[0]], [5, 0]);
    assertEquals([...data.test.images.subarray(0, 6)], [5, 100, 200, 5, 100, 200]);
    const hash = createHash("sha256");
    for (const name of batches) hash.update(await Deno.readFile(join(folder, name)));
    assertEquals(data.source, { sha256: hash.digest("hex"), official: false });
    assertSame(await cifar10({ dataDir: folder }), data);
  });
});

Deno.test("cifar10 says which batch is missing, cut off, or holds an impossible label", async () => {
  await withFolder(async (dir, folder) => {
    const third = join(folder, "data_batch_3.bin");
    await Deno.truncate(third, bytesPerBatch - 20_000);
    assertStringIncludes(
      await message(dir),
      `${third}: 30,710,000 bytes, expected 30,730,000 (10,000 records of 3,073).`,
    );
    await Deno.truncate(third, bytesPerBatch);
    using file = await Deno.open(third, { write: true });
    await file.seek(77 * 3073, Deno.SeekMode.Start);
    await file.write(Uint8Array.of(255));
    assertStringIncludes(await message(dir), `${third}: record 77 (counted from 0) has label 255`);
    await Deno.remove(third);
    assertStringIncludes(await message(dir), "data_batch_3.bin not there");
    await Deno.mkdir(third);
    assertStringIncludes(await message(dir), third);
  });
});

Deno.test("cifar10 refuses a data folder that is absent, empty, or a file", async () => {
  const dir = await Deno.makeTempDir();
  try {
    assertStringIncludes(await message(join(dir, "nowhere")), "nowhere");
    assertStringIncludes(
      await message(dir),
      "holds neither the files of cifar-10-batches-bin nor cifar-10-binary.tar.gz",
    );
    const file = join(dir, "cifar-10-binary.tar.gz");
    await Deno.writeTextFile(file, "not an archive");
    assertStringIncludes(await message(file), "is a file. Pass the folder");
    assertStringIncludes(await message(dir), file);
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});

Deno.test("cifar10 without a data folder takes the archive from the cache, if it is the published one", async () => {
  const [home, before] = [await Deno.makeTempDir(), Deno.env.get("BACKMIX_HOME")];
  try {
    Deno.env.set("BACKMIX_HOME", home);
    const path = join(home, "datasets", "cifar-10-binary.tar.gz");
    await Deno.mkdir(join(home, "datasets"));
    await Deno.writeFile(path, new Uint8Array(10));
    const { message } = await assertRejects(() => cifar10(), UserError);
    assertStringIncludes(message, `${path}: 10 bytes, expected 170052171`);
  } finally {
    if (before === undefined) Deno.env.delete("BACKMIX_HOME");
    else Deno.env.set("BACKMIX_HOME", before);
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("cifar10 reads the official archive's form without unpacking it to disk", async () => {
  await withFolder(async (dir, folder) => {
    const expected = await cifar10({ dataDir: folder });
    const files: [string, Uint8Array][] = [["cifar-10-batches-bin/readme.html", new Uint8Array(10)]];
    for (const name of batches.toReversed()) {
      files.push([`cifar-10-batches-bin/${name}`, await Deno.readFile(join(folder, name))]);
    }
    await writeArchive(join(dir, "cifar-10-binary.tar.gz"), files);
    await Deno.remove(folder, { recursive: true });
    assertSame(await cifar10({ dataDir: dir }), expected);
    assertEquals((await Array.fromAsync(Deno.readDir(dir))).map((entry) => entry.name), ["cifar-10-binary.tar.gz"]);
  });
});

Deno.test("cifar10 refuses an archive that leaves its folder or lacks a batch", async () => {
  const dir = await Deno.makeTempDir();
  try {
    const path = join(dir, "cifar-10-binary.tar.gz");
    await writeArchive(path, [["../data_batch_1.bin", new Uint8Array(3073)]]);
    assertStringIncludes(await message(dir), "..");
    await writeArchive(path, [["cifar-10-batches-bin/data_batch_1.bin", new Uint8Array(bytesPerBatch)]]);
    assertStringIncludes(await message(dir), "cifar-10-batches-bin/data_batch_2.bin not in it");
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
});
