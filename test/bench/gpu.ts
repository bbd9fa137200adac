/** `deno task bench:gpu`: seconds of the bench's training steps on an NVIDIA GPU, for what tables cost there (`docs/cost.md`). */
import { join } from "node:path";
import { type Device, deviceOf } from "../../lib/engine/device.ts";
import { checkGpu } from "../../lib/engine/nvidia.ts";
import { codeVersion } from "../../lib/experiment/environment.ts";
import { writeTextAtomic } from "../../lib/files/atomic.ts";
import { runTask } from "../../lib/files/task.ts";
import { taskArguments, wholeNumber } from "../../lib/files/task_arguments.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { ourSide } from "./bench.ts";
import { comparisons } from "./comparisons.ts";
import { spread } from "./report.ts";

const HELP = `Measures the training steps of deno task bench on an NVIDIA GPU, without PyTorch beside.

    deno task bench:gpu [options]

  --device NAME  default gpu:0; cpu tries the task out and writes no file
  --only NAME    one step, such as step64-float32; writes no file
  --rounds N     how often each is measured; default 5
  --help         this text

Writes results/bench-gpu.json, from which deno task cost works out GPU hours. Not tried on a GPU yet.`;

const RESULT = join(import.meta.dirname!, "../../results/bench-gpu.json");
const SECONDS = 2; // of a measurement, at least

/** Runs the task. */
async function main(args: readonly string[]): Promise<void> {
  const given = taskArguments(args, {
    task: "bench:gpu",
    valued: ["device", "only", "rounds"],
    paths: { count: 0, called: "paths" },
  });
  if (given === null) return console.log(HELP);
  const { only } = given.values;
  const device: Device = deviceOf(given.values.device ?? "gpu:0");
  const rounds = wholeNumber("rounds", given.values.rounds, 1) ?? 5;
  const threads = navigator.hardwareConcurrency;
  const steps = comparisons({ bfloat16: false }).flatMap(({ name, what, work }) =>
    work.kind === "step" && (only === undefined || name === only) ? [{ name, what, work }] : []
  );
  if (steps.length === 0) {
    throw new UserError(`--only ${only}: no such step. See deno task bench --help for the names.`);
  }
  if (device !== "cpu") checkGpu(device);
  await using worker = ourSide(threads, device);
  const rows = [];
  for (const { name, what, work } of steps) {
    const seconds: number[] = [];
    for (let round = 0; round < rounds; round++) {
      seconds.push(await worker.ask<number>({ ask: "seconds", work, atLeast: SECONDS }));
    }
    const ours = spread(seconds.map((value) => Number(value.toPrecision(4))));
    rows.push({ name, what, images: work.size, ours });
    console.log(`${what}: ${(work.size / ours.median).toFixed(1)} images/s on ${device}`);
  }
  if (device === "cpu" || only !== undefined) return;
  const file = { code_version: await codeVersion(), device, rounds, rows, threads };
  await writeTextAtomic(RESULT, JSON.stringify(file, null, 2) + "\n");
  console.log("Written to results/bench-gpu.json.");
}

if (import.meta.main) await runTask(() => main(Deno.args));
