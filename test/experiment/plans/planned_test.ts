/** Plans: what stands in one, and what is refused of an edited one. */
import { assert, assertAlmostEquals, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { experiments } from "../../../experiments/all.ts";
import { cifar10Experiment } from "../../../experiments/cifar10.ts";
import { oodExperiment } from "../../../experiments/ood.ts";
import { priorsExperiment } from "../../../experiments/priors.ts";
import { type MeasuredSteps, measuredSteps } from "../../../lib/experiment/plans/cost.ts";
import { planReport } from "../../../lib/experiment/plans/plan_task.ts";
import { plannedCells, readPlan, writePlan } from "../../../lib/experiment/plans/planned.ts";
import { UserError } from "../../../lib/files/user_error.ts";

const steps: MeasuredSteps = {
  "step64-float32": 0.01,
  "step128-float32": 0.01,
  "cam128-float32": 0.012,
  "gcpl64-float32": 0.02,
  "arpl_cs64-float32": 0.05,
  "wide_resnet40_4-float32": 0.1,
  "resnet34-float32": 0.08,
};

Deno.test("a plan has every method, row and trial of a preset once, each with the command that runs just it", () => {
  const cells = plannedCells(cifar10Experiment, "paper", steps);
  assertEquals(cells.length, 8 * 2 * 5);
  assertEquals(new Set(cells.map(({ id }) => id)).size, cells.length);
  const [first] = cells;
  assertMatch(first.id, /^cifar10\.paper\.softmax\.trial0\.seed0\.[0-9a-f]{8}$/);
  const command =
    `deno task reproduce:cifar10 --preset paper --method softmax --trial 0 --seed 0 --recipe ${first.recipe}`;
  assertEquals(first.command.join(" "), `${command} --resume`);
  assertEquals(plannedCells(cifar10Experiment, "paper", steps), cells);
  const rivals = plannedCells(priorsExperiment, "rivals", steps);
  assertEquals(rivals.length, 5 * 7);
  assert(rivals.every(({ command }) => !command.includes("--trial")), "there the seed draws the split");
});

Deno.test("the cost is measured steps times the recipe's; of what was not measured nothing is said", () => {
  const hours = (method: string, backmix: boolean, experiment = cifar10Experiment) =>
    plannedCells(experiment, "paper", steps).find((cell) =>
      cell.id.includes(`.${method}${backmix ? "+backmix" : ""}.`)
    )!
      .hours!;
  const images = 30_000 * 100;
  assertAlmostEquals(hours("softmax", false), images * 0.01 / 3600, 0.01);
  assertAlmostEquals(hours("softmax", true), images * 0.012 / 3600, 0.01);
  assertAlmostEquals(hours("gcpl", false), images * 0.02 / 3600, 0.1);
  assertAlmostEquals(hours("arpl_cs", false), images * 0.06 / 3600, 0.1); // a confusing pass and a plain one
  assertAlmostEquals(hours("pcssr", false), 30_000 * 200 * 0.1 / 3600, 1);
  assertAlmostEquals(hours("softmax", false, oodExperiment), 50_000 * 100 * 0.08 / 3600, 1);
  const [less] = plannedCells(cifar10Experiment, "paper", steps, ["--epochs", "10", "--limit", "3000"]);
  assertAlmostEquals(less.hours!, images * 0.01 / 3600 / 100, 0.001);
  const [{ hours: here, gpu_hours }] = plannedCells(cifar10Experiment, "paper", {}, [], steps);
  assertEquals(here, null);
  assertAlmostEquals(gpu_hours!, images * 0.01 / 3600, 0.01);
  assertEquals(
    measuredSteps({ rows: [{ name: "a", images: 4, ours: { median: 2 } }, { name: "b", ours: { median: 1 } }] }),
    {
      a: 0.5,
    },
  );
});

Deno.test("a plan is read as it was written; an edited, older or doubled line is named", async () => {
  const path = `${await Deno.makeTempDir()}/plan.jsonl`;
  const cells = [
    ...plannedCells(cifar10Experiment, "paper", steps).slice(0, 2),
    ...plannedCells(priorsExperiment, "quick", steps, ["--epochs", "2"]).slice(0, 2),
  ];
  await writePlan(path, cells);
  assertEquals(await readPlan(path, experiments), cells);
  const refused = async (lines: unknown[]) => {
    await Deno.writeTextFile(
      path,
      lines.map((line) => typeof line === "string" ? line : JSON.stringify(line)).join("\n"),
    );
    return (await assertRejects(() => readPlan(path, experiments), UserError)).message.slice(path.length);
  };
  const [a, b] = cells;
  assertMatch(
    await refused([a, { ...b, version: 0 }]),
    /^, line 2: version 0, this program reads 1\. Make the plan again/,
  );
  assertMatch(await refused([a, "{"]), /^, line 2: is not JSON/);
  assertMatch(await refused([a, b, a]), /^, line 3: \S+ stands in line 1 already\./);
  assertMatch(await refused([{ ...a, table: "mine" }]), /^, line 1: no table "mine"\./);
  assertMatch(await refused([{ ...a, method: "mine" }]), /: other fields than its id stands for\. The line was edited/);
  assertMatch(await refused([{ ...a, recipe: "0123" }]), /: other fields than its id stands for\./);
  assertMatch(await refused([{ ...a, id: "cifar10.paper.mine" }]), /: no such training today\./);
  assertMatch(await refused([{ ...a, command: ["rm", "-r", "/"] }]), /: other fields than its id stands for\./);
  assertMatch(await refused([{ ...a, preset: "mine" }]), /cifar10 has no preset "mine"\./);
  assertMatch(await refused([{ ...a, preset: "constructor" }]), /cifar10 has no preset "constructor"\./);
  const other = JSON.parse(JSON.stringify(a).replace("trial0", "trial99").replace('"--trial","0"', '"--trial","99"'));
  assertMatch(await refused([{ ...other, trial: 99 }]), /^, line 1: cifar10 has no trial 99\./);
  assertMatch(await refused([{ ...a, seed: "0" }]), /: other fields than its id stands for\./);
  assertMatch(await refused([{ ...a, hours: "many" }]), /^, line 1: hours is "many", expected a number, or null/);
  assertMatch(await refused([{ ...a, hours: undefined }]), /^, line 1: hours is undefined, expected a number, or null/);
  assertMatch(await refused([{ ...a, gpu_hours: -1 }]), /^, line 1: gpu_hours is -1, expected a number, or null/);
  assertMatch(await refused([null]), /^, line 1: version undefined/);
  assertMatch(await refused([""]), /: this plan is empty\./);
  assertMatch(await refused(["", { ...a, less: undefined }]), /^, line 2: less is undefined, expected \[\] or as/);
  assertMatch(
    await refused([{ ...a, less: ["--data-dir", "/"] }]),
    /^, line 1: less is \["--data-dir","\/"\], expected/,
  );
  for (const less of [["--epochs 2"], ["--epochs", "0"], ["--epochs", "2", "--epochs", "3"]]) {
    assertMatch(await refused([{ ...a, less }]), /^, line 1: less is \["--epochs.*\], expected \[\] or as/);
  }
});

Deno.test("a plan becomes a job array, a task a line, that saves before its end and comes again", async () => {
  const folder = await Deno.makeTempDir();
  const [plan, out] = [`${folder}/my plan.jsonl`, `${folder}/job.sbatch`];
  const report = (...args: string[]) => planReport(args, experiments);
  assertMatch(
    (await report("--tables", "priors", "--preset", "quick", "--out", plan)).text,
    /priors: 10 trainings, about \d+ minutes on two cores, \d+ minutes? on the measured GPU\n/,
  );
  await report("--slurm", plan, "--out", out, "--sbatch", "partition=gpu; time=8:00:00", "--data-dir", "/data");
  const script = await Deno.readTextFile(out);
  for (const line of ["--array=1-10", "--requeue", "--signal=B:TERM@120", "--partition=gpu", "--time=8:00:00"]) {
    assert(script.includes(`\n#SBATCH ${line}\n`), line);
  }
  assert(script.includes(`run-plan '${plan}' --line "$SLURM_ARRAY_TASK_ID" --data-dir /data --out /`), script);
  assert(!script.includes("--gpus"), "no GPU was asked for");
  const { success } = await new Deno.Command("bash", { args: ["-n", out] }).output();
  assert(success, "the script is no bash");
  await assertRejects(() => report("--tables", "mine", "--preset", "quick"), UserError, "--tables: no table mine.");
  await assertRejects(
    () => report("--tables", "all", "--preset", "mine"),
    UserError,
    "--preset mine: no table has it.",
  );
  await assertRejects(() => report("--tables", "svhn", "--preset", "mine"), UserError, "svhn has no preset mine.");
  await Deno.remove(folder, { recursive: true });
});
