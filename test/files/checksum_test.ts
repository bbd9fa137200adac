import { assertEquals, assertRejects } from "@std/assert";
import { fileDigest } from "../../lib/files/checksum.ts";
import { UserError } from "../../lib/files/user_error.ts";

Deno.test("fileDigest gives the published digests of 'abc' (RFC 1321, FIPS 180-2)", async () => {
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, "abc");
  assertEquals(await fileDigest(path, "md5"), "900150983cd24fb0d6963f7d28e17f72");
  assertEquals(await fileDigest(path, "sha256"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  await Deno.remove(path);
});

Deno.test("fileDigest reads long files in pieces and tells how far it is (a million 'a', FIPS 180-2)", async () => {
  const path = await Deno.makeTempFile(), seen: number[] = [];
  await Deno.writeFile(path, new Uint8Array(1_000_000).fill(97));
  const digest = await fileDigest(path, "sha256", (bytes) => seen.push(bytes));
  assertEquals(digest, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  assertEquals(seen.at(-1), 1_000_000);
  await Deno.remove(path);
});

Deno.test("fileDigest says that a file is not there", async () => {
  await assertRejects(
    () => fileDigest("no/such/file", "md5"),
    UserError,
    "no/such/file: cannot read: it does not exist",
  );
});
