import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { UserError } from "../../lib/files/user_error.ts";
import { entriesBelow, leaderboardOf } from "../../lib/results/leaderboard.ts";
import { leaderboardReport } from "../../lib/results/leaderboard_task.ts";
import { addCell } from "../../lib/results/write.ts";
import { head, sampleCell } from "./sample.ts";

/** Three people's files: scores beside, scores absent, a figure edited by hand. */
async function sent(): Promise<string> {
  const folder = await Deno.makeTempDir();
  for (const [person, gain] of [["ada", 1], ["bob", 2], ["eve", 0.5]] as const) {
    await addCell(`${folder}/${person}/cifar10.quick.json`, head, await sampleCell(`${folder}/${person}`, { gain }));
  }
  await Deno.remove(`${folder}/bob/scores`, { recursive: true });
  const path = `${folder}/eve/cifar10.quick.json`;
  const file = JSON.parse(await Deno.readTextFile(path));
  file.summary.rows[0].metrics.max_probability.auroc.mean = 0.999;
  await Deno.writeTextFile(path, JSON.stringify(file));
  return folder;
}

Deno.test("files are merged, the best AUROC first, and each is marked by what its figures are worth", async () => {
  const { entries, refused } = await entriesBelow(await sent());
  assertEquals(refused, []);
  const [titles, ...rows] = leaderboardOf(entries);
  assertEquals(titles.slice(-2), ["Figures", "File"]);
  assertEquals(rows.map((row) => [row[4], ...row.slice(-2)]).map(([auroc, ...rest]) => [Number(auroc) > 50, ...rest]), [
    [true, "differs", "eve/cifar10.quick.json"],
    [true, "scores absent", "bob/cifar10.quick.json"],
    [true, "recomputed", "ada/cifar10.quick.json"],
  ]);
});

Deno.test("a file that is none is named, and what differs ends with exit code 1", async () => {
  const folder = await sent();
  assertEquals((await leaderboardReport([folder])).code, 1);
  await Deno.remove(`${folder}/eve`, { recursive: true });
  assertEquals((await leaderboardReport([folder])).code, 0);
  await Deno.writeTextFile(`${folder}/bob/bench.json`, "[]"); // no result file by its name
  assertEquals((await leaderboardReport([folder])).code, 0);
  await Deno.writeTextFile(`${folder}/bob/notes.quick.json`, "[]");
  const { code, text } = await leaderboardReport([folder]);
  assertEquals(code, 1);
  assertStringIncludes(text, "Left out: ");
  assertMatch(text, /bob\/notes\.quick\.json/);
});

Deno.test("a score file that is damaged, or a summary of other cells, is refused, and the others still stand", async () => {
  const folder = await sent();
  const scores = `${folder}/ada/scores`;
  for await (const { name } of Deno.readDir(scores)) await Deno.truncate(`${scores}/${name}`, 100);
  const path = `${folder}/eve/cifar10.quick.json`;
  const file = JSON.parse(await Deno.readTextFile(path));
  file.summary.rows[0].cells = ["of.another"];
  await Deno.writeTextFile(path, JSON.stringify(file));
  const { entries, refused } = await entriesBelow(folder);
  assertEquals(entries.map((entry) => entry.path), ["bob/cifar10.quick.json"]);
  assertMatch(
    refused.join("\n"),
    /ada.*\n.*eve\/cifar10\.quick\.json: not a valid result file: \/summary\/rows\/0: names a cell/s,
  );
});

Deno.test("an empty folder, or none, is refused", async () => {
  await assertRejects(
    async () => await leaderboardReport([await Deno.makeTempDir()]),
    UserError,
    "holds no result file",
  );
  await assertRejects(() => leaderboardReport([]), UserError, "0 folders, expected 1.");
  await assertRejects(() => leaderboardReport(["nowhere-at-all"]), UserError, "nowhere-at-all");
});
