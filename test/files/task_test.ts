import { assertEquals } from "@std/assert";

const module = (name: string) => JSON.stringify(new URL(`../../lib/files/${name}.ts`, import.meta.url).href);

/** What a task whose main function is `body` writes to standard error, without any permission. */
async function said(body: string): Promise<string> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-prompt", "--no-check", "--allow-import", "-"],
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  }).spawn();
  const script = `
    import { runTask } from ${module("task")};
    import { UserError } from ${module("user_error")};
    await runTask(async () => { ${body} });`;
  await new Blob([script]).stream().pipeTo(child.stdin);
  const { code, stderr } = await child.output();
  assertEquals(code, 1);
  return new TextDecoder().decode(stderr);
}

Deno.test("a permission that is missing is one plain line that names it; so is what the user can mend", async () => {
  assertEquals(
    await said(`await Deno.readTextFile("/a");`),
    `Deno's permissions do not cover this: Requires read access to "/a", run again with the --allow-read flag. The ` +
      "task's command in deno.json gives it.\n",
  );
  assertEquals(await said(`throw new UserError("The disk is full.");`), "The disk is full.\n");
  assertEquals((await said(`throw new TypeError("x");`)).split("\n").length > 2, true, "a fault has its stack");
});
