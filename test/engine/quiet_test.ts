import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { quietly } from "../../lib/engine/quiet.ts";
import { runEngine } from "./run_engine.ts";

Deno.test("TensorFlow starts and runs without a word", async () => {
  assertEquals(await runEngine("start_engine.ts", []), { code: 0, output: "3 4\n", errors: "" });
});

Deno.test("with DEBUG set, TensorFlow may speak", async () => {
  const { errors } = await runEngine("start_engine.ts", [], { DEBUG: "1", TF_CPP_MIN_LOG_LEVEL: "0" });
  assertStringIncludes(errors, "oneDNN");
});

Deno.test("quietly returns what the work returns and lets its errors through", () => {
  assertEquals(quietly(() => 7), 7);
  assertThrows(() => quietly(() => JSON.parse("{")), SyntaxError);
});

Deno.test("standard error speaks again after quietly, and is silent within", async () => {
  const script = `
    import { quietly } from ${JSON.stringify(new URL("../../lib/engine/quiet.ts", import.meta.url).href)};
    const say = (word) => Deno.stderr.writeSync(new TextEncoder().encode(word));
    say("before ");
    quietly(() => say("within "));
    try { quietly(() => { throw 1; }); } catch { say("after"); }
  `;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--allow-ffi", "--allow-env=DEBUG", "-"],
    env: { DEBUG: "" },
    stdin: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(script));
  await writer.close();
  assertEquals(new TextDecoder().decode((await child.output()).stderr), "before after");
});
