import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js";
import { join } from "node:path";
import { decodeJpeg } from "../../lib/datasets/jpeg.ts";
import { tinyImagenet } from "../../lib/datasets/tiny_imagenet.ts";
import { startTensorFlow } from "../../lib/engine/tensorflow.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { ownCache } from "../files/own_cache.ts";

await startTensorFlow({ threads: 2 });
const home = await ownCache();

const fixture = (name: string) => Deno.readFile(new URL(`fixtures/${name}`, import.meta.url));
const [colours, grey, small] = await Promise.all(["colours.JPEG", "grey.JPEG", "small.JPEG"].map(fixture));
const text = (lines: string[]) => new TextEncoder().encode(lines.join("\n") + "\n");

/** Sorted ids of 200 classes; `wnids.txt` has them in another order. */
const ids = Array.from({ length: 200 }, (_, k) => `n${String(1000 + k)}`);

/** The official layout with three validation images and two training images of class 7. */
const files = (): Record<string, Uint8Array> => ({
  "wnids.txt": text(ids.toReversed()),
  "words.txt": text([...ids.map((id) => `${id}\tname of ${id}, or so`), "n9999\tno class of ours"]),
  "val/val_annotations.txt": text([
    `val_1.JPEG\t${ids[7]}\t0\t0\t63\t63`,
    `val_0.JPEG\t${ids[199]}\t1\t2\t3\t4`,
    `val_2.JPEG\t${ids[0]}\t0\t0\t1\t1`,
  ]),
  "val/images/val_0.JPEG": colours,
  "val/images/val_1.JPEG": grey,
  "val/images/val_2.JPEG": colours,
  [`train/${ids[7]}/images/${ids[7]}_499.JPEG`]: grey,
  [`train/${ids[7]}/images/${ids[7]}_3.JPEG`]: colours,
  [`train/${ids[7]}/${ids[7]}_boxes.txt`]: text(["not read"]),
});

async function archived(content: Record<string, Uint8Array>, root = "tiny-imagenet-200/"): Promise<string> {
  const zip = new ZipWriter(new Uint8ArrayWriter(), { useWebWorkers: false });
  for (const [name, bytes] of Object.entries(content)) await zip.add(root + name, new Uint8ArrayReader(bytes));
  const dir = await Deno.makeTempDir({ dir: home });
  await Deno.writeFile(join(dir, "tiny-imagenet-200.zip"), await zip.close());
  return dir;
}

