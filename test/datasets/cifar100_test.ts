import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { CIFAR100, cifar100 } from "../../lib/datasets/cifar100.ts";
import { decodeRecords } from "../../lib/datasets/cifar_binary.ts";
import { UserError } from "../../lib/files/user_error.ts";

const record = (superclass: number, label: number, planes: Uint8Array) =>
  Uint8Array.from([superclass, label, ...planes]);

Deno.test("of CIFAR-100's two labels the second is the class, and pixels follow both", () => {
  const labelled = fc.tuple(
    fc.integer({ min: 0, max: 19 }),
    fc.integer({ min: 0, max: 99 }),
    fc.uint8Array({ minLength: 3072, maxLength: 3072 }),
  );
  fc.assert(
    fc.property(fc.array(labelled, { minLength: 1, maxLength: 3 }), fc.nat(1023), (records, pixel) => {
      const bytes = Uint8Array.from(records.flatMap((one) => [...record(...one)]));
      const images = new Uint8Array(records.length * 3072);
      const labels = new Int32Array(records.length);
      decodeRecords(CIFAR100, bytes, "train.bin", records.length, images, labels);
      assertEquals([...labels], records.map(([, label]) => label));
      for (const [number, [, , planes]] of records.entries()) {
        const at = number * 3072 + 3 * pixel;
        assertEquals([...images.subarray(at, at + 3)], [planes[pixel], planes[1024 + pixel], planes[2048 + pixel]]);
      }
    }),
    { numRuns: 20 },
  );
});

Deno.test("a superclass above 19 or a class above 99 is named with its record", () => {
  const decode = (superclass: number, label: number) => {
    const bytes = new Uint8Array([
      ...record(0, 0, new Uint8Array(3072)),
      ...record(superclass, label, new Uint8Array(3072)),
    ]);
    decodeRecords(CIFAR100, bytes, "test.bin", 2, new Uint8Array(6144), new Int32Array(2));
  };
  assertThrows(() => decode(20, 0), UserError, "test.bin: record 1 (counted from 0) has label 20, expected 0 to 19.");
  assertThrows(() => decode(0, 100), UserError, "test.bin: record 1 (counted from 0) has label 100, expected 0 to 99.");
  decode(19, 99);
});

Deno.test("cifar100 reads both files of its folder, and says which is missing or of another size", async () => {
  const dir = await Deno.makeTempDir();
  const folder = join(dir, "cifar-100-binary");
  await Deno.mkdir(folder);
  const files = [["train.bin", 153_700_000, 7], ["test.bin", 30_740_000, 8]] as const; // sizes as the site states them
  for (const [name, bytes, label] of files) { // black images but for the first
    await Deno.writeFile(join(folder, name), record(3, label, new Uint8Array(3072).fill(label)));
    await Deno.truncate(join(folder, name), bytes);
  }
  const { train, test, classes, source } = await cifar100({ dataDir: dir });
  assertEquals([train.labels.length, test.labels.length, classes.length], [50_000, 10_000, 100]);
  assertEquals([train.labels[0], test.labels[0], classes[7], classes[99]], [7, 8, "beetle", "worm"]);
  const hash = createHash("sha256");
  for (const [name] of files) hash.update(await Deno.readFile(join(folder, name)));
  assertEquals(source, { sha256: hash.digest("hex"), official: false });

  const message = async () => (await assertRejects(() => cifar100({ dataDir: dir }), UserError)).message;
  await Deno.truncate(join(folder, "test.bin"), 30_730_000); // CIFAR-10's
  assertStringIncludes(await message(), "test.bin: 30,730,000 bytes, expected 30,740,000 (10,000 records of 3,074).");
  await Deno.remove(join(folder, "test.bin"));
  assertStringIncludes(await message(), "test.bin not there. CIFAR-100 has train.bin, test.bin: unpack");
  await Deno.remove(dir, { recursive: true });
});
