/** `deno task run-plan PLAN`: runs what is left of a plan on this machine. */
import { resolve } from "node:path";
import { gpuMemory } from "../../engine/nvidia.ts";
import { Interrupted, runTask, stopSignal } from "../../files/task.ts";
import { taskArguments, wholeNumber } from "../../files/task_arguments.ts";
import { UserError } from "../../files/user_error.ts";
import type { Experiment } from "../experiment.ts";
import { readBench, trainingBytes } from "./cost.ts";
import { type PlannedCell, readPlan, trainingOf } from "./planned.ts";
import { keepLog, runPlan } from "./run_plan.ts";
import { type Machine, optionsOf, sharesOf, sharesText } from "./shares.ts";
import { statesOf } from "./state.ts";

const PROGRAM = resolve(import.meta.dirname!, "../../..");
const TRIES = 3;
/** Milliseconds between two looks at the jobs. */
const EVERY = 10_000;

const HELP = `Runs what is left of a plan: what is done is skipped, what stopped goes on, what dies is tried again.

Usage: deno task run-plan PLAN [options]

Prints a line for each job every ${EVERY / 1000} seconds, and the time left. What a training writes goes to
OUT/plan/ID.log. Ctrl-C and SIGTERM end all jobs with their checkpoints; the same command goes on. Exit code 1 if a training failed
${TRIES} times.

  --jobs N        trainings at a time; default 1, or as many as the GPUs take
  --threads N     threads of each; default the machine's cores over the jobs
  --gpus NUMBERS  train on NVIDIA's GPUs: all, or some such as 0,1; one training on each, two where
                  both are sure to fit, by the memory in results/bench.json and the GPU's
  --line N        only this line of the plan, from 1, as a job array does
  --data-dir DIR  where the data sets lie
  --out DIR       runs and results; default runs
  --help          this text`;

const HERE: Machine = { cores: navigator.hardwareConcurrency, gpuMemory };

/**
 * Runs the task.
 *
 * @param machine what the jobs share
 * @returns the exit code
 * @throws {UserError} if an option is wrong, or the plan or a result file is damaged
 * @throws {Interrupted} after `stop`, when all jobs have ended
 */
export async function runPlanOf(
  args: readonly string[],
  experiments: readonly Experiment[],
  stop: AbortSignal,
  machine = HERE,
): Promise<number> {
  const given = taskArguments(args, {
    task: "run-plan",
    valued: ["jobs", "threads", "gpus", "line", "data-dir", "out"],
    paths: { count: 1, called: "plans" },
  });
  if (given === null) {
    console.log(HELP);
    return 0;
  }
  const { values, paths: [path] } = given;
  const line = wholeNumber("line", values.line, 1);
  const jobs = wholeNumber("jobs", values.jobs, 1) ?? (line === undefined ? undefined : 1);
  const threads = wholeNumber("threads", values.threads, 1);
  const out = values.out ?? "runs";
  const plan = await readPlan(path, experiments);
  if (line !== undefined && line > plan.length) {
    throw new UserError(`--line ${line}: ${path} has ${plan.length} lines.`);
  }
  const asked = line === undefined ? plan : [plan[line - 1]];
  const left = (await statesOf(asked, experiments, out)).filter(({ standing }) => standing !== "done").map(({ cell }) =>
    cell
  );
  console.error(`${asked.length - left.length} of ${asked.length} trainings are done.`);
  if (left.length === 0) return 0;

  const { gpus } = values;
  const bytes = gpus === undefined ? null : await mostBytes(left, experiments);
  const shares = sharesOf({ jobs, threads, gpus, bytes }, machine);
  console.error(sharesText(shares));
  const more = ["--out", out].concat(values["data-dir"] ? ["--data-dir", values["data-dir"]] : []);
  const board = jobBoard(left, shares.length);
  const failed = await runPlan(left, {
    jobs: shares.length,
    out,
    tries: TRIES,
    stop,
    told: board.told,
    launch: (cell, log, place) =>
      launched(cell, [...more, ...optionsOf(shares[place])], log, (said) => board.said(place, said)),
  }).finally(board.close);
  if (stop.aborted) throw new Interrupted("Stopped. Run the same command to go on.");
  for (const { id } of failed) console.error(`${id} failed ${TRIES} times: see ${out}/plan/${id}.log`);
  return failed.length > 0 ? 1 : 0;
}

