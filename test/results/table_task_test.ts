import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { UserError } from "../../lib/files/user_error.ts";
import { csv, latex } from "../../lib/results/formats.ts";
import { markdown, tableOf } from "../../lib/results/table.ts";
import { tableReport } from "../../lib/results/table_task.ts";
import { addCell } from "../../lib/results/write.ts";
import { head, sampleCell } from "./sample.ts";

const folder = await Deno.makeTempDir();
const path = `${folder}/a.json`;
await addCell(path, head, await sampleCell(folder));
const file = await addCell(path, head, await sampleCell(folder, { backmix: true, gain: 2 }));
const table = tableOf(file);

Deno.test("a table comes as Markdown, CSV or LaTeX, with the same cells", async () => {
  assertMatch(await tableReport([path]), /^\| Method \| Score \|/);
  assertEquals((await tableReport([path])).startsWith(markdown(table)), true);
  const rows = (await tableReport([path, "--format", "csv"])).split("\r\n");
  const cells = rows.map((row) => row.match(/("[^"]*"|[^",]*)(,|$)/g)!.slice(0, row.endsWith(",") ? undefined : -1));
  assertEquals(cells.map((row) => row.length), table.map((row) => row.length));
  assertEquals([cells[1][0], cells.at(-1)![0]], ["softmax,", '"BackMix (paper), base method not stated",']);
  const lines = (await tableReport([path, "--format=latex"])).split("\n");
  assertEquals(lines[0], `\\begin{tabular}{ll${"r".repeat(table[0].length - 2)}}`);
  assertEquals(lines.filter((line) => line.endsWith(" \\\\")).length, table.length);
  assertEquals(lines.filter((line) => line.startsWith("% ")).length, 2);
});

Deno.test("in short there is one row for each method", async () => {
  assertEquals((await tableReport([path, "--short", "--format", "csv"])).split("\r\n").length, 2);
});

Deno.test("signs that mean something to CSV or LaTeX are escaped", () => {
  assertEquals(csv([['a "b", c', "d\ne"]]), '"a ""b"", c","d\ne"\r\n');
  assertMatch(latex([["100 %", "a_b", "{x} & \\y"]]), /100 \\% & a\\_b & \\\{x\\\} \\& \\textbackslash\{\}y \\\\/);
});

Deno.test("another format or file is refused", async () => {
  await assertRejects(() => tableReport([path, "--format", "html"]), UserError, "--format html: no such format.");
  await assertRejects(() => tableReport([]), UserError, "0 result files, expected 1.");
});
