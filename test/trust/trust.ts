/** `deno task trust`: what this project stands, measured by doing it harm. */
import { join } from "node:path";
import { processor } from "../../lib/engine/library_machine.ts";
import { codeVersion } from "../../lib/experiment/environment.ts";
import { writeTextAtomic } from "../../lib/files/atomic.ts";
import { progressBar } from "../../lib/files/progress.ts";
import { runTask } from "../../lib/files/task.ts";
import { taskArguments, wholeNumber } from "../../lib/files/task_arguments.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { markdown } from "../../lib/results/table.ts";
import { readTrust, type Trust, TRUST_VERSION, type TrustSubject, trustTable } from "../../lib/results/trust_table.ts";
import { fullDisk } from "./full_disk.ts";
import { kills } from "./kills.ts";
import { mutations } from "./mutations.ts";
import { page } from "./page.ts";
import { permissions } from "./permissions.ts";
import { steps } from "./steps.ts";
import { MOST_FAULTS, type Subject } from "./subject.ts";

/** The parts, quick ones first. */
export const subjects: readonly Subject[] = [page, permissions, mutations, fullDisk, kills, steps];

const RESULT = join(import.meta.dirname!, "../../results/trust.json");

const HELP = `Does this project harm in each way that it must stand, and counts.

Usage: deno task trust [options]

  --short       a minute's worth of each, writes nothing
  --only NAME   one part: ${subjects.map(({ name }) => name).join(", ")}
  --count N     how often harm is done in that part; as many times as is usual by default
  --seed N      decides everything random; default 0
  --help        this text

About an hour in full. Writes results/trust.json, a part as it ends; the table of docs/trust.md comes from it by deno task
readme. Exit code 1 if anything did not stand.`;

/** Runs the task. */
export async function trust(args: readonly string[], path = RESULT): Promise<number> {
  const given = taskArguments(args, {
    task: "trust",
    valued: ["only", "count", "seed"],
    flags: ["short"],
    paths: { count: 0, called: "paths" },
  });
  if (given === null) {
    console.log(HELP);
    return 0;
  }
  const { values, flags: { short } } = given;
  const seed = wholeNumber("seed", values.seed, 0) ?? 0;
  const count = wholeNumber("count", values.count, 1);
  if (count !== undefined && values.only === undefined) throw new UserError("--count is of one part: add --only NAME.");
  const asked = subjects.filter(({ name }) => values.only === undefined || values.only === name);
  if (asked.length === 0) {
    throw new UserError(`--only ${values.only}: choose one of ${subjects.map(({ name }) => name).join(", ")}.`);
  }

  const ran: TrustSubject[] = [];
  for (const subject of asked) {
    const one = await runSubject(subject, count ?? subject.counts[short ? "short" : "full"], seed);
    ran.push(one);
    for (const { what, faults } of one.rows) for (const fault of faults) console.error(`${what}: ${fault}`);
    if (!short) await write(path, one);
  }
  console.log(markdown(trustTable({ version: TRUST_VERSION, subjects: ran })));
  return ran.every(({ rows }) => rows.every(({ faults }) => faults.length === 0)) ? 0 : 1;
}

async function runSubject({ name, claim, run }: Subject, count: number, seed: number): Promise<TrustSubject> {
  const bar = progressBar(name, count, "times"), began = performance.now();
  const code_version = await codeVersion(); // now: the code may be changed while this runs
  try {
    const found = await run({ count, seed, tick: (done, note) => bar.update(done, note) });
    const rows = typeof found === "string" ? [] : found;
    return {
      name,
      claim,
      seed,
      skipped: typeof found === "string" ? found : null,
      rows: rows.map((row) => ({
        ...row,
        failed: Math.min(row.tried, row.faults.length),
        faults: row.faults.slice(0, MOST_FAULTS),
      })),
      seconds: Math.round((performance.now() - began) / 1000),
      code_version,
      finished: new Date().toISOString(),
      hardware: {
        processor: processor().model,
        cores: navigator.hardwareConcurrency,
        memory_gib: Math.round(Deno.systemMemoryInfo().total / 2 ** 30),
      },
    };
  } finally {
    bar.stop();
  }
}

/** Puts a part in its place; the others stay as they were. */
async function write(path: string, one: TrustSubject): Promise<void> {
  const there = await Deno.stat(path).then(() => true, () => false);
  const before: readonly TrustSubject[] = there ? (await readTrust(path)).subjects : [];
  const all = new Map([...before, one].map((subject) => [subject.name, subject]));
  const sorted = subjects.flatMap(({ name }) => all.get(name) ?? []);
  const file: Trust = { version: TRUST_VERSION, subjects: sorted };
  await writeTextAtomic(path, JSON.stringify(file, null, 2) + "\n");
}

if (import.meta.main) await runTask(() => trust(Deno.args));
