import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { UserError } from "../../lib/files/user_error.ts";
import { checkReport } from "../../lib/results/check_task.ts";
import { addCell } from "../../lib/results/write.ts";
import { head, sampleCell } from "./sample.ts";

async function results(): Promise<string> {
  const folder = await Deno.makeTempDir();
  for (const table of ["cifar10", "svhn"]) {
    await addCell(`${folder}/${table}.quick.json`, { ...head, table }, await sampleCell(folder));
  }
  await Deno.writeTextFile(`${folder}/bench.json`, "{}"); // no result file
  return folder;
}

Deno.test("without a file all result files of the folder are checked, and nothing else", async () => {
  const folder = await results();
  const { code, text } = await checkReport([], folder);
  assertEquals(code, 0, text);
  assertEquals(text.split("\n").map((line) => line.replace(/\d+ numbers/, "N numbers")), [
    `${folder}/cifar10.quick.json: N numbers, all as recorded`,
    `${folder}/svhn.quick.json: N numbers, all as recorded`,
  ]);
});

Deno.test("a figure edited by hand is found, with which it is, as stored and as recomputed", async () => {
  const path = `${await results()}/svhn.quick.json`;
  const file = JSON.parse(await Deno.readTextFile(path));
  const { id, metrics } = file.cells[0];
  const { value, low, high } = metrics.max_logit.auroc;
  metrics.max_logit.auroc.value = 0.999;
  await Deno.writeTextFile(path, JSON.stringify(file));
  const { code, text } = await checkReport([path]);
  const [line, verdict] = text.split("\n");
  assertEquals(code, 1);
  const interval = `(${low} to ${high})`;
  assertEquals(line, `${path}: ${id} max_logit auroc: stored 0.999 ${interval}, recomputed ${value} ${interval}`);
  assertMatch(verdict, /svhn\.quick\.json: \d+ numbers, 1 figures differ$/);
});

Deno.test("a file that breaks the schema, or is not there, ends the check with its name", async () => {
  const folder = await results();
  await Deno.writeTextFile(`${folder}/svhn.quick.json`, '{"schema_version": 1}');
  await assertRejects(() => checkReport([], folder), UserError, `${folder}/svhn.quick.json: not a valid result file`);
  await assertRejects(() => checkReport([`${folder}/none.quick.json`]), UserError, "none.quick.json");
  await assertRejects(() => checkReport(["--all"]), UserError, "--all: no such option.");
});
