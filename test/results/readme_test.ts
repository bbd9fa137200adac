import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { UserError } from "../../lib/files/user_error.ts";
import { benchTable } from "../../lib/results/bench_table.ts";
import { profileTable } from "../../lib/results/profile_table.ts";
import { updateReadme } from "../../lib/results/readme_task.ts";
import { withBlocks, withTables } from "../../lib/results/readme.ts";
import { readTrust } from "../../lib/results/trust_table.ts";
import { addCell } from "../../lib/results/write.ts";
import { head, sampleCell } from "./sample.ts";

Deno.test("README's table follows the result file, and --check says when it does not", async () => {
  const folder = await Deno.makeTempDir();
  await addCell(`${folder}/results/cifar10.quick.json`, head, await sampleCell(`${folder}/results`));
  const around = ["# Title\n\n<!-- results:cifar10.quick -->\n", "<!-- /results -->\n\nThe end.\n"];
  await Deno.writeTextFile(`${folder}/README.md`, around.join("old\n"));
  await Deno.mkdir(`${folder}/docs`);
  await Deno.writeTextFile(`${folder}/docs/results.md`, "# No table yet\n");
  await Deno.writeTextFile(`${folder}/docs/protocol.md`, "# Protocol\n");
  await Deno.writeTextFile(`${folder}/docs/speed.md`, "# Speed\n");
  await Deno.writeTextFile(`${folder}/docs/trust.md`, "# Trust\n");

  const { code, text: said } = await updateReadme(["--check"], folder);
  assertEquals([code, said], [1, "Out of date: README.md. Run deno task readme."]);
  assertEquals((await updateReadme([], folder)).text, "Written: README.md.");
  const text = await Deno.readTextFile(`${folder}/README.md`);
  assertStringIncludes(text, "| softmax | max probability | 1 |");
  assertStringIncludes(text, "The end.");
  assertEquals((await updateReadme(["--check"], folder)).code, 0);
});

