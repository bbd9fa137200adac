/** What holds over many traced steps; each test trains in processes of its own. */
import { assertEquals, assertLess } from "@std/assert";
import { runEngine } from "./run_engine.ts";

interface Outcome {
  handles: number;
  megabytes: number;
  weights: string;
}

async function train(...steps: number[]): Promise<Outcome> {
  const { output, errors } = await runEngine("train_small.ts", steps.map(String));
  assertEquals(errors, "");
  return JSON.parse(output);
}

Deno.test("a thousand steps leave no handle behind and less than 20 MB", async () => {
  const { handles, megabytes } = await train(300, 1000);
  assertEquals(handles, 0);
  assertLess(megabytes, 20);
});

Deno.test("the same steps give the same bits in every process", async () => {
  const [first, second] = await Promise.all([train(0, 20), train(0, 20)]);
  assertEquals(first.weights, second.weights);
});
