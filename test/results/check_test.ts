import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UserError } from "../../lib/files/user_error.ts";
import { movedBetween } from "../../lib/results/check.ts";
import { checkReport } from "../../lib/results/check_task.ts";
import type { ResultFile } from "../../lib/results/result.ts";
import { addCell } from "../../lib/results/write.ts";
import { head, sampleCell } from "./sample.ts";

const folder = await Deno.makeTempDir();
const file = await addCell(`${folder}/a.json`, head, await sampleCell(folder));
const id = file.cells[0].id;

function changed(change: (file: ResultFile) => void): ResultFile {
  const copy = structuredClone(file);
  change(copy);
  return copy;
}

Deno.test("what moved beyond the tolerance is listed, by its path", () => {
  const auroc = file.cells[0].metrics.max_logit.auroc.value;
  const other = changed((copy) => copy.cells[0].metrics.max_logit.auroc.value += 0.25);
  const path = `${id}.metrics.max_logit.auroc.value`;
  assertEquals(movedBetween(file, other, 0.1), [{ path, before: auroc, after: auroc + 0.25 }]);
  assertEquals(movedBetween(file, other, 0.5), []);
});

Deno.test("times, machine and versions may differ", () => {
  const other = changed(({ cells: [cell] }) => {
    cell.finished = "2030-01-01T00:00:00Z";
    cell.training.wall_seconds *= 2;
    cell.engine.threads = 64;
    cell.hardware.processor = "another";
    cell.code_version = "another";
  });
  assertEquals(movedBetween(file, other, 0), []);
});

Deno.test("a recipe that changed, a figure that is NaN or absent, and a missing cell are seen", () => {
  assertEquals(movedBetween(file, changed((copy) => copy.cells[0].recipe.rate = 0.2), 0).length, 1);
  assertEquals(movedBetween(file, changed((copy) => copy.cells[0].extra!.cam_on_shape = NaN), 1).length, 1);
  assertEquals(movedBetween(file, changed((copy) => delete copy.cells[0].extra), 0).length, 1);
  assertEquals(movedBetween(file, changed((copy) => copy.cells = []), 9).length > 50, true);
});

Deno.test("the task lists what moved and ends with exit code 1", async () => {
  const [a, b] = [`${folder}/a.json`, `${folder}/b.json`];
  await Deno.writeTextFile(b, JSON.stringify(changed((copy) => copy.cells[0].trial += 0)));
  assertEquals(await checkReport([a, b]), { code: 0, text: "Nothing moved." });
  await Deno.writeTextFile(b, JSON.stringify(changed((copy) => copy.cells[0].training.steps = 7)));
  const { code, text } = await checkReport([a, b]);
  assertEquals(code, 1);
  assertStringIncludes(text, `${id}.training.steps: 1404 -> 7`);
  await assertRejects(() => checkReport([a]), UserError, "1 result files, expected 2");
  await assertRejects(() => checkReport([a, b, "--tolerance", "much"]), UserError, "--tolerance much");
});
