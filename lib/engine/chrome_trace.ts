/** Timed operations as a trace that Chrome (`chrome://tracing`) and Perfetto (`ui.perfetto.dev`) draw. */
import type { TimedOperation } from "./step_stats.ts";

/** An event of the trace event format. */
export interface TraceEvent {
  /** What is written on it. */
  name: string;
  /** "X": has a duration; "M": names a track. */
  ph: "X" | "M";
  /** Number of the device. */
  pid: number;
  /** Number of the thread. */
  tid: number;
  /** When it began, in microseconds. */
  ts?: number;
  /** How long it took, in microseconds. */
  dur?: number;
  /** What is shown of it when it is chosen. */
  args: Record<string, unknown>;
}

/**
 * The trace of several runs, one behind the other: a process for each device, a track for each of its threads.
 *
 * @param runs each run's operations
 */
export function chromeTrace(runs: TimedOperation[][]): { displayTimeUnit: "ms"; traceEvents: TraceEvent[] } {
  const devices = [...new Set(runs.flat().map(({ device }) => device))];
  const titles = devices.map((name, pid): TraceEvent => ({
    name: "process_name",
    ph: "M",
    pid,
    tid: 0,
    args: { name },
  }));
  const ends = runs.map((run) => Math.max(0, ...run.map(({ start, duration }) => start + duration)));
  const events = runs.flatMap((run, i) => {
    const before = ends.slice(0, i).reduce((sum, end) => sum + end, 0);
    return run.map(({ name, operation, inputs, outputs, device, thread, start, duration }): TraceEvent => ({
      name: operation,
      ph: "X",
      pid: devices.indexOf(device),
      tid: thread,
      ts: before + start,
      dur: duration,
      args: { name, inputs, outputs, run: i },
    }));
  });
  return { displayTimeUnit: "ms", traceEvents: [...titles, ...events] };
}
