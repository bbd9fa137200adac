import { assertAlmostEquals, assertEquals } from "@std/assert";
import { chromeTrace } from "../../lib/engine/chrome_trace.ts";
import { operationCosts } from "../../lib/engine/operation_costs.ts";
import type { TimedOperation } from "../../lib/engine/step_stats.ts";

const timed = (operation: string, start: number, duration: number): TimedOperation => ({
  ...{ name: `${operation}_1`, operation, inputs: ["x"], outputs: ["float32[2]"], device: "CPU:0", thread: 3 },
  ...{ start, duration },
});

Deno.test("a kind costs what its operations took without those that they called, as the mean of the runs", () => {
  // a loop of 10 that calls an addition of 4 and a branch of 5, in which 2 are another addition's
  const first = [timed("While", 0, 10), timed("Add", 0, 4), timed("If", 4, 5), timed("Add", 5, 2), timed("Mul", 10, 5)];
  const second = [timed("Mul", 0, 15)];
  const costs = operationCosts([first, second]);
  assertEquals(costs.map(({ operation, calls, total }) => [operation, calls, total]), [
    ["Mul", 1, 10],
    ["Add", 1, 3],
    ["If", 0.5, 1.5],
    ["While", 0.5, 0.5],
  ]);
  assertAlmostEquals(costs[0].share, 2 / 3, 1e-12);
});

Deno.test("a trace has a process for each device, a track for each thread, and the runs one behind the other", () => {
  const { traceEvents } = chromeTrace([[timed("Add", 0, 4), timed("Mul", 4, 1)], [timed("Add", 1, 2)]]);
  assertEquals(traceEvents[0], { name: "process_name", ph: "M", pid: 0, tid: 0, args: { name: "CPU:0" } });
  assertEquals(traceEvents.slice(1).map(({ name, ph, pid, tid, ts, dur }) => [name, ph, pid, tid, ts, dur]), [
    ["Add", "X", 0, 3, 0, 4],
    ["Mul", "X", 0, 3, 4, 1],
    ["Add", "X", 0, 3, 6, 2],
  ]);
  assertEquals(traceEvents[3].args, { name: "Add_1", inputs: ["x"], outputs: ["float32[2]"], run: 1 });
});
