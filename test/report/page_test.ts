/** The report page as text; test/report/page_in_browser.ts opens it. */
import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { UserError } from "../../lib/files/user_error.ts";
import { reportPage } from "../../lib/report/page.ts";
import { reportReport } from "../../lib/report/report_task.ts";
import { readResult } from "../../lib/results/read.ts";
import type { ResultFile } from "../../lib/results/result.ts";

const parts = { plotly: "/* plotly */ '</script>'", script: "1", style: "a {}" };
const path = new URL("../../results/priors.quick.json", import.meta.url).pathname;
const file = await readResult(path);

Deno.test("every run has a record with its command, and every figure of a table leads to one", () => {
  const page = reportPage([{ path: "results/priors.quick.json", file }], [], parts);
  for (const { id } of file.cells) {
    assertStringIncludes(page, `<details id="priors.quick.${id}">`);
    assertStringIncludes(page, `deno task rerun results/priors.quick.json --cell ${id}<`);
  }
  const targets = [...page.matchAll(/<td><a href="#([^"]+)"/g)].map(([, id]) => id);
  assert(targets.length > 20 && targets.every((id) => page.includes(`id="${id}"`)));
  assertEquals(page.match(/<script>/g)!.length, 2); // what Plotly's source says of a script's end does not end it
  assertEquals(page.match(/<\/script>/g)!.length, 2 + page.match(/<script type="application\/json"/g)!.length);
});

Deno.test("what a user calls a method or a data set is text, never markup", () => {
  const evil = '<img src=x onerror="alert(1)">';
  const named: ResultFile = structuredClone(file);
  for (const cell of named.cells) [cell.method, cell.data.name] = [evil, `</script>${evil}`];
  for (const row of [...named.summary.rows, ...named.summary.paired]) row.method = evil;
  named.table = evil;
  const page = reportPage([{ path: evil, file: named }], [], parts);
  assert(!page.includes("<img"));
  assertStringIncludes(page, "&lt;img src=x onerror=&quot;alert(1)&quot;&gt;");
});

Deno.test("five hundred runs take less than 5 MB beyond Plotly", () => {
  const times = Math.ceil(500 / file.cells.length);
  const cells = Array.from(
    { length: times },
    (_, k) => file.cells.map((cell) => ({ ...cell, id: `${cell.id}.${k}` })),
  ).flat();
  const row = (one: ResultFile["summary"]["rows"][number]) => ({
    ...one,
    cells: Array.from({ length: times }, (_, k) => one.cells.map((id) => `${id}.${k}`)).flat(),
  });
  const many = { ...file, cells, paired: [], summary: { rows: file.summary.rows.map(row), paired: [] } };
  const { length } = reportPage([{ path, file: many }], [], parts);
  assert(length < 5e6, `${length} bytes`);
});

Deno.test("a gallery is shown step by step, each picture with what it says; without one there is no link to it", () => {
  const frames = ["raw", "<mixed>"].map((caption, k) => ({ caption, png: Uint8Array.of(k), milliseconds: 1 }));
  const page = reportPage([{ path, file }], frames, parts);
  assertStringIncludes(page, '<input type="range" min="0" max="1" value="0" step="1">');
  assertStringIncludes(page, '<img alt="&lt;mixed&gt;" src="data:image/png;base64,AQ==">');
  assertStringIncludes(page, 'href="#steps"');
  assert(!reportPage([{ path, file }], [], parts).includes("#steps"));
});

Deno.test("the task names what is missing or foreign", async () => {
  const folder = await Deno.makeTempDir();
  await assertRejects(
    () => reportReport([], folder, "none"),
    UserError,
    `${folder}: no result file here. Make one, by deno task`,
  );
  const foreign = `${folder}/mine.quick.json`;
  await Deno.writeTextFile(foreign, JSON.stringify({ ...file, schema_version: 99 }));
  await assertRejects(() => reportReport([], folder, "none"), UserError, foreign);
  const out = `${folder}/page.html`;
  assertMatch(
    (await reportReport([path, "--out", out], folder, "none")).text,
    /page\.html: 1 tables, 10 runs, \d+\.\d MB\.$/,
  );
  assert((await Deno.stat(out)).size > 1e6);
  const sample = new URL("../../notebooks/data/training_sample.npz", import.meta.url).pathname;
  await reportReport([path, "--out", out], folder, sample);
  assertStringIncludes(await Deno.readTextFile(out), 'alt="the foreground turns grey"');
  const damaged = `${folder}/damaged.npz`;
  await Deno.writeTextFile(damaged, "PK");
  await assertRejects(() => reportReport([path, "--out", out], folder, damaged), UserError, damaged);
  await Deno.remove(folder, { recursive: true });
});
