import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { engine } from "../../lib/engine/tensorflow.ts";
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
