/** `kill -9` at random moments: whatever was going on ends, once resumed, with the bits of a process that nobody killed. */
import { stream } from "../../lib/engine/streams.ts";
import { start } from "../experiment/child.ts";
import { downloading, evaluation, gathering, training, type Work } from "./killed_works.ts";
import { type Asked, type Row, shares, type Subject } from "./subject.ts";

const WORKS: readonly (() => Work | Promise<Work>)[] = [gathering, downloading, evaluation, training];
const KILLED = 128 + 9;
/** Milliseconds between two looks at whether the work has begun. */
const LOOK = 2;

/** Kills each kind of work. */
export const kills: Subject = {
  name: "kill-9",
  claim: "Killed at any moment and resumed, work ends with the bits of work that nobody killed.",
  counts: { full: 50, short: 4 },
  async run({ count, seed, tick }) {
    const rows: Row[] = [];
    let done = 0;
    for (const [k, share] of shares(count, WORKS.length).entries()) {
      if (share === 0) continue;
      await using work = await WORKS[k]();
      const before = done;
      rows.push(await killEach(work, { count: share, seed, tick: (here) => tick(before + here, work.what) }));
      done += share;
    }
    return rows;
  },
};

async function killEach(work: Work, { count, seed, tick }: Asked): Promise<Row> {
  const random = stream(seed, `kill ${work.what}`);
  const { expected, milliseconds } = await undisturbed(work);
  const faults: string[] = [];
  for (let tried = 0; tried < count;) {
    const folder = await Deno.makeTempDir();
    try {
      await work.prepare(folder);
      if (!await killed(work, folder, random.uniform() * milliseconds)) continue; // it was over before
      tick(++tried);
      await work.sound(folder);
      const { code, errors } = await start(work.command(folder)).ended;
      if (code !== 0) faults.push(`kill ${tried}: resumed, it ends with code ${code}: ${errors.trim()}`);
      else if (await work.result(folder) !== expected) faults.push(`kill ${tried}: resumed, it ends with other bits`);
    } catch (error) {
      faults.push(`kill ${tried}: ${error instanceof Error ? error.message : error}`);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
  const note = `at moments of the ${(milliseconds / 1000).toFixed(1)} s from begin to end`;
  return { what: work.what, tried: count, faults, note };
}

/** What the work leaves, and how long it takes from its begin. */
async function undisturbed(work: Work): Promise<{ expected: string; milliseconds: number }> {
  const folder = await Deno.makeTempDir();
  try {
    await work.prepare(folder);
    const { ended } = start(work.command(folder));
    await beginOf(work, folder, ended);
    const began = performance.now();
    const { code, errors } = await ended;
    if (code !== 0) throw new Error(errors);
    return { milliseconds: performance.now() - began, expected: await work.result(folder) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Starts the work and kills it so long after its begin; false if it ended by itself. */
async function killed(work: Work, folder: string, after: number): Promise<boolean> {
  const { child, ended } = start(work.command(folder));
  await beginOf(work, folder, ended);
  await Promise.race([new Promise((done) => setTimeout(done, after)), ended]);
  try {
    child.kill("SIGKILL");
  } catch {
    // it has ended
  }
  const { code, errors } = await ended;
  if (code === KILLED) return true;
  if (code === 0) return false;
  throw new Error(`ends with code ${code}: ${errors.trim()}`);
}

/** Waits until the work begins, or its process ends without. */
async function beginOf(work: Work, folder: string, ended: Promise<unknown>): Promise<void> {
  let over = false;
  ended.finally(() => over = true);
  while (!over && !work.begun(folder)) await new Promise((done) => setTimeout(done, LOOK));
}
