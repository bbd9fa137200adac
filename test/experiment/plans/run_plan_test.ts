/** Running a plan, with trainings that only pretend. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { priorsExperiment } from "../../../experiments/priors.ts";
import { type PlannedCell, plannedCells } from "../../../lib/experiment/plans/planned.ts";
import { keepLog, runPlan } from "../../../lib/experiment/plans/run_plan.ts";
import { attemptAt } from "../../../lib/experiment/plans/state.ts";
import { UserError } from "../../../lib/files/user_error.ts";

const cells = plannedCells(priorsExperiment, "quick", {}).slice(0, 6);

/** Runs the cells with trainings that end with the codes given for each, one after another. */
async function run(codes: (cell: number) => number[], more: { stopAfter?: number } = {}) {
  const out = await Deno.makeTempDir();
  const stop = new AbortController();
  const seen = { events: [] as string[], most: 0, running: 0, begun: 0 };
  const failed = await runPlan(cells, {
    jobs: 2,
    out,
    tries: 3,
    stop: stop.signal,
    told: (event, cell, place) => seen.events.push(`${event} ${cells.indexOf(cell)} ${place}`),
    launch(cell: PlannedCell, log: string) {
      const k = cells.indexOf(cell);
      const tried = seen.events.filter((event) => event.startsWith(`begins ${k} `)).length;
      seen.most = Math.max(seen.most, ++seen.running);
      let end = (_code: number) => {};
      const ended = new Promise<number>((resolve) => {
        end = (code) => {
          Deno.writeTextFileSync(log, `progress\nended with ${code}\n`);
          seen.running--;
          resolve(code);
        };
      });
      const timer = setTimeout(() => end(codes(k)[tried - 1]), 5 * (k + 1));
      if (++seen.begun === more.stopAfter) setTimeout(() => stop.abort());
      return { ended, stop: () => (clearTimeout(timer), end(130)) };
    },
  });
  const notes = await Promise.all(cells.map(({ id }) => attemptAt(out, id)));
  await Deno.remove(out, { recursive: true });
  return { ...seen, notes, failed: failed.map((cell) => cells.indexOf(cell)) };
}

Deno.test("as many trainings run at a time as there are jobs, each once, in the plan's order", async () => {
  const { events, most, failed, notes } = await run(() => [0]);
  assertEquals(most, 2);
  const begun = events.filter((event) => event.startsWith("begins")).map((event) => Number(event.split(" ")[1]));
  assertEquals(begun, [0, 1, 2, 3, 4, 5]);
  assertEquals(failed, []);
  assertEquals(notes[0], { code: 0, tries: 1, said: "ended with 0" });
});

Deno.test("what dies is tried again, three times at most, and what it said last is kept", async () => {
  const { failed, notes, events } = await run((k) => k === 1 ? [137, 0] : k === 3 ? [1, 1, 1] : [0]);
  assertEquals(failed, [3]);
  assertEquals(notes[1], { code: 0, tries: 2, said: "ended with 0" });
  assertEquals(notes[3], { code: 1, tries: 3, said: "ended with 1" });
  assertEquals(events.filter((event) => event.startsWith("done")).length, 5);
});

Deno.test("a stop ends what runs, starts nothing more, and blames nobody", async () => {
  const { begun, failed, notes } = await run(() => [0], { stopAfter: 3 });
  assert(begun <= 4, String(begun));
  assertEquals(failed, []);
  assert(notes.some((note) => note?.code === 130));
  assertEquals(notes[5], null);
});

Deno.test("when what a training says cannot be kept, the others are ended, nothing more begins, and the cause is told", async () => {
  const out = await Deno.makeTempDir();
  const begun: string[] = [], ended: string[] = [];
  const work = runPlan(cells, {
    jobs: 3,
    out,
    tries: 3,
    stop: new AbortController().signal,
    told: () => {},
    launch({ id }) {
      if (begun.push(id) === 3) {
        return {
          ended: Promise.reject(new UserError("runs/plan: cannot write: the file system is read-only.")),
          stop: () => {},
        };
      }
      const end = Promise.withResolvers<number>();
      return { ended: end.promise, stop: () => setTimeout(() => (ended.push(id), end.resolve(130))) };
    },
  });
  await assertRejects(() => work, UserError, "the file system is read-only");
  assertEquals(begun, cells.slice(0, 3).map(({ id }) => id));
  assertEquals(ended, begun.slice(0, 2));
  await Deno.remove(out, { recursive: true });
});

Deno.test("a place that cannot be written is told before anything begins", async () => {
  const file = await Deno.makeTempFile();
  const options = { jobs: 1, out: file, tries: 1, stop: new AbortController().signal, told: () => {} };
  const launch = () => {
    throw new Error("begun");
  };
  await assertRejects(() => runPlan(cells, { ...options, launch }), UserError, `${file}/plan: cannot write: a part of`);
  await Deno.remove(file);
});

Deno.test("a log that the disk has no room for is told in plain words", async () => {
  const log = await Deno.makeTempFile();
  const { write } = Deno.FsFile.prototype;
  Deno.FsFile.prototype.write = () => Promise.reject(new Error("No space left on device (os error 28)"));
  try {
    const full = await assertRejects(() => keepLog(new Blob(["a line\n"]).stream(), log, () => {}), UserError);
    assertStringIncludes(full.message, `${log}: cannot write: no space left on the disk.`);
  } finally {
    Deno.FsFile.prototype.write = write;
  }
  await Deno.remove(log);
});
