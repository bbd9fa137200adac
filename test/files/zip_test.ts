import { assertEquals, assertRejects } from "@std/assert";
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js";
import { UserError } from "../../lib/files/user_error.ts";
import { openZip } from "../../lib/files/zip.ts";

Deno.test("an entry that the directory calls otherwise than the archive itself is refused", async () => {
  const writer = new ZipWriter(new Uint8ArrayWriter(), { useWebWorkers: false });
  for (const [k, name] of ["one", "two"].entries()) await writer.add(name, new Uint8ArrayReader(Uint8Array.of(k, k)));
  const bytes = await writer.close(), view = new DataView(bytes.buffer, bytes.byteOffset);
  const path = await Deno.makeTempFile();
  const read = async (name: string, content = bytes) => {
    await Deno.writeFile(path, content);
    using archive = await openZip(path, 100);
    return [...await archive.read(name)];
  };
  assertEquals([await read("one"), await read("two")], [[0, 0], [1, 1]]);
  // a record of the directory begins with this mark, and has its name behind 46 bytes
  const records = [...bytes.keys()].filter((at) => at + 4 <= bytes.length && view.getUint32(at, true) === 0x02014b50);
  const swapped = records.map((at) => bytes.slice(at + 46, at + 49)).toReversed();
  records.forEach((at, k) => bytes.set(swapped[k], at + 46));
  for (const name of ["one", "two"]) {
    await assertRejects(() => read(name), UserError, `${name} has another name in the directory than before its data`);
  }
  records.forEach((at, k) => bytes.set(swapped[1 - k], at + 46));
  const cut = bytes.slice(10); // the directory now puts the first entry before the file's begin
  await assertRejects(() => read("one", cut), UserError, `${path}: one begins before the archive.`);
  assertEquals(await read("one"), [0, 0]);
  await Deno.remove(path);
});
