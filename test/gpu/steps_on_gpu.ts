/** `deno task test:gpu`: training steps on an NVIDIA GPU repeat to the bit, and come near those on the processor. */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { checkGpu } from "../../lib/engine/nvidia.ts";
import { runEngine } from "../engine/run_engine.ts";

/** What a network came to. */
interface Trained {
  title: string;
  losses: number[];
  weights: string;
}

async function trainedOn(device: string): Promise<Trained[]> {
  const { code, output, errors } = await runEngine("../gpu/train_steps.ts", [device]);
  assertEquals(code, 0, errors);
  return output.trim().split("\n").map((line) => JSON.parse(line));
}

checkGpu("gpu:0"); // no such GPU: one sentence that says what is missing

const first = await trainedOn("gpu:0");
const again = await trainedOn("gpu:0");
const processor = await trainedOn("cpu");

for (const [k, { title, losses, weights }] of first.entries()) {
  Deno.test(`${title}: two processes come to the same weights, bit for bit`, () => {
    assertEquals(again[k], { title, losses, weights });
  });
  Deno.test(`${title}: the first losses are near the processor's, as convolutions in TF32 allow`, () => {
    for (const step of [0, 1]) assertAlmostEquals(losses[step], processor[k].losses[step], 0.02);
  });
}
