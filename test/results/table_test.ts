import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { markdown, tableOf, terminal } from "../../lib/results/table.ts";
import { addCell } from "../../lib/results/write.ts";
import { head, sampleCell } from "./sample.ts";

const folder = await Deno.makeTempDir();

async function file(trials: number[]) {
  const path = `${folder}/${trials.join("-")}.json`;
  let written;
  for (const trial of trials) {
    await addCell(path, head, await sampleCell(folder, { trial }));
    written = await addCell(path, head, await sampleCell(folder, { trial, backmix: true, gain: 2 }));
  }
  return written!;
}

Deno.test("a table shows each score, without and with BackMix, their difference, and the published figure", async () => {
  const table = tableOf(await file([0]));
  assertEquals(table.map((row) => row.slice(0, 3)), [
    ["Method", "Score", "Runs"],
    ["softmax", "max probability", "1"],
    ["softmax", "max logit", "1"],
    ["softmax + BackMix", "max probability", "1"],
    ["softmax + BackMix", "max logit", "1"],
    ["softmax: with - without", "max probability", "1"],
    ["softmax: with - without", "max logit", "1"],
    ["Published: BackMix, TPAMI 2025", "", ""],
  ]);
  const titles = ["ACC", "AUROC", "AUPR-in", "FPR@TPR95", "DTACC", "OSCR", "cam on shape"];
  assertEquals(table[0].slice(3), titles);
  assertEquals(table.at(-1)!.slice(3), ["", "91.3", "", "", "", "", ""]);
  assertEquals(table.map((row) => row.at(-1)), ["cam on shape", "25.0", "25.0", "50.0", "50.0", "+25.0", "+25.0", ""]);
  assertMatch(table[1][4], /^\d\d\.\d \(\d\d\.\d to \d\d\.\d\)$/);
  assertMatch(table[5][4], /^[+-]\d+\.\d \([+-]\d+\.\d to [+-]\d+\.\d\)$/);
});

Deno.test("several runs are shown as mean and deviation", async () => {
  const table = tableOf(await file([0, 2]));
  assertEquals(table[1][2], "2");
  assertMatch(table[1][4], /^\d\d\.\d ± \d+\.\d$/);
});

Deno.test("Markdown and terminal tables keep their columns", async () => {
  const table = tableOf(await file([0]));
  const lines = markdown(table).split("\n");
  assertEquals(new Set(lines.map((line) => line.split(" | ").length)).size, 1);
  assertStringIncludes(lines[1], "| --- | --- | ---: |");
  const [titles, first] = terminal(table).split("\n");
  assertEquals(first.indexOf("max probability"), titles.indexOf("Score"));
});
