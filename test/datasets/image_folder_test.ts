import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import fc from "fast-check";
import { basename, join } from "node:path";
import { crc32 } from "node:zlib";
import { imageFolder } from "../../lib/datasets/image_folder.ts";
import { openSet } from "../../lib/datasets/open_set.ts";
import { decodeJpeg } from "../../lib/datasets/jpeg.ts";
import { startTensorFlow } from "../../lib/engine/tensorflow.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { ownCache } from "../files/own_cache.ts";
import { png, writePictures } from "./pictures.ts";

await startTensorFlow({ threads: 2 });
const home = await ownCache();

const written = { known: ["ant", "bee"], unknown: ["elk"], test: 0.25 };

async function folder(says: object = written, each = 8): Promise<string> {
  const dir = await Deno.makeTempDir({ dir: home });
  await writePictures(dir, ["ant", "bee", "elk"], each);
  await Deno.writeTextFile(join(dir, "classes.json"), JSON.stringify(says));
  return dir;
}

const load = (dataDir: string, more = {}) => imageFolder({ dataDir, seed: 0, ...more });
const message = async (dataDir: string) => (await assertRejects(() => load(dataDir), UserError)).message;

Deno.test("a share of the known classes' images is tested on, all of the unknown ones', and each image once", async () => {
  const dir = await folder();
  const { dataset, split } = await load(dir);
  const { train, known, unknown, classes, unknownClasses } = openSet(dataset, split);
  assertEquals([classes, unknownClasses], [["ant", "bee"], ["elk"]]);
  assertEquals([train.labels.length, known.labels.length, unknown.labels.length], [12, 4, 8]);
  const all = [...train.index, ...known.index, ...unknown.index].sort((a, b) => a - b);
  assertEquals(all, Array.from({ length: 24 }, (_, i) => i));
  const other = await load(dir, { seed: 1 });
  assertEquals(other.dataset.source, dataset.source);
  assert(other.dataset.test.index.some((value, i) => value !== dataset.test.index[i]));
});

Deno.test("of an image the middle square is scaled: a gradient keeps its course", async () => {
  const dir = await folder();
  await Deno.writeFile(join(dir, "elk", "0.png"), png(192, 64, (x, y) => [Math.max(0, x - 64) * 2, 3 * y, 7]));
  const { dataset: { test } } = await load(dir);
  const at = test.index.indexOf(16);
  for (const [x, y] of [[0, 0], [10, 20], [31, 31]]) {
    const [red, green, blue] = test.images.subarray((at * 1024 + y * 32 + x) * 3);
    // the square is x = 64 .. 127 of 192; a pixel of 32 stands for two of 64, filtered by a triangle
    if (x > 0 && x < 31) assert(Math.abs(red - (2 * (2 * x + 0.5))) <= 1, `${red}`);
    if (y > 0 && y < 31) assert(Math.abs(green - 3 * (2 * y + 0.5)) <= 1, `${green}`);
    assertEquals(blue, 7);
  }
});

Deno.test("an image of the wanted size keeps its pixels, JPEG or PNG", async () => {
  const dir = await folder({ ...written, side: 64 });
  const jpeg = await Deno.readFile(new URL("fixtures/colours.JPEG", import.meta.url));
  await Deno.remove(join(dir, "elk"), { recursive: true });
  await Deno.mkdir(join(dir, "elk"));
  await Deno.writeFile(join(dir, "elk", "a.JPEG"), jpeg);
  await Deno.writeFile(join(dir, "elk", "b.PNG"), png(64, 64, (x, y) => [x, y, x ^ y]));
  const { dataset: { test } } = await load(dir);
  const image = (index: number) => test.images.subarray(test.index.indexOf(index) * 12288).subarray(0, 12288);
  assertEquals(image(16), decodeJpeg(jpeg, "").pixels);
  assertEquals([...image(17).subarray(3 * (64 * 5 + 9), 3 * (64 * 5 + 9) + 3)], [9, 5, 12]);
});

Deno.test("what was decoded is kept until a file changes, however the folder is named", async () => {
  const dir = await folder();
  const first = await load(dir);
  const kept = async () =>
    (await Array.fromAsync(Deno.readDir(join(home, "cache", "datasets")))).filter(({ name }) =>
      name.startsWith("folder.")
    )
      .length;
  const count = await kept();
  assert(count > 0);
  for (const name of [dir, `${dir}/`, join(dir, "..", basename(dir), ".")]) assertEquals(await load(name), first);
  assertEquals(await kept(), count);
  await Deno.writeTextFile(join(dir, "classes.json"), JSON.stringify({ ...written, test: 0.5 }));
  assert((await load(dir)).dataset.source.sha256 !== first.dataset.source.sha256); // other images are tested on
  await Deno.writeTextFile(join(dir, "classes.json"), JSON.stringify(written));
  await Deno.writeFile(join(dir, "elk", "0.png"), png(33, 33, () => [1, 2, 3]));
  const second = await load(dir);
  assert(second.dataset.source.sha256 !== first.dataset.source.sha256);
  const at = second.dataset.test.index.indexOf(16);
  assertEquals([...second.dataset.test.images.subarray(at * 3072).subarray(0, 3)], [1, 2, 3]);
});