async function unpacked(content: Record<string, Uint8Array>): Promise<string> {
  const dir = await Deno.makeTempDir({ dir: home });
  for (const [name, bytes] of Object.entries(content)) {
    const path = join(dir, "tiny-imagenet-200", name);
    await Deno.mkdir(path.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeFile(path, bytes);
  }
  return dir;
}

const counts = { validation: 3, each: 2 };
const load = (dataDir: string, trainClasses: readonly number[] = [7]) =>
  tinyImagenet({ dataDir, trainClasses, counts });
const message = async (dataDir: string, trainClasses?: readonly number[]) =>
  (await assertRejects(() => load(dataDir, trainClasses), UserError)).message;
const cached = async () =>
  (await Array.fromAsync(Deno.readDir(join(home, "cache", "datasets")))).map(({ name }) => name)
    .filter((name) => name.endsWith(".safetensors")).sort();

Deno.test("classes are numbered by their sorted ids, and images stand in the order of their numbers", async () => {
  const { classes, train, test, source } = await load(await archived(files()));
  assertEquals([classes.length, classes[7]], [200, "name of n1007, or so"]);
  assertEquals([[...test.labels], [...test.index]], [[199, 7, 0], [0, 1, 2]]);
  assertEquals([[...train.labels], [...train.index]], [[7, 7], [7 * 500 + 3, 7 * 500 + 499]]);
  assertEquals(test.images.subarray(0, 12288), decodeJpeg(colours, "").pixels);
  assertEquals(train.images.subarray(12288), decodeJpeg(grey, "").pixels);
  assertEquals(source.official, false);
});

Deno.test("an unpacked folder, or the one above it, gives the same as the archive", async () => {
  const dir = await unpacked(files());
  const expected = await load(await archived(files()));
  assertEquals(await load(dir), expected);
  assertEquals(await load(join(dir, "tiny-imagenet-200")), expected);
});

Deno.test("what was decoded from an archive is taken from the cache, unless it is damaged", async () => {
  const dir = await archived({ ...files(), "readme.txt": text(["of this test"]) });
  const before = await cached();
  const first = await load(dir);
  const mine = (await cached()).filter((name) => !before.includes(name));
  assertEquals(mine.map((name) => name.split(".")[2]), ["train-n1007", "val"]);
  assertEquals(await load(dir), first);
  const path = join(home, "cache", "datasets", mine[0]);
  const bytes = await Deno.readFile(path);
  bytes[bytes.length - 1] ^= 1;
  await Deno.writeFile(path, bytes);
  assertMatch(await message(dir), /its content does not fit its checksum/);
});

Deno.test("images of classes that are not asked for need not be there", async () => {
  const { train } = await load(await archived(files()), []);
  assertEquals(train.labels.length, 0);
  assertMatch(await message(await archived(files()), [8]), /: train\/n1008\/images is not there or empty\./);
});

Deno.test("each damage is named with its file", async () => {
  const changed = async (change: Record<string, Uint8Array | undefined>) => {
    const content = Object.entries({ ...files(), ...change }).filter(([, bytes]) => bytes !== undefined);
    return await message(await archived(Object.fromEntries(content) as Record<string, Uint8Array>));
  };
  assertMatch(await changed({ "val/images/val_1.JPEG": colours.subarray(0, 99) }), /val_1\.JPEG: not a JPEG image/);
  assertMatch(await changed({ "val/images/val_1.JPEG": small }), /val_1\.JPEG: 48 x 32 pixels, expected 64 x 64\./);
  assertMatch(await changed({ "val/images/val_1.JPEG": undefined }), /val\/images\/val_1\.JPEG not in it/);
  assertMatch(await changed({ "wnids.txt": text(ids.slice(1)) }), /wnids\.txt names 199 classes, expected 200\./);
  const odd = text(["val_0.JPEG\tn5\t0\t0\t0\t0", "", "val_1.JPEG\tn5", "val_2.JPEG\tn5"]);
  const short = text([`val_0.JPEG\t${ids[0]}\t0\t0\t0\t0`]);
  assertMatch(await changed({ "val/val_annotations.txt": short }), /names 1 images, expected 3\. It is cut off:/);
  const third = { [`train/${ids[7]}/images/${ids[7]}_9.JPEG`]: grey };
  assertMatch(await changed(third), /train\/n1007\/images holds 3 images, expected 2\./);
  assertMatch(await changed({ "val/val_annotations.txt": odd }), /val_annotations\.txt has the line "val_0\.JPEG\tn5/);
  assertMatch(
    await changed({
      [`train/${ids[7]}/images/${ids[8]}_1.JPEG`]: grey,
      [`train/${ids[7]}/images/${ids[7]}_3.JPEG`]: undefined,
    }),
    /train\/n1007\/images\/n1008_1\.JPEG is of another class\./,
  );
});

Deno.test("an archive that is cut off, leaves its folder, or unpacks to far too much is not trusted", async () => {
  const dir = await archived(files());
  const path = join(dir, "tiny-imagenet-200.zip");
  const whole = await Deno.readFile(path);
  await Deno.writeFile(path, whole.subarray(0, whole.length - 50));
  assertMatch(await message(dir), /tiny-imagenet-200\.zip: cut off or damaged \(/);
  assertMatch(
    await message(await archived({ "../../etc/passwd": text(["x"]) })),
    /its entry "tiny-imagenet-200\/\.\.\/\.\.\/etc\/passwd" leads out of its folder/,
  );
  const huge = await archived({ ...files(), "wnids.txt": new Uint8Array(1 << 23) });
  assertMatch(await message(huge), /wnids\.txt claims 8388608 bytes/);
});

Deno.test("a folder that is absent, empty, or a file is refused with what it should hold", async () => {
  const empty = await Deno.makeTempDir({ dir: home });
  assertMatch(await message(join(empty, "nowhere")), /nowhere/);
  assertMatch(await message(empty), /holds neither tiny-imagenet-200\.zip nor tiny-imagenet-200\. Pass the folder/);
  await Deno.writeTextFile(join(empty, "file"), "");
  assertMatch(await message(join(empty, "file")), /is a file\. Pass the folder that holds/);
  assert((await message(empty)).includes("run without --data-dir"));
});
