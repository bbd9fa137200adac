/** `docs/plug-in.md`, run as it stands, on this project's engine and on tfjs's own. */
import { assert, assertEquals, assertLess } from "@std/assert";
import { blocksOf, copyOfProject, follow, read } from "./markdown.ts";

/** Tells, behind the document's loop, where it ran, and how far the bank's cells have moved from 0.5. */
const EPILOGUE = `
const { maps } = backmix.bank.state();
console.log(tf.getBackend(), Math.max(...maps.map((value) => Math.abs(value - 0.5))), tf.memory().numTensors);
`;

/** Runs the document's file; returns losses, backend, the bank's largest move, and tensors that are held. */
async function outcomeOf(text: string): Promise<{ losses: number[]; backend: string; moved: number; held: number }> {
  const folder = await copyOfProject();
  const { files: [file] } = await follow(text, folder);
  await Deno.writeTextFile(`${folder}/${file}`, EPILOGUE, { append: true });
  const { ran } = await follow(`\n\n\`\`\`sh\ndeno run -A ${file}\n\`\`\`\n`, folder);
  const [{ output }] = [...ran.values()];
  const lines = output.trim().split("\n").map((line) => line.split(" "));
  const [backend, moved, held] = lines.pop()!;
  await Deno.remove(folder, { recursive: true });
  return { losses: lines.map(([, loss]) => Number(loss)), backend, moved: Number(moved), held: Number(held) };
}

const text = await read("plug-in.md");
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

for (const backend of ["tensorflow", "cpu"]) {
  Deno.test(`plug-in.md trains a layers model with BackMix on ${backend}`, async () => {
    const own = text.replace(/^await startTensorFlow.*\n/m, "");
    assert(own.length < text.length);
    const outcome = await outcomeOf(backend === "cpu" ? own : text);
    assertEquals(outcome.backend, backend);
    assertLess(mean(outcome.losses.slice(-5)), 0.9 * mean(outcome.losses.slice(0, 5)));
    assert(outcome.moved > 0.1, `the bank moved by ${outcome.moved}`);
  });
}

Deno.test("plug-in.md needs ten lines for BackMix", () => {
  const [, loop] = blocksOf(text);
  assertLess(loop.text.trim().split("\n").length, 11);
});
