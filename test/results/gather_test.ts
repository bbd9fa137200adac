import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { UserError } from "../../lib/files/user_error.ts";
import { checkReport, resultFiles } from "../../lib/results/check_task.ts";
import { gatherReport } from "../../lib/results/gather_task.ts";
import { readResult } from "../../lib/results/read.ts";
import { type Cell, decidingDigest, type ResultHead } from "../../lib/results/result.ts";
import { readScores, writeScores } from "../../lib/results/scores.ts";
import { addCell } from "../../lib/results/write.ts";
import { commandOf, start } from "../experiment/child.ts";
import { head, sampleCell } from "./sample.ts";

type Sample = NonNullable<Parameters<typeof sampleCell>[1]>;

/** A cell whose digest is that of what it says. */
function digested(cell: Omit<Cell, "id">): Omit<Cell, "id"> {
  const { recipe, split, trial, data: { name, sha256, limit, settings } } = cell;
  const parts = { recipe, split: { ...split, dataset: name, trial }, data: sha256, limit, validation: 0, settings };
  return { ...cell, recipe_digest: decidingDigest(parts) };
}

/** Adds a cell to what a person has below a folder. */
async function add(
  folder: string,
  person: string,
  sample: Sample = {},
  change: (cell: Omit<Cell, "id">) => Omit<Cell, "id"> = (cell) => cell,
  own: ResultHead = head,
): Promise<string> {
  const path = `${folder}/${person}/cifar10.quick.json`;
  await addCell(path, own, digested(change(await sampleCell(`${folder}/${person}`, sample))));
  return path;
}

async function edit(path: string, change: (text: string) => string): Promise<void> {
  await Deno.writeTextFile(path, change(await Deno.readTextFile(path)));
}

const ids = async (out: string) =>
  (await readResult(`${out}/cifar10.quick.json`)).cells.map(({ id }) => id.slice(0, -9));

Deno.test("what several people sent becomes the file that one would have, in any order, and cells sent twice count once", async () => {
  const folder = await Deno.makeTempDir();
  const samples: [person: string, sample: Sample][] = [
    ["ada", { trial: 0 }],
    ["ada", { trial: 1 }],
    ["bob/runs", { trial: 1 }],
    ["bob/runs", { trial: 1, backmix: true, gain: 2 }],
  ];
  for (const [person, sample] of samples) {
    await add(folder, person, sample);
    await add(folder, "one", sample);
  }
  const [ada, bob, out, other] = ["ada", "bob", "out", "other"].map((name) => `${folder}/${name}`);
  assertEquals(await gatherReport([ada, bob, "--out", out]), {
    code: 0,
    text: `${out}/cifar10.quick.json: 3 cells added, 1 more that were the same.`,
  });
  const [gathered, one] = await Promise.all(
    [`${out}`, `${folder}/one`].map((at) => readResult(`${at}/cifar10.quick.json`)),
  );
  const places = gathered.cells.map(({ scores_file }) => scores_file);
  assertEquals(places, gathered.cells.map(({ id }) => `scores/cifar10.quick/${id}.npz`));
  assertEquals(
    { ...gathered, cells: gathered.cells.map((cell, k) => ({ ...cell, scores_file: one.cells[k].scores_file })) },
    one,
  );
  assertEquals((await checkReport([], out)).code, 0);

  await gatherReport([bob, ada, "--out", other]);
  const text = await Deno.readTextFile(`${out}/cifar10.quick.json`);
  assertEquals(await Deno.readTextFile(`${other}/cifar10.quick.json`), text);
  assertEquals(await gatherReport([ada, "--out", out]), {
    code: 0,
    text: `${out}/cifar10.quick.json: 0 cells added, 2 more that were the same.`,
  });
  assertEquals(await Deno.readTextFile(`${out}/cifar10.quick.json`), text);
  await Deno.remove(folder, { recursive: true });
});

const epochs = (cell: Omit<Cell, "id">) => ({ ...cell, recipe: { ...cell.recipe, epochs: 3 } });
const copied = (cell: Omit<Cell, "id">) => ({ ...cell, data: { ...cell.data, sha256: "1".repeat(64) } });
const official = (cell: Omit<Cell, "id">) => ({ ...cell, data: { ...cell.data, official: true } });
const unpublished: ResultHead = { ...head, paper: null };

