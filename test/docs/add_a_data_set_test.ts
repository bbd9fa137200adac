/** `docs/add-a-data-set.md`, done as it says in a copy of the project. */
import { assertEquals } from "@std/assert";
import { priors } from "../../lib/datasets/priors.ts";
import type { NamedArray } from "../../lib/files/arrays.ts";
import { encodeNpz } from "../../lib/files/npz.ts";
import { readResult } from "../../lib/results/read.ts";
import { copyOfProject, follow, read } from "./markdown.ts";

Deno.test("who follows add-a-data-set.md trains on images of their own", async () => {
  const folder = await copyOfProject();
  // all ten classes in training, as photos have them; labels as NumPy makes them of a list
  const [train, test] = [1, 2].map((seed) => priors({ seed, train: 1, test: 300 }).test);
  const arrays = new Map<string, NamedArray>();
  for (const [name, { images, labels, side }] of Object.entries({ train, test })) {
    arrays.set(`${name}_images`, { dtype: "U8", shape: [labels.length, side, side, 3], data: images });
    arrays.set(`${name}_labels`, { dtype: "I64", shape: [labels.length], data: BigInt64Array.from(labels, BigInt) });
  }
  await Deno.writeFile(`${folder}/photos.npz`, await encodeNpz(arrays));

  await follow(await read("add-a-data-set.md"), folder);
  const { cells: [cell] } = await readResult(`${folder}/runs/photos/photos.quick.json`);
  const { name, official, limit } = cell.data;
  assertEquals([name, official, limit], ["photos", false, 240]);
  assertEquals([cell.split.protocol, cell.split.known.length, cell.split.unknown.length], ["mine", 6, 4]);
  await Deno.remove(folder, { recursive: true });
});
