/** Tensors that nobody disposes of, and many that somebody does. */
import { assert, assertEquals } from "@std/assert";

Deno.test("forgotten tensors are freed with their data, tfjs's counts follow, and 100,000 operations leave nothing", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--allow-read",
      "--allow-env",
      "--allow-ffi",
      "--allow-run",
      "--allow-sys",
      "--allow-write",
      "--v8-flags=--expose-gc",
      new URL("forgetful.ts", import.meta.url).pathname,
    ],
  }).output();
  const errors = new TextDecoder().decode(stderr);
  assertEquals(code, 0, errors);
  const { before, forgotten, after, end, kept, grown } = JSON.parse(new TextDecoder().decode(stdout));
  assert(forgotten[0] - before[0] >= 2000 && forgotten[1] - before[1] >= 6000, String(forgotten));
  assertEquals(after, before);
  assertEquals([end, kept], [before, [1, 2, 3]]);
  assert(grown < 50e6, `${grown} bytes more`);
});
