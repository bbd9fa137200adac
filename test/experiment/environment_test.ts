/** What a result file says of the program that made it. */
import { assertEquals, assertMatch } from "@std/assert";
import { codeVersion, hardwareOf } from "../../lib/experiment/environment.ts";

Deno.test("a GPU is named where one computed", () => {
  assertEquals(hardwareOf("NVIDIA H200").gpu, "NVIDIA H200");
  assertEquals("gpu" in hardwareOf(), false);
});

Deno.test("the code version is the commit, and tells of changes since", async () => {
  const folder = await Deno.makeTempDir();
  const git = async (...args: string[]) => {
    const who = ["-c", "user.name=test", "-c", "user.email=test@example.org"];
    const { success, stderr } = await new Deno.Command("git", { args: ["-C", folder, ...who, ...args] }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
  };
  assertEquals(await codeVersion(folder), "unknown");
  await git("init");
  for (const part of ["lib", "experiments", "docs"]) {
    await Deno.mkdir(`${folder}/${part}`);
    await Deno.writeTextFile(`${folder}/${part}/one`, "1");
  }
  await git("add", ".");
  await git("commit", "-m", "one");
  await Deno.writeTextFile(`${folder}/docs/one`, "2");
  const commit = await codeVersion(folder);
  assertMatch(commit, /^[0-9a-f]{12}$/);
  for (const part of ["lib", "experiments"]) {
    await Deno.writeTextFile(`${folder}/${part}/one`, "2");
    assertEquals(await codeVersion(folder), `${commit}+`, part);
    await Deno.writeTextFile(`${folder}/${part}/one`, "1");
  }
  await Deno.remove(folder, { recursive: true });
});
