/** `deno task export`: a trained cell under PyTorch's names and in its layout, for whoever goes on with it there. */
import { writeAtomic } from "../files/atomic.ts";
import { encodeSafetensors } from "../files/safetensors.ts";
import { runTask } from "../files/task.ts";
import { taskArguments } from "../files/task_arguments.ts";
import { METHODS } from "../methods/table.ts";
import { CHECKPOINT } from "../training/train.ts";
import { pytorchFile, readWeights } from "./weights.ts";

const HELP = `Writes a trained network under the names of the published PyTorch code (docs/weights.md).

Usage: deno task export RUN FILE

  RUN     the folder of a cell, such as runs/priors.quick/softmax.trial0.seed0.1a2b3c4d, or its checkpoint.safetensors
  FILE    the .safetensors file to write; what is there is replaced
  --help  this text`;

/**
 * Runs the task.
 *
 * @returns the text to print
 * @throws {UserError} if an option, the checkpoint or the place to write is wrong
 */
export async function exportWeights(args: readonly string[]): Promise<string> {
  const given = taskArguments(args, { task: "export", paths: { count: 2, called: "paths" } });
  if (given === null) return HELP;
  const [run, path] = given.paths;
  const folder = await Deno.stat(run).then(({ isDirectory }) => isDirectory, () => false);
  const weights = await readWeights(folder ? `${run}/${CHECKPOINT}` : run, METHODS);
  const { arrays, metadata } = pytorchFile(weights);
  await writeAtomic(path, encodeSafetensors(arrays, metadata));
  return `${path}: ${weights.name} with ${weights.method.name}, ${weights.classes} classes, ${arrays.size} arrays.`;
}

if (import.meta.main) await runTask(async () => console.log(await exportWeights(Deno.args)));
