/**
 * `deno task bench:plan`: how much faster two jobs of one thread finish a plan than one job of one thread, on this machine.
 *
 * The same trainings on generated images, by one job and by two in turns (ABBA), each time from nothing; a ratio is taken
 * within each round.
 */
import { join } from "node:path";
import { experiments } from "../../experiments/all.ts";
import { plannedCells, writePlan } from "../../lib/experiment/plans/planned.ts";
import { progressBar } from "../../lib/files/progress.ts";
import { runTask } from "../../lib/files/task.ts";
import { taskArguments, wholeNumber } from "../../lib/files/task_arguments.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { spread } from "./report.ts";

const TABLE = "priors";
const PRESET = "quick";
const TARGET = 1.6; // that this project set itself, for two cores

const HELP = `Measures how much faster two jobs of one thread finish a plan than one job of one thread.

    deno task bench:plan [options]

  --rounds N    how often both are measured; default 3
  --cells N     trainings of the plan, at most 10; default 6
  --epochs N    epochs of each; default 4
  --limit N     training images of each; default all 4,000
  --help        this text

Costs about half an hour on two cores that do nothing else; needs two at least. Writes no file.`;

/** Seconds that a plan takes from nothing. */
async function secondsOf(plan: string, jobs: number): Promise<number> {
  const out = await Deno.makeTempDir();
  const task = ["task", "--quiet", "--config", join(import.meta.dirname!, "../../deno.json"), "run-plan", plan];
  const args = [...task, "--jobs", String(jobs), "--threads", "1", "--out", out];
  const began = performance.now();
  const { success, stderr } = await new Deno.Command(Deno.execPath(), { args, stdout: "null", stderr: "piped" })
    .output();
  const seconds = (performance.now() - began) / 1000;
  await Deno.remove(out, { recursive: true });
  if (success) return seconds;
  throw new UserError(
    `run-plan --jobs ${jobs} failed. It said last:\n${new TextDecoder().decode(stderr).slice(-2000)}`,
  );
}

/** Runs the task. */
async function main(args: readonly string[]): Promise<void> {
  const given = taskArguments(args, {
    task: "bench:plan",
    valued: ["rounds", "cells", "epochs", "limit"],
    paths: { count: 0, called: "paths" },
  });
  if (given === null) return console.log(HELP);
  const { values } = given;
  const rounds = wholeNumber("rounds", values.rounds, 1) ?? 3;
  const count = wholeNumber("cells", values.cells, 2) ?? 6;
  const epochs = wholeNumber("epochs", values.epochs, 1) ?? 4;
  const limit = wholeNumber("limit", values.limit, 1);
  const cores = navigator.hardwareConcurrency;
  if (cores < 2) throw new UserError("This machine has one core: two jobs cannot be faster there.");

  const less = ["--epochs", String(epochs), ...(limit === undefined ? [] : ["--limit", String(limit)])];
  const cells = plannedCells(experiments.find(({ table }) => table === TABLE)!, PRESET, {}, less).slice(0, count);
  const folder = await Deno.makeTempDir();
  const plan = join(folder, "plan.jsonl");
  await writePlan(plan, cells);

  const before = Deno.loadavg()[0];
  const seconds: Record<number, number[]> = { 1: [], 2: [] };
  const bar = progressBar("bench:plan", 2 * rounds, "plans");
  try {
    for (let round = 0; round < rounds; round++) {
      for (const jobs of round % 2 === 0 ? [1, 2] : [2, 1]) {
        bar.update(seconds[1].length + seconds[2].length, `round ${round + 1} of ${rounds}, jobs ${jobs}`);
        seconds[jobs].push(await secondsOf(plan, jobs));
      }
    }
    bar.update(2 * rounds);
  } finally {
    bar.stop();
    await Deno.remove(folder, { recursive: true });
  }

  const ratio = spread(seconds[1].map((one, round) => one / seconds[2][round]));
  const [one, two] = [1, 2].map((jobs) => spread(seconds[jobs]).median.toFixed(1));
  console.log(
    `${cells.length} trainings of ${TABLE}, one thread each: ${one} s by one job, ${two} s by two. Two are ` +
      `${ratio.median.toFixed(2)} times as fast (${ratio.min.toFixed(2)} to ${
        ratio.max.toFixed(2)
      } in ${rounds} rounds); ` +
      `target ${TARGET}, ${ratio.median >= TARGET ? "reached" : "NOT reached"}.`,
  );
  if (before > 0.25 * cores) {
    console.log(
      `Not to be trusted: the machine had other work (load ${
        before.toFixed(1)
      } before, ${cores} cores). Run it again on ` +
        "an idle machine.",
    );
  }
}

if (import.meta.main) await runTask(() => main(Deno.args));
