/** `docs/plug-in.md`, run as it stands, on this project's engine and on tfjs's own. */
import { assert, assertEquals, assertGreater, assertLess } from "@std/assert";
import { blocksOf, copyOfProject, follow, read } from "./markdown.ts";

/** Tells, behind the document's loop, where it ran, and how far each image's map has moved from 0.5. */
const EPILOGUE = `
const { maps } = backmix.bank.state();
const moves = Array.from(labels, (_, i) => Math.max(...maps.subarray(64 * i, 64 * i + 64).map((v) => Math.abs(v - 0.5))));
console.log(tf.getBackend(), Math.min(...moves), Math.max(...moves));
`;

/** Does what the document says; returns losses, backend, and the least and the largest move of an image's map. */
async function outcomeOf(text: string): Promise<{ losses: number[]; backend: string; least: number; most: number }> {
  const folder = await copyOfProject();
  const loop = blocksOf(text)[1].text;
  const { ran } = await follow(text.replace(loop, loop + EPILOGUE), folder);
  await Deno.remove(folder, { recursive: true });
  const [{ output }] = [...ran.values()];
  const lines = output.trim().split("\n").filter((line) => /^\w+ [\d.]+/.test(line)).map((line) => line.split(" "));
  const [backend, least, most] = lines.pop()!;
  return { losses: lines.map(([, loss]) => Number(loss)), backend, least: Number(least), most: Number(most) };
}

/** The same with layers that draw the same weights in every run: so few steps go well from these, not from all. */
function seeded(text: string): string {
  return text.replaceAll(/activation: "\w+"/g, "$&, kernelInitializer: tf.initializers.glorotUniform({ seed: 1 })");
}

const text = await read("plug-in.md");
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

Deno.test("plug-in.md trains a layers model with BackMix, and moves the map of each image", async () => {
  const { losses, backend, least, most } = await outcomeOf(seeded(text));
  assertEquals([backend, losses.length], ["tensorflow", 120]);
  assertGreater(mean(losses.slice(0, 10)), 1.5);
  assertLess(mean(losses.slice(-10)), 1.2);
  assertGreater(least, 0.1);
  assertLess(most, 0.5);
});

Deno.test("plug-in.md works on tfjs's own processor backend; a smaller model, which is slow enough there", async () => {
  const changes: [RegExp, string][] = [
    [/^await startTensorFlow.*\n/m, ""],
    [/filters: 16/, "filters: 4"],
    [/filters: 32/, "filters: 8"],
    [/step < 120/, "step < 16"],
  ];
  const own = changes.reduce((changed, [what, by]) => {
    assert(what.test(changed), String(what));
    return changed.replace(what, by);
  }, text);
  const { losses, backend, least } = await outcomeOf(seeded(own));
  assertEquals([backend, losses.length], ["cpu", 16]);
  assertLess(mean(losses.slice(-6)), mean(losses.slice(0, 6)) - 0.1);
  assertGreater(least, 0);
});

Deno.test("plug-in.md needs ten lines for BackMix", () => {
  const [, loop] = blocksOf(text);
  assertLess(loop.text.trim().split("\n").length, 11);
});
