/** `docs/add-a-score.md`, done as it says in a copy of the project. */
import { assertMatch, assertStringIncludes } from "@std/assert";
import { copyOfProject, follow, read } from "./markdown.ts";

Deno.test("who follows add-a-score.md has a score in the help, and figures of a trained cell by it", async () => {
  const folder = await copyOfProject();
  const { ran } = await follow(await read("add-a-score.md"), folder);
  const [help, , evaluated] = [...ran.values()];
  assertStringIncludes(help.output, "cssr, margin;");
  assertMatch(evaluated.output, /^\| margin +\| +\|( +\d+\.\d \|){5}$/m);
  await Deno.remove(folder, { recursive: true });
});
