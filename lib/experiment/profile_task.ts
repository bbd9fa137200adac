/** `deno task profile`: which of TensorFlow's operations a training step's time goes to. */
import { BACKBONE_NAMES, type BackboneName } from "../backbones/table.ts";
import { chromeTrace } from "../engine/chrome_trace.ts";
import { operationCosts } from "../engine/operation_costs.ts";
import { startTensorFlow } from "../engine/tensorflow.ts";
import { disposeTree } from "../engine/tree.ts";
import { writeTextAtomic } from "../files/atomic.ts";
import { type Report, runReport } from "../files/task.ts";
import { taskArguments, wholeNumber } from "../files/task_arguments.ts";
import { UserError } from "../files/user_error.ts";
import { METHODS } from "../methods/table.ts";
import { type Profile, profileNote, profileTable } from "../results/profile_table.ts";
import { markdown } from "../results/table.ts";
import { sampleStep } from "../training/sample_step.ts";

const names = METHODS.map(({ name }) => name);

const HELP = `Times each of TensorFlow's operations in a training step on random images, in float32.

Usage: deno task profile [options]

Prints the kinds of operations that cost most, a step, and writes a trace of every operation, which chrome://tracing and
ui.perfetto.dev draw. A step that is timed is a little slower than one that is not.

  --method NAME    ${names.join(", ")}; default softmax
  --backbone NAME  ${BACKBONE_NAMES.join(", ")}; default classifier32
  --batch N        images in a batch, of 32 by 32 pixels; default 64
  --steps N        how many steps; default 5
  --out FILE       default runs/profile.json
  --summary FILE   write the kinds there too, as results/profile.json has them for docs/speed.md
  --threads N      threads of the engine; default all cores
  --help           this text`;

/**
 * Runs the task.
 *
 * @throws {UserError} if an option is wrong, or the trace cannot be written
 */
export async function profileReport(args: readonly string[]): Promise<Report> {
  const given = taskArguments(args, {
    task: "profile",
    valued: ["method", "backbone", "batch", "steps", "out", "summary", "threads"],
    paths: { count: 0, called: "paths" },
  });
  if (given === null) return { code: 0, text: HELP };
  const { method: called = "softmax", backbone = "classifier32", out = "runs/profile.json" } = given.values;
  const method = METHODS.find(({ name }) => name === called);
  if (method === undefined) throw new UserError(`--method ${called}: no such method. Choose of ${names.join(", ")}.`);
  if (!isBackbone(backbone)) {
    throw new UserError(`--backbone ${backbone}: no such backbone. Choose of ${BACKBONE_NAMES.join(", ")}.`);
  }
  const size = wholeNumber("batch", given.values.batch, 2) ?? 64; // of one image there is no variance
  const steps = wholeNumber("steps", given.values.steps, 1) ?? 5;
  await startTensorFlow({ threads: wholeNumber("threads", given.values.threads, 1) });

  const sampled = { backbone, method, side: 32, size, classes: 6, precision: "float32", maps: false } as const;
  const { step, network, batch } = sampleStep(sampled);
  const input = batch();
  const runs = step.timed(steps, network, input);
  disposeTree({ network, input });
  await writeTextAtomic(out, JSON.stringify(chromeTrace(runs)));
  const profile: Profile = { method: called, backbone, batch: size, steps, costs: operationCosts(runs) };
  const { summary } = given.values;
  if (summary !== undefined) await writeTextAtomic(summary, JSON.stringify(profile, null, 2) + "\n");
  const where = `Every operation: ${out}; open it in chrome://tracing or ui.perfetto.dev.`;
  return { code: 0, text: [profileNote(profile), "", markdown(profileTable(profile)), "", where].join("\n") };
}

const isBackbone = (name: string): name is BackboneName => BACKBONE_NAMES.includes(name as BackboneName);

if (import.meta.main) await runReport(() => profileReport(Deno.args));
