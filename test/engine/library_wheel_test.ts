import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "node:path";
import { unpackWheel } from "../../lib/engine/library_wheel.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { buildFor } from "../../lib/engine/library_builds.ts";
import { BUILD, content, fakeBuild, fakeWheel, FILE, LIBRARIES, newFolder } from "./fake_wheel.ts";

Deno.test("only the libraries are unpacked from a wheel, whole", async () => {
  const { folder, wheel } = await fakeWheel();
  const out = await newFolder();
  const sizes = await unpackWheel(join(folder, FILE), wheel, out);
  assertEquals([...Deno.readDirSync(out)].map(({ name }) => name).sort(), LIBRARIES);
  for (const name of LIBRARIES) {
    assertEquals(await Deno.readFile(join(out, name)), content(name));
    assertEquals(sizes[name], content(name).length);
  }
});

Deno.test("a wheel without one of the libraries is refused by its name", async () => {
  const { folder, wheel } = await fakeWheel(LIBRARIES.slice(0, 1));
  const error = await assertRejects(
    async () => await unpackWheel(join(folder, FILE), wheel, await newFolder()),
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
      async () => await unpackWheel(path, wheel, await newFolder()),
      UserError,
    );
    assertMatch(error.message, /cannot be unpacked/);
  }
});

Deno.test("an error of the file system comes through unchanged", async () => {
  const { folder, wheel } = await fakeWheel();
  const file = join(await newFolder(), "file");
  await Deno.writeTextFile(file, "");
  const error = await assertRejects(() => unpackWheel(join(folder, FILE), wheel, file), Error);
  assertMatch(error.message, /os error \d+/);
});

Deno.test("of a wheel that is wanted by folders all that lies in them is unpacked, programs fit to run", async () => {
  const nvcc = buildFor({ os: "linux", arch: "x86_64" }, "gpu:0")!.wheels.find(({ name }) => name.includes("nvcc"))!;
  const { folder } = await fakeBuild({ ...BUILD, wheels: [nvcc] });
  const [{ name }] = Deno.readDirSync(folder);
  const out = await newFolder();
  const sizes = await unpackWheel(join(folder, name), nvcc, out);
  const program = "nvidia/cuda_nvcc/bin/libnvidia-cuda-nvcc-cu12.so.12";
  assertEquals(Object.keys(sizes), [program, "nvidia/cuda_nvcc/nvvm/libnvidia-cuda-nvcc-cu12.so.12"]);
  assertEquals(Deno.statSync(join(out, program)).mode! & 0o111, 0o111);
  assertEquals([...Deno.readDirSync(join(out, "nvidia"))].map(({ name }) => name), ["cuda_nvcc"]);
});
