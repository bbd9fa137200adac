/** Runs what is left of a plan, so many trainings at a time, on this machine. */
import { join } from "node:path";
import { writeAll, writeTextAtomic } from "../../files/atomic.ts";
import { fileError } from "../../files/file_error.ts";
import { INTERRUPTED } from "../../files/task.ts";
import { attemptAt, notesFolder } from "./state.ts";
import type { PlannedCell } from "./planned.ts";

/** How a plan is run. */
export interface RunPlanOptions {
  /** Trainings at a time. */
  jobs: number;
  /** The `--out` of the runs. */
  out: string;
  /** How often a training that fails is tried, in one run of the plan. */
  tries: number;
  /**
   * Starts a training in one of the places 0 .. jobs-1; its exit code, and how to end it in an orderly way. An error in place of
   * the code ends the plan; the training must have ended then.
   */
  launch: (cell: PlannedCell, log: string, place: number) => { ended: Promise<number>; stop: () => void };
  /** Is told when a training begins, ends, or fails. */
  told: (event: "begins" | "done" | "failed", cell: PlannedCell, place: number) => void;
  /** Ends all trainings, and starts no more. */
  stop: AbortSignal;
}

/**
 * Runs trainings.
 *
 * @param cells what is not done yet, in the order in which they start
 * @returns those that failed as often as they were tried; none after `stop`
 * @throws {UserError} if the notes cannot be written; all trainings have ended then
 */
export async function runPlan(cells: readonly PlannedCell[], options: RunPlanOptions): Promise<PlannedCell[]> {
  const { jobs, out, tries, launch, told, stop } = options;
  const notes = notesFolder(out);
  await Deno.mkdir(notes, { recursive: true }).catch((error) => {
    throw fileError(error, "write", notes);
  });
  const left = [...cells];
  const failed: PlannedCell[] = [];
  const ends = new Set<() => void>();
  const broken: unknown[] = [];
  const over = () => stop.aborted || broken.length > 0;
  const endAll = () => ends.forEach((end) => end());
  stop.addEventListener("abort", endAll);

  const place = async (k: number) => {
    for (let cell = left.shift(); cell !== undefined && !over(); cell = left.shift()) {
      const log = join(notes, `${cell.id}.log`);
      for (let tried = 1; tried <= tries && !over(); tried++) {
        told("begins", cell, k);
        const run = launch(cell, log, k);
        ends.add(run.stop);
        const code = await run.ended.finally(() => ends.delete(run.stop));
        const said = (await Deno.readTextFile(log).catch(() => "")).trim().split("\n").at(-1) ?? "";
        const before = await attemptAt(out, cell.id);
        const attempt = { code, tries: (before?.tries ?? 0) + 1, said };
        await writeTextAtomic(join(notes, `${cell.id}.json`), JSON.stringify(attempt) + "\n");
        if (code === 0) {
          told("done", cell, k);
          break;
        }
        if (over() || code === INTERRUPTED) break;
        told("failed", cell, k);
        if (tried === tries) failed.push(cell);
      }
    }
  };
  await Promise.all(Array.from({ length: jobs }, (_, k) =>
    place(k).catch((error) => {
      broken.push(error);
      endAll(); // nobody would be left who knows of them
    })));
  if (broken.length > 0) throw broken[0];
  return failed;
}

/**
 * Appends what a training writes to its log.
 *
 * @param said is told each piece's last line
 * @throws {UserError} if the log cannot be written
 */
export async function keepLog(
  stream: ReadableStream<Uint8Array>,
  path: string,
  said: (line: string) => void,
): Promise<void> {
  try {
    using file = await Deno.open(path, { append: true, create: true });
    for await (const bytes of stream) {
      await writeAll(file, bytes);
      said(new TextDecoder().decode(bytes).trim().split("\n").at(-1) ?? "");
    }
  } catch (error) {
    throw fileError(error, "write", path);
  }
}