/** What Eve sends beside Ada's trials 0 and 1, and what is said of it. */
const contradictions: [what: string, send: (folder: string) => Promise<unknown>, said: RegExp][] = [
  [
    "the same cell with other figures",
    (folder) => add(folder, "eve", { gain: 2 }),
    /softmax\.trial0\.seed0\.\w+: \S*\/ada\/\S+ and \S+\/eve\/\S+ differ: metrics\.max_logit\.aupr_in 0\.\d+ and 0\.\d+, and/,
  ],
  [
    "the same figures from other bits",
    async (folder) => {
      const path = await add(folder, "eve");
      const scores = `${folder}/eve/${(await readResult(path)).cells[0].scores_file}`;
      const run = await readScores(scores);
      run.unknown.index = run.unknown.index.map((index) => index + 1);
      await writeScores(scores, run);
    },
    /softmax\.trial0\.seed0\.\w+: .* differ: figures agree, but not the bits of their scores\./,
  ],
  [
    "another recipe",
    (folder) => add(folder, "eve", { trial: 0 }, epochs),
    /another recipe\. \S*\/ada\/\S+: epochs 6; \S+\/eve\/\S+: epochs 3\./,
  ],
  [
    "the same trial of other images",
    (folder) => add(folder, "eve", { trial: 0 }, copied),
    /softmax\.trial0\.\S+: another data checksum\. \S*\/ada\/\S+: sha256 "0{64}"; \S+\/eve\/\S+: sha256 "1{64}"\./,
  ],
  [
    "official images, though of another trial",
    (folder) => add(folder, "eve", { trial: 3 }, official),
    /softmax\.trial3\.\S+: official images against others\. \S*\/ada\/\S+: official false; \S+\/eve\/\S+: official true\./,
  ],
  [
    "other published figures",
    (folder) => add(folder, "eve", { trial: 3 }, undefined, unpublished),
    /softmax\.trial3\.\S+: other published figures\. \S*\/ada\/\S+: metrics .*; \S+\/eve\/\S+: none\./,
  ],
];

for (const [what, send, said] of contradictions) {
  Deno.test(`${what}: named, and of two newcomers neither is taken; what is gathered already stays`, async () => {
    const folder = await Deno.makeTempDir();
    const [ada, eve, out, fresh] = ["ada", "eve", "out", "fresh"].map((name) => `${folder}/${name}`);
    await add(folder, "ada", { trial: 0 });
    await add(folder, "ada", { trial: 1 });
    await send(folder);
    await gatherReport([ada, "--out", out]);
    const before = await Deno.readTextFile(`${out}/cifar10.quick.json`);
    const into = await gatherReport([eve, "--out", out]);
    assertEquals(into.code, 1);
    assertMatch(into.text.replaceAll(`${out}/`, "/ada/"), said);
    assertEquals(await Deno.readTextFile(`${out}/cifar10.quick.json`), before);

    const both = await gatherReport([ada, eve, "--out", fresh]);
    assertEquals(both.code, 1);
    assertMatch(both.text, said);
    const taken = await ids(fresh).catch((): string[] => []);
    assertEquals(taken, what.startsWith("the same") ? ["softmax.trial1.seed0"] : []);
    await Deno.remove(folder, { recursive: true });
  });
}

/** What is wrong with Eve's trial 2 alone. */
const faults: [what: string, send: (path: string) => Promise<unknown>, said: RegExp][] = [
  [
    "missing scores",
    async (path) => await Deno.remove(path.replace("cifar10.quick.json", "scores"), { recursive: true }),
    /eve\/\S+, softmax\.trial2\.seed0\.\w+: \S+\.npz: cannot read: it does not exist\./,
  ],
  [
    "a figure that was edited",
    (path) => edit(path, (text) => text.replace(/"value": 0\.\d+/, '"value": 0.987654')),
    /softmax\.trial2\.seed0\.\w+: 1 figures do not come out of its scores, such as max_\w+ \w+: recorded 0\.987654 /,
  ],
  [
    "a recipe that was edited",
    (path) => edit(path, (text) => text.replaceAll('"epochs": 6', '"epochs": 7')),
    /its id and digest are not those of the recipe, split and data that it names\./,
  ],
  [
    "a data checksum that was edited",
    (path) => edit(path, (text) => text.replace(`"${"0".repeat(64)}"`, `"${"2".repeat(64)}"`)),
    /its id and digest are not those of the recipe, split and data that it names\./,
  ],
  [
    "another schema version",
    (path) => edit(path, (text) => text.replace('"schema_version": 1', '"schema_version": 2')),
    /eve\/cifar10\.quick\.json: schema version 2, this program reads and writes 1\./,
  ],
  ["half a file", (path) => Deno.truncate(path, 1000), /eve\/cifar10\.quick\.json: not JSON/],
  [
    "a table of another name than its file",
    (path) => edit(path, (text) => text.replace('"table": "cifar10"', '"table": "../cifar10"')),
    /holds table \.\.\/cifar10, preset quick\. Call it/,
  ],
];

for (const [what, send, said] of faults) {
  Deno.test(`${what}: named and left out, while the rest is gathered`, async () => {
    const folder = await Deno.makeTempDir();
    await add(folder, "ada");
    await send(await add(folder, "eve", { trial: 2 }));
    const { code, text } = await gatherReport([`${folder}/ada`, `${folder}/eve`, "--out", `${folder}/out`]);
    assertEquals(code, 1);
    assertMatch(text, said);
    assertEquals(await ids(`${folder}/out`), ["softmax.trial0.seed0"]);
    await Deno.remove(folder, { recursive: true });
  });
}

