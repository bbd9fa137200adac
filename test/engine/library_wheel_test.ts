import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "node:path";
import { LIBRARIES, unpackLibraries } from "../../lib/engine/library_wheel.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { content, fakeWheel, FILE, newFolder } from "./fake_wheel.ts";

Deno.test("only the libraries are unpacked from a wheel, whole", async () => {
  const { folder, wheel } = await fakeWheel();
  const out = await newFolder();
  const sizes = await unpackLibraries(join(folder, FILE), wheel.libraries, out);
  assertEquals([...Deno.readDirSync(out)].map(({ name }) => name).sort(), LIBRARIES);
  for (const name of LIBRARIES) {
    assertEquals(await Deno.readFile(join(out, name)), content(name));
    assertEquals(sizes[name], content(name).length);
  }
});

Deno.test("a wheel without one of the libraries is refused by its name", async () => {
  const { folder, wheel } = await fakeWheel(LIBRARIES.slice(0, 1));
  const error = await assertRejects(
    async () => await unpackLibraries(join(folder, FILE), wheel.libraries, await newFolder()),
    UserError,
  );
  assertMatch(error.message, /does not hold tensorflow\/libtensorflow_framework\.so\.2/);
});

Deno.test("a wheel that is damaged inside a library, or cut off, is refused", async () => {
  const { folder, wheel } = await fakeWheel();
  const path = join(folder, FILE);
  const bytes = await Deno.readFile(path);
  const flipped = [100, 110, 150, 200, 250].map((at) => { // in the first library's compressed data
    const copy = bytes.slice();
    copy[at] ^= 1;
    return copy;
  });
  for (const damaged of [...flipped, bytes.slice(0, bytes.length / 2), new Uint8Array(0)]) {
    await Deno.writeFile(path, damaged);
    const error = await assertRejects(
      async () => await unpackLibraries(path, wheel.libraries, await newFolder()),
      UserError,
    );
    assertMatch(error.message, /cannot be unpacked/);
  }
});

Deno.test("an error of the file system comes through unchanged", async () => {
  const { folder, wheel } = await fakeWheel();
  await assertRejects(
    () => unpackLibraries(join(folder, FILE), wheel.libraries, join(folder, "absent")),
    Deno.errors.NotFound,
  );
});
