/**
 * The log of a run: one JSON object a line, appended, so that whatever ended the run left every line before it whole.
 */
import { fileError } from "../files/file_error.ts";

/** One line of a log; `event` says which kind. Times are in seconds since the process began its run. */
export type LogLine =
  | { event: "start" | "resume"; step: number; epoch: number; steps: number; time: string; recipe: string }
  | { event: "step"; step: number; loss: number; rate: number; seconds: number }
  | {
    event: "epoch";
    epoch: number;
    step: number;
    loss: number;
    accuracy: number;
    seconds: number;
    imagesPerSecond: number;
  }
  | { event: "checkpoint" | "stop" | "finish"; step: number; seconds: number };

/** An open log. */
export interface Log {
  /** Appends a line. */
  write(line: LogLine): void;
  /** Closes the file. */
  close(): void;
}

/**
 * Opens a log to append to.
 *
 * @throws {UserError} if the file cannot be written
 */
export function openLog(path: string): Log {
  const attempt = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw fileError(error, "write", path);
    }
  };
  const file = attempt(() => Deno.openSync(path, { append: true, create: true }));
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
