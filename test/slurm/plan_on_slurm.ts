/**
 * Slow, needs root and Slurm (`apt-get install slurm-wlm munge`): 24 small trainings on a cluster of two nodes on this machine,
 * of which two are put back into the queue, one is killed, one takes more memory than it asked for, while a node is drained.
 *
 *     deno task test:slurm
 */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { experiments } from "../../experiments/all.ts";
import { checkClusterHasGpu } from "../../lib/experiment/plans/cluster_gpus.ts";
import { planReport } from "../../lib/experiment/plans/plan_task.ts";
import { readPlan, writePlan } from "../../lib/experiment/plans/planned.ts";
import { runPlanOf } from "../../lib/experiment/plans/run_plan_task.ts";
import { type CellState, statesOf } from "../../lib/experiment/plans/state.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { readResult } from "../../lib/results/read.ts";
import type { Cell } from "../../lib/results/result.ts";
import { LOG, readLog } from "../../lib/training/log.ts";
import { startCluster } from "./cluster.ts";

const CELLS = 24;
const RESULT = "priors.rivals.json";

const pause = (seconds: number) => new Promise((done) => setTimeout(done, 1000 * seconds));

/** Waits until something holds, at most ten minutes. */
async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !await holds(); tries++) {
    if (tries === 1200) throw new Error(`waited in vain until ${what}`);
    await pause(0.5);
  }
}

/** Whether a training has made steps, and has more than half of them left. */
function isMidway({ standing, note }: CellState): boolean {
  const [, done, steps] = /^step (\d+) of (\d+)$/.exec(note) ?? [];
  return standing === "running" && Number(done) > 0 && 2 * Number(done) < Number(steps);
}

/** Processes that train for a folder. */
async function trainings(out: string): Promise<number[]> {
  const { stdout } = await new Deno.Command("pgrep", { args: ["-f", `experiments/priors.ts .*--out ${out} `] })
    .output();
  return new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "").map(Number);
}

Deno.test("a plan comes to its end on a cluster whatever happens to its jobs, with the bits of an undisturbed run", async () => {
  const folder = await Deno.makeTempDir();
  const [plan, script, alone, shared] = ["plan.jsonl", "job.sbatch", "alone", "shared"].map((name) =>
    `${folder}/${name}`
  );
  const report = (...args: string[]) => planReport(args, experiments);
  await report("--tables", "priors", "--preset", "rivals", "--epochs", "8", "--limit", "240", "--out", plan);
  await writePlan(plan, (await readPlan(plan, experiments)).slice(0, CELLS));
  const cells = await readPlan(plan, experiments);
  const never = new AbortController().signal;
  assertEquals(await runPlanOf([plan, "--jobs", "2", "--threads", "1", "--out", alone], experiments, never), 0);

  await using cluster = await startCluster(folder);
  const sinfo = () => cluster.run("sinfo", "--noheader", "--format=%G");
  await assertRejects(() => checkClusterHasGpu(["gres=gpu:1"], sinfo), UserError, "no node of this cluster has one");
  const asked = `mem=2000; cpus-per-task=1; output=${folder}/slurm-%a.txt`;
  await report("--slurm", plan, "--threads", "1", "--runs", shared, "--sbatch", asked, "--out", script);
  const counts = async () => {
    const states = await statesOf(cells, experiments, shared);
    return (standing: string) => states.filter((one) => one.standing === standing).length;
  };
  const queued = async () =>
    (await cluster.run("squeue", "-h", "-r", "-o", "%i %t")).split("\n").filter((line) => line !== "");

  const job = await cluster.run("sbatch", "--parsable", script);
  await cluster.run("scontrol", "update", `JobId=${job}_9`, "MinMemoryNode=60"); // MB: no training fits
  await until("two train", async () => (await trainings(shared)).length === 2);
  Deno.kill((await trainings(shared))[0], "SIGKILL");
  await until("some are done", async () => (await counts())("done") >= 4);
  const requeued = new Set<number>();
  // as a preemption does, in the midst of a training: SIGTERM, and once the job has ended, back into the queue
  const requeueOne = async () => {
    const states = await statesOf(cells, experiments, shared);
    const line = 1 + states.findIndex((state, i) => isMidway(state) && !requeued.has(i + 1));
    if (line === 0) return false;
    requeued.add(line);
    await cluster.run("scontrol", "requeue", `${job}_${line}`);
    return true;
  };
  await until("one is put back", requeueOne);
  await until("another is put back", requeueOne);
  await cluster.run("scontrol", "update", "NodeName=n2", "State=DRAIN", "Reason=test");
  await until("more are done", async () => (await counts())("done") >= 12);
  await cluster.run("scontrol", "update", "NodeName=n2", "State=RESUME");
  await until("the queue is empty", async () => (await queued()).length === 0);
  assertEquals((await counts())("done"), CELLS - 1); // but for the one without memory

  await cluster.run("sbatch", "--parsable", script); // what is done is skipped
  await until("the queue is empty again", async () => (await queued()).length === 0);
  assertEquals((await counts())("done"), CELLS);

  const read = async (out: string) =>
    (await readResult(`${out}/${RESULT}`)).cells.toSorted((a, b) => a.id < b.id ? -1 : 1);
  const [expected, actual] = [await read(alone), await read(shared)];
  const numbers = ({ id, metrics, extra, training }: Cell) => [id, metrics, extra, training.last_loss];
  assertEquals(actual.map(numbers), expected.map(numbers));
  for (const { scores_file, id } of expected) {
    const [a, b] = await Promise.all([alone, shared].map((out) => Deno.readFile(`${out}/${scores_file}`)));
    assertEquals(a, b, id);
  }
  let resumed = 0;
  for await (const { name, isDirectory } of Deno.readDir(`${shared}/priors.rivals`)) {
    if (!isDirectory) continue;
    const events = readLog(`${shared}/priors.rivals/${name}/${LOG}`).map(({ event }) => event);
    assertEquals(events.filter((event) => event === "finish").length, 1, `${name} was trained twice`);
    if (events.includes("resume")) resumed++;
  }
  console.log(`${resumed} trainings went on from a checkpoint`);
  assert(resumed >= 1);
  await Deno.remove(folder, { recursive: true });
});