Deno.test("a damaged image is an error that names it, or left out if that was asked for", async () => {
  const dir = await folder();
  const path = join(dir, "ant", "3.png");
  await Deno.writeTextFile(path, "no picture");
  assertMatch(await message(dir), /ant\/3\.png: not a PNG image that can be decoded .* by --skip-damaged\.$/);
  const { dataset } = await load(dir, { skipDamaged: true });
  const all = [...dataset.train.index, ...dataset.test.index].sort((a, b) => a - b);
  assertEquals(all, Array.from({ length: 24 }, (_, i) => i).filter((i) => i !== 3));
});

Deno.test("a PNG image that lost its pixels, or the end, is not taken for a black one", async () => {
  const dir = await folder();
  const path = join(dir, "ant", "3.png"), whole = await Deno.readFile(path);
  const pixels = 33, pixelsEnd = whole.length - 12; // behind mark and header; before the end
  const renamed = whole.slice();
  renamed[pixels + 4] ^= 32; // "iDAT", of which no program must know what it is
  const sound = renamed.slice();
  new DataView(sound.buffer).setUint32(pixelsEnd - 4, crc32(sound.subarray(pixels + 4, pixelsEnd - 4)));
  for (
    const [bytes, why] of [
      [renamed, "chunk 1 does not fit its checksum"],
      [sound, "without pixels"],
      [whole.subarray(0, pixelsEnd), "cut off in chunk 2"],
    ] as const
  ) {
    await Deno.writeFile(path, bytes);
    assertMatch(await message(dir), new RegExp(`3\\.png: not a PNG .* \\(${why}\\)`));
  }
});

Deno.test("a PNG image's size that so few bytes cannot hold is refused before room is made for it", async () => {
  for (const [width, height] of [[0xffff, 0xffff], [0, 1], [1, 0x7fffffff]]) {
    const dir = await folder();
    const path = join(dir, "ant", "3.png"), bytes = await Deno.readFile(path), view = new DataView(bytes.buffer);
    view.setUint32(16, width); // of the header, which begins at 12 with its name, and ends at 29 with its checksum
    view.setUint32(20, height);
    view.setUint32(29, crc32(bytes.subarray(12, 29)));
    await Deno.writeFile(path, bytes);
    assertMatch(
      await message(dir),
      new RegExp(`3\\.png: not a PNG .* \\(claims ${width} x ${height} pixels in \\d+ bytes\\)`),
    );
  }
});

Deno.test("a file that lies there twice is refused with both places", async () => {
  const dir = await folder();
  await Deno.copyFile(join(dir, "ant", "1.png"), join(dir, "bee", "copy.png"));
  assertMatch(await message(dir), /bee\/copy\.png: the same file as .*ant\/1\.png\. Delete one of the two\.$/);
});

Deno.test("classes.json is checked, and so are the folders that it names", async () => {
  for (
    const [says, expected] of [
      [{ known: ["ant"], unknown: ["elk"] }, /known is no list of at least two names/],
      [{ known: ["ant", "../bee"], unknown: ["elk"] }, /known is no list/],
      [{ known: ["ant", "bee"] }, /unknown is no list of at least one name/],
      [{ known: ["ant", "bee"], unknown: ["ant"] }, /names ant twice/],
      [{ ...written, side: 33 }, /side is 33, expected a multiple of 8/],
      [{ ...written, side: 2 ** 31 }, /side is 2147483648, expected a multiple of 8 from 32 to 1024/],
      [{ ...written, unknown: ["e\0k"] }, /unknown is no list of at least one name/],
      [{ ...written, test: 1 }, /test is 1, expected a share between 0 and 1/],
      [{ ...written, tests: 1 }, /says tests, which is not known/],
      [{ ...written, unknown: ["gnu"] }, /gnu: not there, but classes\.json names it/],
      [{ ...written, test: 0.01 }, /ant: 8 images, of which a share of 0\.01 leaves training or test without any/],
    ] as const
  ) assertMatch(await message(await folder(says)), expected);
  const dir = await folder();
  await Deno.writeTextFile(join(dir, "classes.json"), "{");
  assertMatch(await message(dir), /classes\.json: not JSON/);
  await Deno.remove(join(dir, "classes.json"));
  assertMatch(await message(dir), /classes\.json: not there\. Write which classes are known/);
});

Deno.test("any share divides any number of images without loss", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 2, max: 9 }),
      fc.double({ min: 0.3, max: 0.7, noNaN: true }),
      fc.nat(99),
      async (each, test, seed) => {
        const { dataset } = await load(await folder({ ...written, test }, each), { seed });
        assertEquals(dataset.train.labels.length + dataset.test.labels.length, 3 * each);
        assertEquals(dataset.test.labels.filter((label) => label === 0).length, Math.round(test * each));
      },
    ),
    { numRuns: 8 },
  );
});
