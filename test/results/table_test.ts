import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { markdown, notesOf, tableOf, terminal } from "../../lib/results/table.ts";
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
    ["BackMix (paper), base method not stated", "", ""],
  ]);
  const titles = ["ACC", "AUROC", "AUPR-in", "FPR@TPR95", "DTACC", "OSCR", "cam on shape"];
  assertEquals(table[0].slice(3), titles);
  assertEquals(table.at(-1)!.slice(3), ["", "91.3", "", "", "", "", ""]);
  assertEquals(table.map((row) => row.at(-1)), ["cam on shape", "25.0", "25.0", "50.0", "50.0", "+25.0", "+25.0", ""]);
  assertMatch(table[1][4], /^\d\d\.\d \(\d\d\.\d to \d\d\.\d\)$/);
  assertMatch(table[5][4], /^[+-]\d+\.\d \([+-]\d+\.\d to [+-]\d+\.\d\)$/);
});

Deno.test("official images and others of the same name stand in rows of their own, and are never a pair", async () => {
  const path = `${folder}/copies.json`;
  const official = { official: true, sha256: "1".repeat(64) };
  for (const trial of [0, 1]) {
    await addCell(path, head, await sampleCell(folder, { trial }));
    const cell = await sampleCell(folder, { trial, backmix: true });
    await addCell(path, head, { ...cell, data: { ...cell.data, ...official }, recipe_digest: "b".repeat(16) });
  }
  const plain = await sampleCell(folder, { trial: 2 });
  const written = await addCell(path, head, { ...plain, data: { ...plain.data, ...official } });
  assertEquals(
    tableOf(written).filter(([, score]) => score === "max probability").map((row) => row.slice(0, 3)),
    [
      ["softmax (not official images)", "max probability", "2"],
      ["softmax (official images)", "max probability", "1"],
      ["softmax + BackMix (official images)", "max probability", "2"],
    ],
  );
  assertEquals(written.paired, []);
});

Deno.test("rows that differ in a rival of BackMix are told apart by its name, two recipes of one name by their digests", async () => {
  const path = `${folder}/rivals.json`;
  const plain = await sampleCell(folder, {});
  const backmix = await sampleCell(folder, { backmix: true });
  let number = 0;
  const add = (cell: typeof plain, changed: typeof plain["recipe"]) =>
    addCell(path, head, {
      ...cell,
      recipe: { ...cell.recipe, ...changed },
      recipe_digest: `${number++}`.padEnd(16, "0"),
    });
  await add(plain, {});
  await add(plain, { regulariser: { kind: "mixup", alpha: 1 } });
  await add(plain, { regulariser: { kind: "background-swap" } });
  await add(backmix, {});
  await add(backmix, { backmix: { mask: "none" } });
  await add(backmix, { backmix: { foreground: 0.5, window: 0.25, partner: "own" } });
  await add(backmix, { regulariser: { kind: "mixup", alpha: 1 } });
  await add(plain, { regulariser: { kind: "cutout", side: 0.5 } });
  const table = tableOf(await add(plain, { regulariser: { kind: "cutout", side: 0.25 } }));
  assertEquals(
    new Set(table.map(([name]) => name)),
    new Set([
      "Method",
      "softmax",
      "softmax + MixUp",
      "softmax + background swap",
      "softmax + CutOut (recipe 70000000)",
      "softmax + CutOut (recipe 80000000)",
      "softmax + BackMix",
      "softmax + random window",
      "softmax + BackMix (foreground 0.5, partner own)",
      "softmax + MixUp + BackMix",
      "softmax: MixUp - without",
      "softmax: background swap - without",
      "softmax: CutOut - without",
      "softmax: with - without",
      "softmax: random window - without",
      "softmax: BackMix (foreground 0.5, partner own) - without",
      "softmax + MixUp: with - without",
      "BackMix (paper), base method not stated",
    ]),
  );
});

Deno.test("several runs are shown as mean and deviation", async () => {
  const table = tableOf(await file([0, 2]));
  assertEquals(table[1][2], "2");
  assertMatch(table[1][4], /^\d\d\.\d ± \d+\.\d$/);
});

Deno.test("Markdown keeps its columns", async () => {
  const lines = markdown(tableOf(await file([0]))).split("\n");
  assertEquals(new Set(lines.map((line) => line.split(" | ").length)).size, 1);
  assertStringIncludes(lines[1], "| --- | --- | ---: |");
});

Deno.test("a terminal shows a block for each score, figures down and methods across", async () => {
  const table = tableOf(await file([0]));
  const blocks = terminal(table).split("\n\n").map((block) => block.split("\n"));
  assertEquals(blocks.map(([title]) => title), ["Score: max probability", "Score: max logit"]);
  for (const [at, [, head, ...lines]] of blocks.entries()) {
    const columns = [
      "Method",
      "softmax",
      "softmax + BackMix",
      "softmax: with - without",
      "BackMix (paper), base method not stated",
    ];
    assertEquals(head.split(/ {2,}/), columns);
    const figures = ["Runs", "ACC", "AUROC", "AUPR-in", "FPR@TPR95", "DTACC", "OSCR", "cam on shape"];
    assertEquals(lines.map((line) => line.split(/ {2,}/)[0]), figures);
    const starts = columns.map((column) => head.indexOf(column));
    for (const [i, line] of lines.entries()) {
      // of the table's rows those of this score, and the last; in each the figure of this line
      const expected = [table[1 + at], table[3 + at], table[5 + at], table[7]].map((row) => row[2 + i]);
      assertEquals(starts.slice(1).map((start, c) => line.slice(start, starts[c + 2]).trim()), expected);
      assertEquals(line, line.trimEnd());
    }
  }
});

Deno.test("a terminal shows many methods down, so that lines stay short", () => {
  const methods = Array.from({ length: 24 }, (_, i) => [`method ${i}`, "max logit", "1", `${i}.0`, `${i}.5`]);
  const [title, head, ...lines] = terminal([["Method", "Score", "Runs", "ACC", "AUROC"], ...methods]).split("\n");
  assertEquals([title, head.split(/ {2,}/)], ["Score: max logit", ["Method", "Runs", "ACC", "AUROC"]]);
  assertEquals(lines.map((line) => line.split(/ {2,}/)), methods.map((row) => row.toSpliced(1, 1)));
});

Deno.test("notes say what the brackets hold, and where the published figures stand", async () => {
  const [one, paper, ...others] = notesOf(await file([0]));
  assertStringIncludes(one, "95 % bootstrap intervals over test images");
  assertEquals([paper, others], ["BackMix (paper), base method not stated: BackMix, TPAMI 2025.", []]);
  assertStringIncludes(notesOf(await file([0, 2]))[0], "mean ± standard deviation over runs");
  assertEquals(notesOf({ ...await file([0]), paper: null }).length, 1);
});
