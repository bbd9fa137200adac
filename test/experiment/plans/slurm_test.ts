/** A plan's batch script, run by bash with pretended programs; `test/slurm/plan_on_slurm.ts` has a cluster. */
import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { checkClusterHasGpu } from "../../../lib/experiment/plans/cluster_gpus.ts";
import { asksForGpu, type SlurmOptions, slurmScript } from "../../../lib/experiment/plans/slurm.ts";
import { UserError } from "../../../lib/files/user_error.ts";
import { start } from "../child.ts";

/** What the script starts, with its arguments one a line; the programs that it calls only print. */
async function started(options: Partial<SlurmOptions>): Promise<string[]> {
  const folder = await Deno.makeTempDir();
  for (const name of ["deno", "apptainer", "scontrol"]) {
    const printing = `#!/bin/sh\nprintf '%s\\n' ${name} "$@"\n`;
    await Deno.writeTextFile(`${folder}/${name}`, printing, { mode: 0o755 });
  }
  const wanted = {
    plan: "/shared/my plan.jsonl",
    program: folder,
    count: 9,
    more: ["--out", "/shared/runs"],
    sbatch: [],
  };
  await Deno.writeTextFile(`${folder}/job`, slurmScript({ ...wanted, ...options }));
  const env = { PATH: `${folder}:${Deno.env.get("PATH")}`, SLURM_ARRAY_TASK_ID: "7" };
  const { code, output, errors } = await start(["bash", `${folder}/job`], env, folder).ended;
  assertEquals(code, 0, errors);
  await Deno.remove(folder, { recursive: true });
  return output.trim().split("\n");
}

const LINE = ["run-plan", "/shared/my plan.jsonl", "--line", "7", "--out", "/shared/runs"];

Deno.test("a task of the array runs its line of the plan, by Deno or by Apptainer in an image", async () => {
  assertEquals(await started({}), ["deno", "task", ...LINE]);
  const shared = await Deno.makeTempDir();
  const image = { path: "/images/lab.sif", folders: [shared, `${shared}/runs`, shared] };
  const bound = ["--bind", `${shared},${shared}/runs`, "/images/lab.sif"];
  assertEquals(await started({ image }), ["apptainer", "run", ...bound, ...LINE]);
  assertEquals((await Deno.stat(`${shared}/runs`)).isDirectory, true); // what is bound must be there
  const onGpu = await started({ image, sbatch: ["gres=gpu:1"] });
  assertEquals(onGpu.slice(0, 5), ["apptainer", "run", "--nv", ...bound.slice(0, 2)]);
  await Deno.remove(shared, { recursive: true });
});

Deno.test("a job asks for a GPU by gres or by gpus, whatever its kind and number", () => {
  for (const line of ["gres=gpu:1", "gres=gpu:a100:2", "gres=gpu", "gres=tmp:1,gpu:1", "gpus=1", "gpus-per-task=1"]) {
    assertEquals(asksForGpu(["mem=16G", line]), true, line);
  }
  assertEquals(asksForGpu(["partition=gpu", "gres=gpumem:1", "cpus-per-gpu=4"]), false);
});

Deno.test("a cluster without GPUs is told before the job is submitted; where Slurm does not answer nothing is said", async () => {
  const says = (text: string | null) => () => Promise.resolve(text);
  const job = ["gres=gpu:1", "time=8:00:00"];
  for (const text of ["gpu:a100:4(S:0-1)\n", "(null)\ngpu:2\n", "tmp:1,gpu:1\n", null]) {
    await checkClusterHasGpu(job, says(text));
  }
  const { message } = await assertRejects(() => checkClusterHasGpu(job, says("(null)\n")), UserError);
  assertMatch(message, /^--sbatch asks for a GPU, but no node of this cluster has one, as sinfo shows\. Leave it out/);
  let asked: string | undefined;
  const none = (partition?: string) => (asked = partition, Promise.resolve(""));
  await assertRejects(
    () => checkClusterHasGpu(["partition=cpu", ...job], none),
    UserError,
    "no node of its partition cpu has one",
  );
  assertEquals(asked, "cpu");
});
