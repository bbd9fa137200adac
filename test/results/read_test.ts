import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UserError } from "../../lib/files/user_error.ts";
import { faultOf, readResult } from "../../lib/results/read.ts";
import type { ResultFile } from "../../lib/results/result.ts";
import { addCell } from "../../lib/results/write.ts";
import { head, sampleCell } from "./sample.ts";

Deno.test("the schema demands every field but `extra`, and allows no other", async () => {
  const folder = await Deno.makeTempDir();
  await addCell(`${folder}/a.json`, head, await sampleCell(folder));
  await addCell(`${folder}/a.json`, head, await sampleCell(folder, { backmix: true }));
  const text = await Deno.readTextFile(`${folder}/a.json`);
  assertEquals(faultOf(JSON.parse(text)), null);

  let checked = 0;
  const visit = (path: string[]) => {
    const at = (file: unknown) => path.reduce((part, key) => (part as Record<string, unknown>)[key], file);
    const part = at(JSON.parse(text));
    if (typeof part !== "object" || part === null || free(path)) return;
    for (const key of Object.keys(part)) {
      visit([...path, key]);
      if (Array.isArray(part) || key === "extra" || free([...path, key, ""])) continue;
      const file = JSON.parse(text);
      delete (at(file) as Record<string, unknown>)[key];
      if (["max_logit", "max_probability"].includes(key)) continue; // kinds of scores are free, but for one
      assertEquals(faultOf(file) === null, false, `without ${[...path, key].join(".")}`);
      checked++;
    }
    if (!Array.isArray(part)) {
      const file = JSON.parse(text);
      (at(file) as Record<string, unknown>).unheard_of = "of";
      assertEquals(faultOf(file) === null, false, `with ${path.join(".")}.unheard_of`);
    }
  };
  /** Parts whose fields the program does not fix. */
  const free = (path: string[]) =>
    ["recipe", "settings", "extra"].some((name) => path.slice(0, -1).includes(name)) || path.at(-1) === "recipe";
  visit([]);
  assertEquals(checked > 300, true, `${checked} fields`);
});

Deno.test("what names a cell, a pair or a score that is not there, or a cell by the id of another, is found", async () => {
  const folder = await Deno.makeTempDir();
  for (const backmix of [false, true]) await addCell(`${folder}/a.json`, head, await sampleCell(folder, { backmix }));
  const text = await Deno.readTextFile(`${folder}/a.json`);
  const fault = (change: (file: ResultFile) => void) => {
    const file = JSON.parse(text);
    change(file);
    return faultOf(file);
  };
  assertEquals(fault(() => {}), null);
  const cases: [change: (file: ResultFile) => void, path: string][] = [
    [({ cells }) => cells[1].trial = 7, "/cells/1/id: is softmax.trial0."],
    [({ cells }) => cells.push(cells[0]), "/cells: one stands there twice"],
    [({ cells }) => cells.pop(), "/paired/0: names a cell"],
    [({ paired }) => paired.pop(), "/summary/paired/0: names a pair"],
    [({ summary }) => summary.rows[1].cells.push("x"), "/summary/rows/1: names a cell"],
    [({ summary }) => summary.rows[0].headline = "x", "/summary/rows/0: names a cell or a score"],
    [({ cells }) => delete cells[0].metrics.max_logit, "/summary/rows/"],
    [({ summary }) => summary.rows.pop(), "/summary/paired/0: softmax.trial0."],
  ];
  for (const [change, path] of cases) assertStringIncludes(fault(change) ?? "", path);
});

Deno.test("a result file that is not there is named, with the command that makes one of its name", async () => {
  const missing = (path: string) => assertRejects(() => readResult(path), UserError);
  assertEquals(
    (await missing("none/methods-priors.quick.json")).message,
    "none/methods-priors.quick.json: cannot read: it does not exist. Check the path, or make it: deno task " +
      "reproduce:methods-priors --preset quick.",
  );
  assertEquals((await missing("none/other")).message, "none/other: cannot read: it does not exist. Check the path.");
});
