/** `deno task plan`: writes the trainings of tables as a plan, or a plan as a Slurm job. */
import { dirname, resolve } from "node:path";
import { writeTextAtomic } from "../../files/atomic.ts";
import { type Report, runReport } from "../../files/task.ts";
import { taskArguments, wholeNumber } from "../../files/task_arguments.ts";
import { UserError } from "../../files/user_error.ts";
import type { Experiment } from "../experiment.ts";
import { checkClusterHasGpu } from "./cluster_gpus.ts";
import { durationText, measuredSteps, readBench, readGpuBench } from "./cost.ts";
import { inOrder } from "./order.ts";
import { type PlannedCell, plannedCells, readPlan, writePlan } from "./planned.ts";
import { asksForGpu, slurmScript } from "./slurm.ts";

const PROGRAM = resolve(import.meta.dirname!, "../../..");

const VALUED = [
  ...["tables", "preset", "epochs", "limit", "out"] as const,
  ...["slurm", "sbatch", "image", "threads", "data-dir", "runs"] as const,
];

const help = (tables: readonly string[]) =>
  `Writes a plan: the trainings of tables, a line of JSON each, for deno task run-plan or a cluster.

Usage: deno task plan --tables all|NAME,NAME --preset NAME [--out FILE]
       deno task plan --slurm PLAN [--sbatch OPTIONS] [--image FILE] [--threads N] [--data-dir DIR] [--runs DIR]
                      [--out FILE]

Tables: ${tables.join(", ")}. "all" are those that have the preset. Hours are those of the machines
of results/bench.json and bench-gpu.json.

  --tables NAMES   all, or some with commas between
  --preset NAME    such as paper
  --epochs N       instead of the recipes', to try a cluster out; results go to the folder of the runs
  --limit N        training images of each, likewise
  --out FILE       default runs/plan.jsonl, with --slurm runs/plan.sbatch
  --slurm PLAN     write this plan as a job array for sbatch
  --sbatch OPTIONS what to ask Slurm for, with semicolons between: "partition=gpu; gres=gpu:1; time=8:00:00"
                   with GPUs in it each training runs on one; refused where sinfo shows a cluster without
  --image FILE     the image that nodes run by Apptainer (docs/cluster.md); default Deno and this folder
  --threads N      threads of each training; default all cores of the node
  --data-dir DIR   where nodes find the data sets
  --runs DIR       where nodes keep runs and results; a folder that all of them share; default runs
  --help           this text`;

/**
 * Runs the task.
 *
 * @throws {UserError} if an option is wrong, or a file cannot be read or written
 */
export async function planReport(args: readonly string[], experiments: readonly Experiment[]): Promise<Report> {
  const given = taskArguments(args, {
    task: "plan",
    valued: VALUED,
    paths: { count: 0, called: "paths" },
  });
  if (given === null) return { code: 0, text: help(experiments.map(({ table }) => table)) };
  const { tables, preset, slurm } = given.values;
  if (slurm !== undefined) return await slurmReport(slurm, given.values, experiments);
  if (tables === undefined || preset === undefined) {
    throw new UserError("Give --tables and --preset. Run deno task plan --help for the options.");
  }
  const chosen = chosenTables(tables, preset, experiments);
  const steps = measuredSteps(await readBench());
  const gpuSteps = measuredSteps(await readGpuBench());
  const less = (["epochs", "limit"] as const).flatMap((name) => {
    const number = wholeNumber(name, given.values[name], 1);
    return number === undefined ? [] : [`--${name}`, String(number)];
  });
  const cells = inOrder(chosen.flatMap((experiment) => plannedCells(experiment, preset, steps, less, gpuSteps)));
  const out = given.values.out ?? "runs/plan.jsonl";
  await writePlan(out, cells);
  const lines = chosen.map(({ table }) => {
    const own = cells.filter((cell) => cell.table === table);
    return `${table}: ${own.length} trainings, ${hoursText(own)}`;
  });
  return { code: 0, text: [...lines, `${out}: ${cells.length} trainings, ${hoursText(cells)}.`].join("\n") };
}

function chosenTables(names: string, preset: string, experiments: readonly Experiment[]): Experiment[] {
  if (names === "all") {
    const having = experiments.filter(({ presets, own }) => preset in presets && !own);
    if (having.length === 0) throw new UserError(`--preset ${preset}: no table has it.`);
    return having;
  }
  return names.split(",").map((name) => {
    const found = experiments.find(({ table }) => table === name.trim());
    if (found !== undefined) return found;
    const all = experiments.map(({ table }) => table).join(", ");
    throw new UserError(`--tables: no table ${name.trim()}. Choose all, or among ${all}.`);
  });
}

function hoursText(cells: readonly PlannedCell[]): string {
  const unknown = cells.filter(({ hours }) => hours === null).length;
  if (unknown === cells.length) return "of unknown cost";
  const sum = (name: "hours" | "gpu_hours") => cells.reduce((total, cell) => total + (cell[name] ?? 0), 0);
  const onGpu = sum("gpu_hours") > 0 ? `, ${durationText(sum("gpu_hours"))} on the measured GPU` : "";
  const beside = unknown > 0 ? `, ${unknown} of unknown cost beside` : "";
  return `about ${durationText(sum("hours"))} on two cores${onGpu}${beside}`;
}

async function slurmReport(
  path: string,
  values: Partial<Record<(typeof VALUED)[number], string>>,
  experiments: readonly Experiment[],
): Promise<Report> {
  const { length } = await readPlan(path, experiments);
  const { image, threads } = values;
  const out = values.out ?? "runs/plan.sbatch";
  const [plan, runs] = [path, values.runs ?? "runs"].map((one) => resolve(one));
  const data = values["data-dir"] === undefined ? [] : [resolve(values["data-dir"])];
  const sbatch = values.sbatch?.split(";").map((line) => line.trim()).filter((line) => line !== "") ?? [];
  if (asksForGpu(sbatch)) await checkClusterHasGpu(sbatch);
  const more = [
    ...data.flatMap((folder) => ["--data-dir", folder]),
    ...(threads === undefined ? [] : ["--threads", String(wholeNumber("threads", threads, 1))]),
    ...(asksForGpu(sbatch) ? ["--gpus", "all"] : []), // all that Slurm lets the job see
    ...["--out", runs],
  ];
  const script = slurmScript({
    plan,
    program: PROGRAM,
    count: length,
    more,
    ...(image !== undefined && { image: { path: resolve(image), folders: [dirname(plan), runs, ...data] } }),
    sbatch,
  });
  await writeTextAtomic(out, script);
  return { code: 0, text: `${out}: ${length} tasks. Submit it: sbatch ${out}` };
}

/** The task's main function. */
export const planTask = (experiments: readonly Experiment[]): Promise<void> =>
  runReport(() => planReport(Deno.args, experiments));
