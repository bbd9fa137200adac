/** `docs/add-a-method.md`, done as it says in a copy of the project. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { checked } from "../../lib/methods/checked.ts";
import { softmax } from "../../lib/methods/softmax.ts";
import { readResult } from "../../lib/results/read.ts";
import { blocksOf, copyOfProject, follow, read } from "./markdown.ts";

const text = await read("add-a-method.md");

Deno.test("who follows add-a-method.md has a method in the help, trained, and in a result file", async () => {
  const folder = await copyOfProject();
  const { ran } = await follow(text, folder);
  assertEquals(ran.size, 3);
  const { cells } = await readResult(`${folder}/runs/cosine/priors.quick.json`);
  assertEquals(cells.map(({ method, backmix }) => [method, backmix]), [["cosine", true], ["cosine", false]]);
  for (const { training, headline, metrics } of cells) {
    assertEquals([training.images, training.epochs, headline], [240, 1, "max_logit"]);
    assert(metrics.max_logit.auroc.value > 0);
  }
  const mine = await readResult(`${folder}/runs/mine/mine.quick.json`);
  assertEquals(mine.cells.map(({ method }) => method), ["cosine"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("the method of add-a-method.md has about 20 lines", () => {
  const [{ text: file }] = blocksOf(text);
  const code = file.replace(/\/\*\*.*?\*\//gs, "").split("\n").filter((line) => line.trim() !== "");
  assert(code.length <= 22, `${code.length} lines`);
});

Deno.test("the message that add-a-method.md shows is the one that is printed", async () => {
  await startTensorFlow();
  const { logits } = checked({ ...softmax, name: "cosine", logits: (_, { feature }) => feature }, 6);
  const seen = { map: tf.zeros<tf.Rank.R4>([2, 4, 4, 32]), feature: tf.zeros<tf.Rank.R2>([2, 32]) };
  const { message } = assertThrows(() => logits({}, seen), UserError);
  assertStringIncludes(text, `\n    ${message}\n`);
});