/** Bytes of the largest of these trainings; null if one was not measured. */
async function mostBytes(cells: readonly PlannedCell[], experiments: readonly Experiment[]): Promise<number | null> {
  const { memory } = await readBench();
  const bytes = cells.map((cell) => {
    const experiment = experiments.find(({ table }) => table === cell.table)!;
    const { method, recipe } = trainingOf(cell, experiment);
    return trainingBytes(recipe, method, experiment.images, memory?.bytes ?? null);
  });
  return bytes.reduce((most, one) => most === null || one === null ? null : Math.max(most, one), 0);
}

/** The task's own command line, without the task runner between: a signal reaches the training itself. */
function commandOf({ table, command }: PlannedCell): string[] {
  const { tasks } = JSON.parse(Deno.readTextFileSync(`${PROGRAM}/deno.json`));
  const [, ...task] = (tasks[`reproduce:${table}`].command as string).split(" ");
  return [...task, ...command.slice(3)]; // after "deno task NAME"
}

/** Starts a training, in a group of its own, so that Ctrl-C reaches it once, through us. */
function launched(cell: PlannedCell, more: readonly string[], log: string, said: (line: string) => void) {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...commandOf(cell), ...more],
    cwd: Deno.cwd(),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    detached: true,
  }).spawn();
  let running = true;
  const stop = () => running && child.kill("SIGTERM");
  const ended = (async () => {
    const kept = Promise.allSettled(
      [child.stdout, child.stderr].map((stream) =>
        keepLog(stream, log, said).catch((error) => {
          stop(); // it would go on with nobody who reads what it says
          throw error;
        })
      ),
    );
    const { code } = await child.status;
    running = false;
    const lost = (await kept).find(({ status }) => status === "rejected");
    if (lost !== undefined) throw (lost as PromiseRejectedResult).reason;
    return code;
  })();
  return { ended, stop };
}

/** Prints where the jobs stand. */
function jobBoard(cells: readonly PlannedCell[], jobs: number) {
  const places = Array.from({ length: jobs }, () => ({ id: "", said: "" }));
  const cost = ({ hours }: PlannedCell) => hours ?? 1;
  const whole = cells.reduce((sum, cell) => sum + cost(cell), 0);
  const began = performance.now();
  let count = 0, spent = 0;
  const print = () => {
    const passed = (performance.now() - began) / 60_000;
    const left = spent > 0 ? `, about ${Math.ceil(passed * (whole - spent) / spent)} minutes left` : "";
    console.error(`${count} of ${cells.length} done in ${Math.floor(passed)} minutes${left}`);
    for (const { id, said } of places) if (id !== "") console.error(`  ${said || id}`);
  };
  const timer = setInterval(print, EVERY);
  return {
    told(event: "begins" | "done" | "failed", cell: PlannedCell, place: number) {
      const { said } = places[place];
      places[place] = event === "begins" ? { id: cell.id, said: "" } : { id: "", said: "" };
      if (event === "done") {
        count++;
        spent += cost(cell);
      }
      console.error(`${cell.id}: ${event}${event === "failed" ? `: ${said}` : ""}`);
    },
    said(place: number, line: string) {
      places[place].said = line;
    },
    close: () => clearInterval(timer),
  };
}

/** The task's main function. */
export const runPlanTask = (experiments: readonly Experiment[]): Promise<void> =>
  runTask(() => runPlanOf(Deno.args, experiments, stopSignal()));
