import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UserError } from "../../lib/files/user_error.ts";
import { updateReadme } from "../../lib/results/readme_task.ts";
import { withTables } from "../../lib/results/readme.ts";
import { addCell } from "../../lib/results/write.ts";
import { head, sampleCell } from "./sample.ts";

Deno.test("README's table follows the result file, and --check says when it does not", async () => {
  const folder = await Deno.makeTempDir();
  await addCell(`${folder}/results/cifar10.quick.json`, head, await sampleCell(`${folder}/results`));
  const around = ["# Title\n\n<!-- results:cifar10.quick -->\n", "<!-- /results -->\n\nThe end.\n"];
  await Deno.writeTextFile(`${folder}/README.md`, around.join("old\n"));

  assertEquals((await updateReadme(["--check"], folder)).code, 1);
  assertEquals((await updateReadme([], folder)).text, "README.md written.");
  const text = await Deno.readTextFile(`${folder}/README.md`);
  assertStringIncludes(text, "| softmax | max probability | 1 |");
  assertStringIncludes(text, "The end.");
  assertEquals((await updateReadme(["--check"], folder)).code, 0);
});

Deno.test("a marker without its partner is an error, not a lost page", async () => {
  const table = () => "";
  await assertRejects(() => withTables("<!-- results:a -->", table), UserError, "do not pair");
  await assertRejects(() => withTables("<!-- results:a --> <!-- results:b --> <!-- /results -->", table), UserError);
  await assertRejects(() => withTables("<!-- /results -->", table), UserError);
});
