import {
  assertAlmostEquals,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { UserError } from "../../lib/files/user_error.ts";
import { reasonsIn } from "../../lib/results/changes.ts";
import { movedBetween } from "../../lib/results/diff.ts";
import { diffReport } from "../../lib/results/diff_task.ts";
import type { ResultFile } from "../../lib/results/result.ts";
import { addCell } from "../../lib/results/write.ts";
import { head, sampleCell } from "./sample.ts";

const folder = await Deno.makeTempDir();
const [a, b, changes] = ["before", "after", "CHANGES.md"].map((name) => `${folder}/${name}`);
const name = "cifar10.quick.json";
const file = await addCell(`${a}/${name}`, head, await sampleCell(a));
const id = file.cells[0].id;

function changed(change: (file: ResultFile) => void): ResultFile {
  const copy = structuredClone(file);
  change(copy);
  return copy;
}

async function report(after: ResultFile, ...args: string[]) {
  await Deno.mkdir(b, { recursive: true });
  await Deno.writeTextFile(`${b}/${name}`, JSON.stringify(after));
  const given = await Deno.stat(changes).then(() => ["--changes", changes], () => []);
  return await diffReport([a, b, ...given, ...args]);
}

Deno.test("a figure that moved is listed with its distance in standard errors, and a threshold lets it pass", () => {
  const { value, low, high } = file.cells[0].metrics.max_logit.auroc;
  const error = (high - low) / (2 * 1.959964);
  const other = changed((copy) => copy.cells[0].metrics.max_logit.auroc.value += 2 * error);
  const [moved, ...more] = movedBetween(file, other, 0);
  assertEquals([moved.cell, moved.entry, moved.before, more.length], [id, "metrics.max_logit.auroc", value, 0]);
  assertAlmostEquals(moved.errors!, 2, 1e-9);
  assertEquals(movedBetween(file, other, 2.01), []);
});

Deno.test("the last digit that is stored counts, and so do the ends of an interval", () => {
  assertEquals(movedBetween(file, changed((copy) => copy.cells[0].metrics.max_logit.oscr.value += 1e-6), 0).length, 1);
  assertEquals(movedBetween(file, changed((copy) => copy.cells[0].metrics.max_logit.oscr.high += 0.01), 0).length, 1);
});

Deno.test("times, machine, versions and new cells are no move", () => {
  const other = changed(({ cells }) => {
    const [cell] = cells;
    cells.push({ ...structuredClone(cell), id: "new" });
    cell.finished = "2030-01-01T00:00:00Z";
    cell.training.wall_seconds *= 2;
    cell.engine.threads = 64;
    cell.hardware.processor = "another";
    cell.code_version = "another";
  });
  assertEquals(movedBetween(file, other, 0), []);
});

Deno.test("a recipe that changed, a figure that is absent, another paper and a missing cell are seen", () => {
  assertEquals(movedBetween(file, changed((copy) => copy.cells[0].recipe.rate = 0.2), 9).length, 1);
  assertEquals(movedBetween(file, changed((copy) => delete copy.cells[0].extra), 9).length, 1);
  assertEquals(movedBetween(file, changed((copy) => copy.paper!.metrics!.auroc = 0.99), 9).length, 1);
  assertEquals(movedBetween(file, changed((copy) => copy.cells = []), 9), [
    { cell: id, entry: "", before: "there", after: undefined },
  ]);
});

Deno.test("what moved without a reason ends with exit code 1, with one for the cell or the file with 0", async () => {
  assertEquals(await report(file), { code: 0, text: "Nothing moved." });
  const other = changed((copy) => copy.cells[0].training.steps = 7);
  const { code, text } = await report(other);
  assertEquals(code, 1);
  assertStringIncludes(text, `| ${name}, ${id} | training.steps | 1404 | 7 |  | none |`);
  assertStringIncludes(text, "1 entries moved, 1 without a reason.");
  for (const cell of [id, "*"]) {
    await Deno.writeTextFile(changes, `# What moved\n\n- ${name}, ${cell}: fewer steps are enough\n`);
    const explained = await report(other);
    assertEquals(explained.code, 0);
    assertStringIncludes(explained.text, "| fewer steps are enough |");
  }
  await Deno.writeTextFile(changes, `- ${name}, another.cell: fewer steps are enough\n`);
  assertEquals((await report(other)).code, 1);
  await Deno.remove(changes);
});

Deno.test("a file that is no longer there has moved with all its cells", async () => {
  await Deno.mkdir(`${folder}/empty`);
  await addCell(`${a}/svhn.quick.json`, { ...head, table: "svhn" }, await sampleCell(a));
  const { code, text } = await diffReport([a, `${folder}/empty`]);
  assertEquals(code, 1);
  assertStringIncludes(text, `svhn.quick.json, ${id} |`);
  await Deno.remove(`${a}/svhn.quick.json`);
});

Deno.test("mistakes of the command line and of the list of reasons are plain", async () => {
  await assertRejects(() => diffReport([a]), UserError, "1 result files or folders, expected 2.");
  await assertRejects(() => diffReport([a, b, "--threshold", "much"]), UserError, "--threshold much: give a number");
  await assertRejects(() => diffReport(["--base", "no-such-commit"]), UserError, "--base no-such-commit: ");
  await assertRejects(() => diffReport([a, `${folder}/nowhere`]), UserError, "nowhere");
  assertThrows(
    () => reasonsIn("- cifar10.quick.json: no cell"),
    UserError,
    '"- cifar10.quick.json: no cell" is no entry of a list of changes.',
  );
  assertEquals(
    reasonsIn("- a list item\n- see cifar10.quick.json, there: yes").of("cifar10.quick.json", "there"),
    undefined,
  );
  assertEquals(
    reasonsIn("- a.b.json, c: old\n- a.b.json, d: new", "- a.b.json, c: old").of("a.b.json", "c"),
    undefined,
  );
  await assertRejects(() => diffReport([a, b, "--changes", `${folder}/none.md`]), UserError, "none.md");
  assertMatch((await diffReport(["--help"])).text, /^Lists what moved between result files\./);
});
