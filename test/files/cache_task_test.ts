import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";

const task = new URL("../../lib/files/cache_task.ts", import.meta.url).href;
const config = new URL("../../deno.json", import.meta.url).pathname;

/** Runs `deno task cache` with its permissions, on a cache of its own. */
async function run(home: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "--quiet",
      `--config=${config}`,
      "--no-prompt",
      "--allow-env=BACKMIX_HOME,XDG_CACHE_HOME,HOME,DEBUG",
      "--allow-read",
      "--allow-write",
      task,
      ...args,
    ],
    env: { BACKMIX_HOME: home, NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test("deno task cache lists and clears the cache, and explains itself", async () => {
  const home = await Deno.makeTempDir();
  await Deno.mkdir(`${home}/datasets`);
  await Deno.writeTextFile(`${home}/datasets/CACHEDIR.TAG`, "Signature: 8a477f597d28d172789f06886806bc55");
  await Deno.writeFile(`${home}/datasets/a.bin`, new Uint8Array(2_500_000));

  const listed = await run(home);
  assertEquals(listed.code, 0, listed.stderr);
  assertMatch(listed.stdout, /^ +2\.5 MB +2 files {2}.*datasets\n +2\.5 MB +2 files {2}in /);
  assertStringIncludes((await run(home, "--clear")).stdout, "removed from");
  assertMatch((await run(home)).stdout, /^ +0\.0 MB +0 files {2}in /);
  assertStringIncludes((await run(home, "--help")).stdout, "--clear");
  const wrong = await run(home, "--cleer");
  assertEquals([wrong.code, wrong.stderr], [
    1,
    "--cleer: no such option. Run deno task cache --help for the options.\n",
  ]);
});
