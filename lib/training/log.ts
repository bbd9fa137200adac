/**
 * The log of a run: one JSON object a line, appended, so that whatever ended the run left every line before it whole.
 *
 * A run that was killed repeats the steps after its last checkpoint: its log then holds them twice, the second time
 * behind a line "resume".
 */
import { fileError } from "../files/file_error.ts";
import { UserError } from "../files/user_error.ts";
import type { RunIdentity } from "./checkpoint.ts";

/** Name of a run's log. */
export const LOG = "log.jsonl";

/** One line of a log; `event` says which kind. `seconds` count from the line "start" or "resume" before. */
export type LogLine =
  | {
    event: "start" | "resume";
    /** Steps done before. */
    step: number;
    /** Steps in all. */
    steps: number;
    /** Steps in an epoch. */
    epochSteps: number;
    /** ISO 8601 in UTC. */
    time: string;
    /** What the run is. */
    run: RunIdentity;
  }
  | {
    event: "step";
    /** The step's number, from 0. */
    step: number;
    /** Loss of its batch, before the step. */
    loss: number;
    /** Learning rate. */
    rate: number;
    seconds: number;
  }
  | {
    event: "epoch";
    /** The epoch's number, from 0. */
    epoch: number;
    /** Steps done. */
    step: number;
    /** Mean over the epoch's steps. */
    loss: number;
    /** Share of the epoch's training images that were classified rightly. */
    accuracy: number;
    seconds: number;
    imagesPerSecond: number;
  }
  | {
    /** A checkpoint was written: after an epoch, after Ctrl-C, after the last step. */
    event: "checkpoint" | "stop" | "finish";
    /** Steps done. */
    step: number;
    seconds: number;
  }
  | {
    event: "diverged";
    /** The step's number, from 0. */
    step: number;
    /** What is no longer finite. */
    what: string;
    seconds: number;
  };

/** An open log. */
export interface Log {
  /** Appends a line. */
  write(line: LogLine): void;
  /** Closes the file. */
  close(): void;
}

/**
 * Opens a log to append to. A half line at its end, which a full disk may have left, is cut off.
 *
 * @throws {UserError} if the file cannot be written; so does `write`
 */
export function openLog(path: string): Log {
  const attempt = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw fileError(error, "write", path);
    }
  };
  const file = attempt(() => {
    const file = Deno.openSync(path, { read: true, append: true, create: true });
    const bytes = Deno.readFileSync(path);
    const whole = bytes.lastIndexOf(10) + 1; // 10: end of line
    if (whole < bytes.length) file.truncateSync(whole);
    return file;
  });
  const encoder = new TextEncoder();
  return {
    write(line) {
      const bytes = encoder.encode(JSON.stringify(line) + "\n");
      attempt(() => {
        for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
      });
    },
    close: () => file.close(),
  };
}

/**
 * The lines of a log, but for a half one at its end; none if there is no file.
 *
 * @throws {UserError} if the file cannot be read, or a line is none of a log
 */
export function readLog(path: string): LogLine[] {
  return linesOf(path).map((line, i) => {
    const damaged = (what: string) =>
      new UserError(`${path}: line ${i + 1} is ${what}. The log is damaged: move it away and run again.`);
    let read: unknown;
    try {
      read = JSON.parse(line);
    } catch {
      throw damaged("not JSON");
    }
    if (isLogLine(read)) return read;
    throw damaged("no line of a log");
  });
}

/** Numbers that each kind of line has, beside its step. */
const NUMBERS: Record<LogLine["event"], readonly string[]> = {
  start: ["steps", "epochSteps"],
  resume: ["steps", "epochSteps"],
  step: ["loss", "rate", "seconds"],
  epoch: ["epoch", "loss", "accuracy", "seconds", "imagesPerSecond"],
  checkpoint: ["seconds"],
  stop: ["seconds"],
  finish: ["seconds"],
  diverged: ["seconds"],
};

/** Whether what was read of a line has the form of its kind. */
export function isLogLine(read: unknown): read is LogLine {
  const line = (read ?? {}) as Record<string, unknown>;
  if (["start", "resume"].includes(`${line.event}`) && !(line.run instanceof Object)) return false;
  const numbers = Object.hasOwn(NUMBERS, `${line.event}`) ? NUMBERS[line.event as LogLine["event"]] : null;
  return numbers !== null && ["step", ...numbers].every((name) => typeof line[name] === "number");
}

function linesOf(path: string): string[] {
  try {
    return Deno.readTextFileSync(path).split("\n").slice(0, -1);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw fileError(error, "read", path);
  }
}

/**
 * How long a run trained, pauses left out, and how many steps it made in that time: of each process that took part, up
 * to its last checkpoint. What was lost and done again counts once.
 */
export function timeOf(lines: readonly LogLine[]): { seconds: number; steps: number } {
  let before = { seconds: 0, steps: 0 };
  let sum = before;
  let first = 0;
  for (const line of lines) {
    if (line.event === "start" || line.event === "resume") {
      before = line.event === "start" ? { seconds: 0, steps: 0 } : sum;
      sum = before;
      first = line.step;
    } else if (line.event === "checkpoint" || line.event === "stop" || line.event === "finish") {
      sum = { seconds: before.seconds + line.seconds, steps: before.steps + line.step - first };
    }
  }
  return sum;
}
