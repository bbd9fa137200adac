import { assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { libraryNames } from "../../lib/engine/library_builds.ts";
import { sizeOf } from "../../lib/engine/library_cache.ts";
import { engine, startTensorFlow } from "../../lib/engine/tensorflow.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { runEngine } from "./run_engine.ts";

Deno.test("the engine is not there before it is started", () => {
  assertThrows(() => engine(), Error, "startTensorFlow");
});

Deno.test("a library that is no library is a plain error that names it and the remedy", async () => {
  const directory = await Deno.makeTempDir();
  for (const name of ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"]) {
    await Deno.writeTextFile(`${directory}/${name}`, "not a library");
  }
  const { code, errors } = await runEngine("start_engine.ts", [], { TENSORFLOW_LIB: directory });
  assertEquals(code, 1);
  assertMatch(
    errors,
    new RegExp(`${directory}: TensorFlow's library cannot be loaded: .*deno task cache --clear`, "s"),
  );
  await Deno.remove(directory, { recursive: true });
});

/** A library that every Linux has, and that holds nothing of TensorFlow's. */
const other = ["/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu", "/lib64", "/usr/lib"].map((at) => `${at}/libm.so.6`)
  .find((path) => sizeOf(path) !== undefined);

Deno.test({
  name: "a library that lacks a function is told by the function's name, and which versions work",
  ignore: other === undefined,
  async fn() {
    const directory = await Deno.makeTempDir();
    for (const name of libraryNames()) await Deno.copyFile(other!, `${directory}/${name}`);
    const { code, errors } = await runEngine("start_engine.ts", [], { TENSORFLOW_LIB: directory });
    assertEquals(code, 1);
    assertMatch(
      errors,
      /this TensorFlow lacks TFE?_\w+; the engine works with 2\.21\.0 and later patch releases of it/,
    );
    await Deno.remove(directory, { recursive: true });
  },
});

Deno.test("a start that failed may be tried again, and another device or number of threads is refused by what runs", async () => {
  await assertRejects(() => startTensorFlow({ threads: 0 }), UserError, "--threads 0: give a whole number");
  assertEquals((await startTensorFlow({ threads: 2 })).device, "cpu");
  await assertRejects(() => startTensorFlow({ threads: 3 }), UserError, "runs with 2 threads in this process, not 3");
  await assertRejects(
    () => startTensorFlow({ device: "gpu:0" }),
    UserError,
    "runs on cpu in this process, not on gpu:0",
  );
});