Deno.test("a table in short has a row for each method, with the figures of the file's summary", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/results/cifar10.quick.json`;
  let file;
  for (const trial of [0, 2]) {
    await addCell(path, head, await sampleCell(`${folder}/results`, { trial }));
    file = await addCell(path, head, await sampleCell(`${folder}/results`, { trial, backmix: true, gain: 2 }));
  }
  const marker = "<!-- results:cifar10.quick in short -->";
  await Deno.writeTextFile(`${folder}/README.md`, `${marker}\n<!-- /results -->\n`);
  await Deno.mkdir(`${folder}/docs`);
  await Deno.writeTextFile(`${folder}/docs/results.md`, "");
  await Deno.writeTextFile(`${folder}/docs/protocol.md`, "");
  await Deno.writeTextFile(`${folder}/docs/speed.md`, "");
  await Deno.writeTextFile(`${folder}/docs/trust.md`, "");
  await updateReadme([], folder);

  const [first, , titles, , row] = (await Deno.readTextFile(`${folder}/README.md`)).split("\n");
  const cells = (line: string) => line.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, ""));
  assertEquals([first, cells(titles)[3], cells(titles)[6]], [marker, "ACC without", "AUROC without"]);
  const percent = (share: number) => (100 * share).toFixed(1);
  const { rows, paired } = file!.summary;
  const sides = [false, true].map((backmix) =>
    rows.find((row) => row.backmix === backmix)!.metrics.max_probability.auroc
  );
  const { mean, low, high } = paired[0].metrics.max_probability.auroc;
  assertEquals(cells(row).slice(0, 3), ["softmax", "max probability", "2"]);
  assertEquals(cells(titles)[4], "with BackMix");
  assertEquals(cells(row).slice(6), [
    ...sides.map(({ mean, deviation }) => `${percent(mean)} ± ${percent(deviation!)}`),
    `+${percent(mean)} (${percent(low!)} to +${percent(high!)})`.replace("(", low! < 0 ? "(" : "(+"),
  ]);
});

Deno.test("the splits of the protocol page are those of the lists, by name", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/protocol.md", import.meta.url));
  assertStringIncludes(page, "| 0 | airplane, frog, deer, truck, automobile, horse |"); // ARPL's 0, 6, 4, 9, 1, 7
  assertStringIncludes(page, "| 1 | horse, frog, deer, truck, airplane, automobile |");
  assertStringIncludes(page, "| 0 | deer, horse, truck, automobile | dolphin, couch, aquarium fish, bottle,"); // 4, 7, 9, 1; 30, 25, 1, 9
  assertEquals(
    await withBlocks("a <!-- splits -->old<!-- /splits --> b", { splits: () => "new" }),
    "a <!-- splits -->\n\nnew\n\n<!-- /splits --> b",
  );
  const unread = () => Promise.reject(new Error("asked for in vain"));
  assertEquals(await withBlocks("no marker", { splits: unread }), "no marker");
});

Deno.test("the table of speeds has the ratios of the benchmark's file", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/speed.md", import.meta.url));
  const { rows, hardware } = JSON.parse(
    await Deno.readTextFile(new URL("../../results/bench.json", import.meta.url)),
  );
  for (const { what, best, ratio } of rows) {
    const line = page.split("\n").find((line) => line.startsWith(`| ${what} | ${best} |`));
    assertStringIncludes(line ?? "", ` ${ratio.median.toFixed(2)} (`, what);
  }
  assertStringIncludes(page, `${hardware.processor}, ${hardware.cores} cores`);
});

Deno.test("the table of speeds tells calls in microseconds, images by the second, and else milliseconds", () => {
  const row = { what: "w", others: { a: { median: 0.5 } }, best: "a", ratio: { median: 2, min: 1, max: 3 } };
  const ours = { median: 0.25 };
  const rows = [{ ...row, ours, calls: 1000 }, { ...row, ours, images: 100 }, { ...row, ours }];
  const hardware = { processor: "p", cores: 2, avx512: false };
  const table = benchTable({ code_version: "c", hardware, load: { busy: false }, rounds: 1, rows });
  assertEquals(table.slice(1).map(([, , there, here]) => [there, here]), [
    ["500 us a call", "250 us a call"],
    ["200 images/s", "400 images/s"],
    ["500 ms", "250 ms"],
  ]);
});

Deno.test("the table of a profile tells the rest of the operations, and all, beside those of a hundredth or more", () => {
  const cost = (operation: string, calls: number, total: number) => ({ operation, calls, total, share: total / 1000 });
  const costs = [cost("Conv2D", 9, 800), cost("Mean", 2, 190), cost("Add", 3, 6), cost("Mul", 4, 4)];
  const profile = { method: "softmax", backbone: "classifier32", batch: 64, steps: 5, costs };
  assertEquals(profileTable(profile).slice(1), [
    ["Conv2D", "9", "0.80", "80.0 %"],
    ["Mean", "2", "0.19", "19.0 %"],
    ["others", "7", "0.01", "1.0 %"],
    ["all", "18", "1.00", "100.0 %"],
  ]);
});

Deno.test("a marker without its partner is an error, not a lost page", async () => {
  const table = () => "";
  await assertRejects(() => withTables("<!-- results:a -->", table), UserError, "do not pair");
  await assertRejects(() => withTables("<!-- results:a --> <!-- results:b --> <!-- /results -->", table), UserError);
  await assertRejects(() => withTables("<!-- /results -->", table), UserError);
});

Deno.test("the table of trust has what the task counted", async () => {
  const file = await readTrust(new URL("../../results/trust.json", import.meta.url).pathname);
  const page = await Deno.readTextFile(new URL("../../docs/trust.md", import.meta.url));
  for (const { name, rows } of file.subjects) {
    for (const { what, tried } of rows) {
      assertStringIncludes(page, `| ${name} | ${what} | ${tried.toLocaleString("en")} |`);
    }
  }
});
