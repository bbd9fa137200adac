/** Where a plan stands, from results, runs and notes that lie there. */
import { assertEquals, assertMatch } from "@std/assert";
import { experiments } from "../../../experiments/all.ts";
import { priorsExperiment } from "../../../experiments/priors.ts";
import { type PlannedCell, plannedCells, writePlan } from "../../../lib/experiment/plans/planned.ts";
import { recipesOf } from "../../../lib/experiment/recipes.ts";
import { commandLine } from "../../../lib/experiment/reproduce.ts";
import { parseExperimentArgs } from "../../../lib/experiment/command_line.ts";
import { attemptAt, notesFolder, statesOf } from "../../../lib/experiment/plans/state.ts";
import { statusReport } from "../../../lib/experiment/plans/status_task.ts";
import { acquireLock } from "../../../lib/files/lock.ts";
import { digest } from "../../../lib/training/recipe.ts";

const cells = plannedCells(priorsExperiment, "quick", {});
const [, second, third, fourth, fifth] = cells.filter(({ id }) => !id.includes("backmix")).slice(0, 5);

/** A run's folder as training leaves it after three of its steps. */
async function runOf(cell: PlannedCell, out: string): Promise<string> {
  const options = parseExperimentArgs(commandLine(priorsExperiment), []);
  const recipe = recipesOf(priorsExperiment.presets.quick, priorsExperiment.methods[0], options)
    .find((one) => digest(one) === cell.recipe)!;
  const about = { table: "priors", method: cell.method, split: { trial: 0 } };
  const lines = [
    { event: "start", step: 0, steps: 100, epochSteps: 10, time: "", run: { recipe, seed: cell.seed, about } },
    { event: "step", step: 2, loss: 1, rate: 1, seconds: 1 },
  ];
  const folder = `${out}/priors.quick/run${cell.seed}`;
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/log.jsonl`, lines.map((line) => JSON.stringify(line) + "\n").join("") + '{"ev');
  return folder;
}

Deno.test("done is what the result file has; the rest runs, stopped, failed or waits, by its log, lock and last attempt", async () => {
  const out = await Deno.makeTempDir();
  const committed = JSON.parse(await Deno.readTextFile(new URL("../../../results/priors.quick.json", import.meta.url)));
  const first = committed.cells.filter((cell: { seed: number; backmix: boolean }) => cell.seed === 0);
  const ids = first.map(({ id }: { id: string }) => id);
  const summary = {
    rows: committed.summary.rows.map((row: { cells: string[] }) => ({
      ...row,
      cells: row.cells.filter((id) => ids.includes(id)),
    })),
    paired: [],
  };
  await Deno.writeTextFile(
    `${out}/priors.quick.json`,
    JSON.stringify({ ...committed, cells: first, paired: [], summary }),
  );
  const attempt = async ({ id }: PlannedCell, code: number, tries: number) => {
    await Deno.mkdir(notesFolder(out), { recursive: true });
    const note = JSON.stringify({ code, tries, said: "the disk is full" });
    await Deno.writeTextFile(`${notesFolder(out)}/${id}.json`, note);
  };
  await runOf(second, out);
  await attempt(second, 130, 1);
  await runOf(third, out);
  await attempt(third, 1, 3);
  await attempt(fourth, 137, 1);
  await using _lock = await acquireLock(`${await runOf(fifth, out)}/lock`, "the run");

  const states = new Map((await statesOf(cells, experiments, out)).map((one) => [one.cell.id, one]));
  const of = ({ id }: PlannedCell) => [states.get(id)!.standing, states.get(id)!.note];
  assertEquals(cells.filter(({ seed }) => seed === 0).map((cell) => of(cell)[0]), ["done", "done"]);
  assertEquals(of(second), ["stopped", "step 3 of 100"]);
  assertEquals(of(third), ["failed", "3 attempts, the last: exit code 1: the disk is full"]);
  assertEquals(of(fourth), ["failed", "exit code 137: the disk is full"]);
  assertEquals(of(fifth), ["running", "step 3 of 100"]);
  assertEquals(of(cells.at(-1)!), ["waiting", ""]);

  const note = `${notesFolder(out)}/${third.id}.json`;
  for (const damaged of ["5", "[]", '{"code":"1","tries":3,"said":"x"}', '{"code":1,"tries":3}', '{"co']) {
    await Deno.writeTextFile(note, damaged);
    assertEquals(await attemptAt(out, third.id), null, damaged);
  }
  await attempt(third, 1, 3);
  const [whole] = (await Deno.readTextFile(`${out}/priors.quick/run${third.seed}/log.jsonl`)).split("\n");
  for (
    const damaged of [
      "null",
      '{"event":"start","step":0,"steps":1,"epochSteps":1}',
      whole.replace('"split"', '"spilt"'),
    ]
  ) {
    await Deno.writeTextFile(`${out}/priors.quick/run${third.seed}/log.jsonl`, `${damaged}\n`);
    const states = await statesOf(cells, experiments, out);
    assertEquals(states.find(({ cell }) => cell.id === third.id)!.standing, "failed", damaged);
  }

  await writePlan(`${out}/plan.jsonl`, cells);
  const { code, text } = await statusReport([`${out}/plan.jsonl`, "--out", out], experiments);
  assertEquals(code, 1);
  assertMatch(text, /^stopped +priors\.quick\.softmax\.trial0\.seed1\.\S+: step 3 of 100\n/m);
  assertMatch(text, /\n10 trainings: 2 done, 1 running, 1 stopped, 2 failed, 4 waiting\.$/);
});
