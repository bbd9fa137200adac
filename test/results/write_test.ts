import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { UserError } from "../../lib/files/user_error.ts";
import { readResult } from "../../lib/results/read.ts";
import { addCell } from "../../lib/results/write.ts";
import { head, sampleCell } from "./sample.ts";

Deno.test("cells accumulate, and a run that is made again replaces its cell", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/cifar10.quick.json`;
  await addCell(path, head, await sampleCell(folder, { trial: 2 }));
  await addCell(path, head, await sampleCell(folder, { trial: 0 }));
  const again = await sampleCell(folder, { trial: 2 });
  const written = await addCell(path, head, { ...again, code_version: "newer" });
  assertEquals(written.cells.map((cell) => [cell.id, cell.code_version]), [
    ["softmax.trial0.seed0.aaaaaaaa", "0123456"],
    ["softmax.trial2.seed0.aaaaaaaa", "newer"],
  ]);
  assertEquals(await readResult(path), JSON.parse(JSON.stringify(written)));
});

Deno.test("the order in which runs finish does not change the file", async () => {
  const folder = await Deno.makeTempDir();
  const cells = await Promise.all([
    sampleCell(folder),
    sampleCell(folder, { backmix: true, gain: 2 }),
    sampleCell(folder, { trial: 2 }),
  ]);
  for (const cell of cells) await addCell(`${folder}/a.json`, head, cell);
  await Promise.all(cells.toReversed().map((cell) => addCell(`${folder}/b.json`, head, cell))); // at once: they take turns
  assertEquals(await Deno.readTextFile(`${folder}/a.json`), await Deno.readTextFile(`${folder}/b.json`));
  const left = (await Array.fromAsync(Deno.readDir(folder))).map((entry) => entry.name).sort();
  assertEquals(left, ["a.json", "b.json", "scores"]);
});

Deno.test("keys are sorted, numbers have six digits, and lists of numbers stand on one line", async () => {
  const folder = await Deno.makeTempDir();
  await addCell(`${folder}/a.json`, head, await sampleCell(folder));
  const text = await Deno.readTextFile(`${folder}/a.json`);
  assertMatch(text, /^\{\n {2}"cells": \[\n/);
  assertMatch(text, /"last_loss": 0\.123457,/);
  assertMatch(text, /"known": \[0, 6, 4\],/);
  assertEquals(
    text.match(/^ {2}"\w+"/gm)!.map((key) => key.trim()),
    text.match(/^ {2}"\w+"/gm)!.map((k) => k.trim()).sort(),
  );
});

Deno.test("runs alike but for BackMix are paired, extras too", async () => {
  const folder = await Deno.makeTempDir();
  await addCell(`${folder}/a.json`, head, await sampleCell(folder));
  await addCell(`${folder}/a.json`, head, await sampleCell(folder, { trial: 2, backmix: true }));
  const { paired, cells } = await addCell(
    `${folder}/a.json`,
    head,
    await sampleCell(folder, { backmix: true, gain: 2 }),
  );
  assertEquals(paired.map((pair) => [pair.with, pair.without]), [
    ["softmax+backmix.trial0.seed0.bbbbbbbb", "softmax.trial0.seed0.aaaaaaaa"],
  ]);
  const of = (id: string) => cells.find((cell) => cell.id === id)!.metrics.max_logit.auroc.value;
  assertEquals(
    paired[0].metrics.max_logit.auroc.value.toFixed(5),
    (of(paired[0].with) - of(paired[0].without)).toFixed(5),
  );
  assertEquals(paired[0].extra, { cam_on_shape: 0.25 });
});

Deno.test("a file of another schema version, table or preset, or a damaged one, is left as it is", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/a.json`;
  const cell = await sampleCell(folder);
  await addCell(path, head, cell);
  const good = await Deno.readTextFile(path);
  const refuse = async (text: string, message: string, other = head) => {
    await Deno.writeTextFile(path, text);
    await assertRejects(() => addCell(path, other, cell), UserError, message);
    assertEquals(await Deno.readTextFile(path), text);
  };
  await refuse(good.replace('"schema_version": 1', '"schema_version": 2'), "schema version 2");
  await refuse(good.slice(0, 500), "not JSON");
  await refuse(good.replace('"trial": 0', '"trial": -1'), "/cells/0/trial");
  await refuse("null", "schema version undefined");
  await refuse(good, "holds table cifar10, preset quick; this run is of svhn, quick", { ...head, table: "svhn" });
});

Deno.test("a cell that breaks the schema is a fault of the program, and nothing is written", async () => {
  const folder = await Deno.makeTempDir();
  const cell = await sampleCell(folder);
  await assertRejects(
    () => addCell(`${folder}/a.json`, head, { ...cell, finished: "soon" }),
    TypeError,
    "/cells/0/finished",
  );
  await assertRejects(() => Deno.stat(`${folder}/a.json`), Deno.errors.NotFound);
});

Deno.test("a partner's lost scores stop the writing, and the message says which file and what to do", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/a.json`;
  const partner = await sampleCell(folder);
  await addCell(path, head, partner);
  const before = await Deno.readTextFile(path);
  await Deno.remove(`${folder}/${partner.scores_file}`);
  const added = sampleCell(folder, { backmix: true });
  await assertRejects(async () => addCell(path, head, await added), UserError, `${partner.scores_file}: cannot read`);
  assertEquals(await Deno.readTextFile(path), before);
});

Deno.test("differences of other pairs are kept as they are, and their scores are not read again", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/a.json`;
  const [plain, backmix] = [await sampleCell(folder), await sampleCell(folder, { backmix: true, gain: 2 })];
  await addCell(path, head, plain);
  const { paired: [first] } = await addCell(path, head, backmix);
  await Deno.remove(`${folder}/${plain.scores_file}`);
  await addCell(path, head, await sampleCell(folder, { trial: 2 }));
  const { paired } = await addCell(path, head, await sampleCell(folder, { trial: 2, backmix: true }));
  assertEquals([paired.length, paired[0]], [2, JSON.parse(JSON.stringify(first))]);
  const again = async () => addCell(path, head, await sampleCell(folder, { backmix: true, gain: 3 }));
  await assertRejects(again, UserError, "cannot read"); // a replaced cell's own differences are worked out anew
});
