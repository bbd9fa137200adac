import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { makePackage } from "./make_package.ts";

/** Runs Deno in a folder. */
async function deno(cwd: string, ...args: string[]): Promise<{ code: number; said: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args, cwd, env: { NO_COLOR: "1" } })
    .output();
  return { code, said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

Deno.test("the engine is a package of its own: it could be published, and runs by its name", async () => {
  const folder = await Deno.makeTempDir();
  const modules = await makePackage(folder);
  assert(modules.every((path) => /^lib\/(engine|files)\//.test(path)), modules.join());

  const { imports } = JSON.parse(await Deno.readTextFile(join(folder, "deno.json")));
  assertEquals(Object.keys(imports), [
    "@tensorflow/tfjs",
    "@tensorflow/tfjs-node-gpu/",
    "@zip.js/zip.js",
    "cli-progress",
  ]);

  const published = await deno(folder, "publish", "--dry-run");
  assertEquals(published.code, 0, published.said);
  assertMatch(published.said, /Dry run complete/);

  await Deno.writeTextFile(
    join(folder, "program.ts"),
    `import { jit } from "@backmix-lab/engine";
     import * as tf from "@backmix-lab/engine/tfjs";
     console.log(tf.getBackend(), jit((x: tf.Tensor) => tf.add(x, 1))(tf.scalar(2)).dataSync()[0]);`,
  );
  const permissions = ["ffi", "read", "write", "env", "run"].map((name) => `--allow-${name}`);
  const ran = await deno(folder, "run", "--quiet", "--check", "--no-prompt", ...permissions, "program.ts");
  assertEquals(ran, { code: 0, said: "tensorflow 3\n" });
  await Deno.remove(folder, { recursive: true });
});