Deno.test("several that gather into one place at once take turns, and none's cells are lost", async () => {
  const folder = await Deno.makeTempDir(), people = ["ada", "bob", "eve"];
  for (const [trial, person] of people.entries()) await add(folder, person, { trial });
  const task = new URL("../../lib/results/gather_task.ts", import.meta.url).pathname;
  const ends = await Promise.all(
    people.map((person) => start(commandOf(task, [`${folder}/${person}`, "--out", `${folder}/out`])).ended),
  );
  for (const { code, errors } of ends) assertEquals(code, 0, errors);
  assertEquals(await ids(`${folder}/out`), [0, 1, 2].map((trial) => `softmax.trial${trial}.seed0`));
  const left = (await Array.fromAsync(Deno.readDir(`${folder}/out`), ({ name }) => name)).sort();
  assertEquals(left, ["cifar10.quick.json", "scores"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a full disk, a place that cannot be, and a target without its scores are told, and the target stays", async () => {
  const folder = await Deno.makeTempDir();
  await add(folder, "ada");
  await add(folder, "bob", { backmix: true });
  const out = `${folder}/out`, bob = ["--out", out, `${folder}/bob`];
  await gatherReport([`${folder}/ada`, "--out", out]);
  const before = await Deno.readTextFile(`${out}/cifar10.quick.json`);
  const { write } = Deno.FsFile.prototype;
  Deno.FsFile.prototype.write = function (bytes) {
    if (bytes.length < 500) return write.call(this, bytes); // the lock still fits
    return Promise.reject(new Error("No space left on device (os error 28)"));
  };
  try {
    await assertRejects(() => gatherReport(bob), UserError, "no space left on the disk");
  } finally {
    Deno.FsFile.prototype.write = write;
  }
  await Deno.writeTextFile(`${folder}/file`, "");
  const onto = [`${folder}/ada`, "--out", `${folder}/file`];
  await assertRejects(() => gatherReport(onto), UserError, "a part of this path is a file");
  await Deno.remove(`${out}/scores`, { recursive: true });
  await assertRejects(() => gatherReport(bob), UserError, "restore that file");
  assertEquals(await Deno.readTextFile(`${out}/cifar10.quick.json`), before);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a folder that vanishes while it is read is told; a lock in it that is given back is not missed", async () => {
  const folder = await Deno.makeTempDir(), { readDir } = Deno;
  await add(folder, "ada");
  const ada = `${folder}/ada`, vanishing = `${ada}/cifar10.quick.json.lock`;
  await Deno.mkdir(vanishing);
  Deno.readDir = (path) => {
    if (path === vanishing) Deno.removeSync(vanishing);
    return readDir(path);
  };
  try {
    assertEquals((await gatherReport([ada, "--out", `${folder}/out`])).code, 0);
    const { readFile } = Deno;
    Deno.readFile = async (path) => {
      await Deno.remove(ada, { recursive: true }).catch(() => {});
      return await readFile(path);
    };
    try {
      const { code, text } = await gatherReport([ada, "--out", `${folder}/other`]);
      assertEquals(code, 1);
      assertMatch(text, /\.npz: cannot read: it does not exist\./);
    } finally {
      Deno.readFile = readFile;
    }
    await assertRejects(() => gatherReport([ada]), UserError, `${ada}: cannot read: it does not exist.`);
  } finally {
    Deno.readDir = readDir;
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("the command line is explained, and a folder that is not there or holds no result is named", async () => {
  const { code, text } = await gatherReport(["--help"]);
  assertEquals(code, 0);
  for (const words of ["deno task gather FOLDER... [--out DIR]", "default runs/gathered", "Exit code 1"]) {
    assertStringIncludes(text, words);
  }
  await assertRejects(() => gatherReport([]), UserError, "0 folders, expected one or more.");
  await assertRejects(() => gatherReport(["--to", "x"]), UserError, "--to: no such option.");
  await assertRejects(
    () => gatherReport(["nowhere-at-all"]),
    UserError,
    "nowhere-at-all: cannot read: it does not exist",
  );
  const empty = await Deno.makeTempDir();
  await assertRejects(() => gatherReport([empty]), UserError, "holds no result file");
  await Deno.remove(empty);
});

Deno.test("every committed cell has the digest of what it says", async () => {
  for (const path of await resultFiles(new URL("../../results", import.meta.url).pathname)) {
    for (const cell of (await readResult(path)).cells) {
      assertEquals(digested(cell).recipe_digest, cell.recipe_digest, `${path}, ${cell.id}`);
    }
  }
});
