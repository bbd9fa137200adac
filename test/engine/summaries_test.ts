/** TensorBoard's event files, read as the records that they are (test:tensorboard has TensorBoard read them). */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { openSummaries } from "../../lib/engine/summaries.ts";
import { engine, startTensorFlow } from "../../lib/engine/tensorflow.ts";
import { UserError } from "../../lib/files/user_error.ts";

await startTensorFlow({ threads: 2 });

/** CRC-32C (Castagnoli), as TFRecord files mask it. */
function maskedCrc(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** The records of a file: length, its checksum, data, their checksum. */
function recordsOf(bytes: Buffer): Buffer[] {
  const records: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at));
    const data = bytes.subarray(at + 12, at + 12 + length);
    assertEquals(bytes.readUInt32LE(at + 8), maskedCrc(bytes.subarray(at, at + 8)));
    assertEquals(bytes.readUInt32LE(at + 12 + length), maskedCrc(data));
    records.push(data);
    at += 16 + length;
  }
  return records;
}

async function eventsIn(directory: string): Promise<Buffer[][]> {
  const names = (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name).sort();
  assert(names.every((name) => name.startsWith("events.out.tfevents.")), names.join());
  return await Promise.all(
    names.map(async (name) => recordsOf(Buffer.from(await Deno.readFile(`${directory}/${name}`)))),
  );
}

Deno.test("an event file holds a record for each number; opened again, a second file follows; no handle is left", async () => {
  const directory = await Deno.makeTempDir();
  const before = engine().binding.getNumOfTensors();
  for (const values of [[0.5, 0.25], [2]]) {
    const summaries = openSummaries(directory);
    values.forEach((value, step) => summaries.scalar("loss", step, value));
    summaries.close();
  }
  assertEquals(engine().binding.getNumOfTensors(), before);
  const [first, second] = await eventsIn(directory);
  const float = (value: number) => Buffer.from(Float32Array.of(value).buffer);
  assert(first[0].includes("brain.Event:2"));
  assertEquals([first.length, second.length], [3, 2]);
  const records = [[first[1], 0.5], [first[2], 0.25], [second[1], 2]] as const;
  for (const [record, value] of records) assert(record.includes("loss") && record.includes(float(value)));
  await Deno.remove(directory, { recursive: true });
});

Deno.test("a folder that cannot be written is named", () => {
  assertThrows(
    () => openSummaries("/dev/null/run"),
    UserError,
    "/dev/null/run: TensorBoard's event file cannot be written",
  );
});
