import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { decodeMnist, mnist } from "../../lib/datasets/mnist.ts";
import { UserError } from "../../lib/files/user_error.ts";

/** An IDX file of bytes as the site describes it. */
function idx(magic: number, sizes: number[], bytes: ArrayLike<number>): Uint8Array {
  const file = new Uint8Array(4 + 4 * sizes.length + bytes.length);
  const view = new DataView(file.buffer);
  [magic, ...sizes].forEach((value, k) => view.setUint32(4 * k, value));
  file.set(bytes, 4 + 4 * sizes.length);
  return file;
}

const images = (n: number, pixel = (i: number) => i % 251) =>
  idx(0x803, [n, 28, 28], Uint8Array.from({ length: n * 784 }, (_, i) => pixel(i)));
const labels = (digits: number[]) => idx(0x801, [digits.length], digits);
const decode = (x: Uint8Array, y: Uint8Array) => decodeMnist("test", { path: "x", data: x }, { path: "y", data: y });

Deno.test("an image stands in the middle of 32 px, grey, and black around", () => {
  fc.assert(
    fc.property(fc.nat(2), fc.nat(31), fc.nat(31), (image, row, column) => {
      const set = decode(images(3), labels([7, 0, 9]));
      assertEquals([[...set.labels], set.side, set.images.length], [[7, 0, 9], 32, 3 * 32 * 32 * 3]);
      const inside = row >= 2 && row < 30 && column >= 2 && column < 30;
      const value = inside ? ((image * 28 + row - 2) * 28 + column - 2) % 251 : 0;
      const at = ((image * 32 + row) * 32 + column) * 3;
      assertEquals([...set.images.subarray(at, at + 3)], [value, value, value]);
    }),
    { numRuns: 50 },
  );
});

Deno.test("another magic number, size or label is named with its file", () => {
  const message = (x: Uint8Array, y: Uint8Array) => assertThrows(() => decode(x, y), UserError).message;
  assertMatch(
    message(labels([1]), labels([1])),
    /^x: begins with 0x00000801, expected 0x00000803\. It is no IDX file of images/,
  );
  assertMatch(message(images(1), images(1)), /^y: begins with 0x00000803, expected 0x00000801\./);
  assertMatch(message(new Uint8Array(2), labels([1])), /^x: begins with nothing,/);
  assertMatch(
    message(images(2).subarray(0, 900), labels([1, 2])),
    /^x: 900 bytes, expected 1,584 for \[2, 28, 28\]\. The file is cut off/,
  );
  assertMatch(
    message(idx(0x803, [1, 2, 2], [0, 0, 0, 0]), labels([1])),
    /^x: images of 2 x 2 pixels, expected 28 x 28\./,
  );
  assertMatch(message(images(2), labels([1])), /^y: 1 labels for 2 images\./);
  assertMatch(message(images(2), labels([1, 10])), /^y: label 1 \(counted from 0\) is 10, expected 0 to 9\./);
});

Deno.test("mnist reads the four files of a folder, gzipped or not", async () => {
  const dir = await Deno.makeTempDir();
  const files = {
    "train-images-idx3-ubyte": images(2),
    "train-labels-idx1-ubyte": labels([1, 2]),
    "t10k-images-idx3-ubyte": images(1),
    "t10k-labels-idx1-ubyte": labels([3]),
  };
  const message = async () => (await assertRejects(() => mnist({ dataDir: dir }), UserError)).message;
  assertMatch(await message(), /train-images-idx3-ubyte\.gz/);
  for (const [name, data] of Object.entries(files)) await Deno.writeFile(join(dir, `${name}.gz`), gzipSync(data));
  const { train, test, source } = await mnist({ dataDir: dir });
  assertEquals([[...train.labels], [...test.labels]], [[1, 2], [3]]);
  const hash = createHash("sha256");
  for (const data of Object.values(files)) hash.update(data);
  assertEquals(source, { sha256: hash.digest("hex"), official: false });
  const packed = join(dir, "t10k-labels-idx1-ubyte.gz");
  await Deno.writeFile(packed, (await Deno.readFile(packed)).subarray(0, 15));
  assertMatch(await message(), /t10k-labels-idx1-ubyte\.gz: cannot be unpacked/);
  await Deno.remove(packed);
  await Deno.writeFile(packed.slice(0, -3), files["t10k-labels-idx1-ubyte"]);
  assertEquals((await mnist({ dataDir: dir })).source.sha256, source.sha256);
  await Deno.remove(dir, { recursive: true });
});
