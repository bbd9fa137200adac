import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { UserError } from "../../lib/files/user_error.ts";
import { recomputeReport } from "../../lib/results/recompute_task.ts";
import { addCell } from "../../lib/results/write.ts";
import { head, sampleCell } from "./sample.ts";

async function resultFile(): Promise<string> {
  const folder = await Deno.makeTempDir();
  await addCell(`${folder}/a.json`, head, await sampleCell(folder));
  await addCell(`${folder}/a.json`, head, await sampleCell(folder, { backmix: true, gain: 2 }));
  return `${folder}/a.json`;
}

Deno.test("every number of a result file comes out of its scores again", async () => {
  const { code, text } = await recomputeReport([await resultFile()]);
  assertEquals(code, 0, text);
  assertMatch(text, /\d+ numbers recomputed, all as recorded\.$/);
});

Deno.test("a figure that was typed in is found, and the exit code is 1", async () => {
  const path = await resultFile();
  const file = JSON.parse(await Deno.readTextFile(path));
  file.cells[0].metrics.max_logit.oscr.value = 0.999;
  file.summary.rows[0].metrics.max_logit.acc.mean = 0.999;
  file.paired[0].metrics.max_logit.dtacc.low = 0.999;
  await Deno.writeTextFile(path, JSON.stringify(file));
  const { code, text } = await recomputeReport([path]);
  assertEquals(code, 1);
  assertEquals(text.split("\n").filter((line) => line.endsWith("differs")).length, 3, text);
  assertStringIncludes(text, "3 figures differ");
});

Deno.test("a missing score file is named", async () => {
  const path = await resultFile();
  await Deno.remove(`${path.slice(0, -7)}/scores`, { recursive: true });
  await assertRejects(() => recomputeReport([path]), UserError, "npz: cannot read");
});
