/**
 * A process that takes a lock and holds it, to be stopped, killed, or asked: `lock_child.ts PATH MACHINE`. It says "held", and
 * answers each line of its standard input: "write" writes `PATH.written` if the lock is still its own, "release" gives it back.
 */
import { acquireLock, waitForLock } from "../../lib/files/lock.ts";
import type { Pace } from "../../lib/files/lock_watch.ts";

/** What a process pretends of its machine. */
export interface Machine {
  /** Its name. */
  host?: string;
  /** Whether there are no locks of the operating system, or none that others see. */
  flock?: "none" | "blind";
  /** How far its clock is ahead, in hours. */
  ahead?: number;
  /** Other times than usual. */
  pace?: Pace;
  /** How often to take the lock, count one up in `PATH.count`, and give it back, instead of holding it. */
  rounds?: number;
}

/** Makes this process one of such a machine. */
function pretend({ host, flock, ahead = 0 }: Machine): void {
  if (host !== undefined) Deno.hostname = () => host;
  if (flock === "blind") Deno.FsFile.prototype.tryLock = () => Promise.resolve(true);
  if (flock === "none") {
    Deno.FsFile.prototype.tryLock = () => Promise.reject(new Error("Function not implemented (os error 38)"));
  }
  const { Date } = globalThis;
  globalThis.Date = class extends Date {
    constructor() {
      super(Date.now() + ahead * 3_600_000);
    }
    static override now = () => Date.now() + ahead * 3_600_000;
  } as DateConstructor;
}

async function count(path: string, { pace, rounds = 0 }: Machine): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await using lock = await waitForLock(path, "the count", { pace });
    const before = Number(await Deno.readTextFile(`${path}.count`));
    await new Promise((done) => setTimeout(done, 5));
    await lock.confirm();
    await Deno.writeTextFile(`${path}.count`, String(before + 1));
  }
}

async function hold(path: string, { pace }: Machine): Promise<void> {
  const lock = await acquireLock(path, "the run", { pace });
  console.log("held");
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    try {
      if (text.trim() === "release") return await lock.release();
      await lock.confirm();
      await Deno.writeTextFile(`${path}.written`, "");
      console.log("written");
    } catch (error) {
      console.log((error as Error).message);
    }
  }
}

if (import.meta.main) {
  const machine: Machine = JSON.parse(Deno.args[1]);
  pretend(machine);
  await (machine.rounds === undefined ? hold : count)(Deno.args[0], machine);
}
