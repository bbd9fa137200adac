/** `docs/image-folder.md`, done as it says with small pictures. */
import { assertEquals } from "@std/assert";
import { startTensorFlow } from "../../lib/engine/tensorflow.ts";
import { readResult } from "../../lib/results/read.ts";
import { writePictures } from "../datasets/pictures.ts";
import { ownCache } from "../files/own_cache.ts";
import { copyOfProject, follow, read } from "./markdown.ts";

await startTensorFlow(); // in the user's cache, if it must be fetched
await ownCache();

Deno.test("who follows image-folder.md has a table of images of their own", async () => {
  const folder = await copyOfProject();
  await writePictures(`${folder}/photos`, ["ant", "bee", "elk"], 30);
  await follow(await read("image-folder.md"), folder);
  const { cells } = await readResult(`${folder}/runs/photos/image-folder.quick.json`);
  assertEquals(cells.map(({ method, backmix }) => [method, backmix]), [["softmax", true], ["softmax", false]]);
  assertEquals(cells[0].training.images, 44); // three quarters of 30, rounded, of each of two classes
  await Deno.remove(folder, { recursive: true });
});
