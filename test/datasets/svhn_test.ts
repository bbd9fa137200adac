import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { decodeSvhn, svhn } from "../../lib/datasets/svhn.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { fixture } from "../files/arrays_by_hand.ts";

Deno.test("SVHN's images come out row by row, and its label 10 is the digit 0", async () => {
  for (const file of ["scipy_svhn.mat", "scipy_svhn_plain.mat"]) {
    const { images, labels, index, side, name } = decodeSvhn(await fixture(file), file, "test");
    assertEquals([[...labels], [...index], side, name], [[0, 3], [0, 1], 32, "test"]);
    for (const [n, row, column, channel] of [[0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [1, 31, 30, 2]]) {
      const value = (7 * row + 3 * column + 50 * channel + 11 * n) % 256;
      assertEquals(images[((n * 32 + row) * 32 + column) * 3 + channel], value);
    }
  }
});

Deno.test("files of another form are refused with what they hold", async () => {
  const message = (bytes: Uint8Array) => assertThrows(() => decodeSvhn(bytes, "a.mat", "test"), UserError).message;
  assertMatch(
    message(await fixture("scipy_numbers.mat")),
    /^a\.mat: holds i1, u2, i2, u4, i4, f4, f8, expected X and y\./,
  );
  const bytes = await fixture("scipy_svhn_plain.mat");
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    if (view.getFloat64(at, true) === 10) view.setFloat64(at, 11, true);
  }
  assertMatch(message(bytes), /^a\.mat: label 0 \(counted from 0\) is 11, expected 1 to 10\./);
});

Deno.test("svhn reads both files of a folder, and says which is not there", async () => {
  const dir = await Deno.makeTempDir();
  const [train, test] = [await fixture("scipy_svhn.mat"), await fixture("scipy_svhn_plain.mat")];
  await Deno.writeFile(join(dir, "train_32x32.mat"), train);
  assertMatch((await assertRejects(() => svhn({ dataDir: dir }), UserError)).message, /test_32x32\.mat/);
  await Deno.writeFile(join(dir, "test_32x32.mat"), test);
  const data = await svhn({ dataDir: dir });
  assertEquals([data.train.labels.length, data.test.labels.length, data.classes[0]], [2, 2, "0"]);
  assertEquals(data.source, { sha256: createHash("sha256").update(train).update(test).digest("hex"), official: false });
  await Deno.remove(dir, { recursive: true });
});
