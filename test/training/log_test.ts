import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { UserError } from "../../lib/files/user_error.ts";
import { type LogLine, openLog, readLog, timeOf } from "../../lib/training/log.ts";

const start = (event: "start" | "resume", step: number): LogLine => ({
  event,
  step,
  steps: 40,
  epochSteps: 10,
  time: "2025-01-02T03:04:05.678Z",
  run: { threads: 2 },
});
const saved = (event: "checkpoint" | "stop" | "finish", step: number, seconds: number): LogLine => ({
  event,
  step,
  seconds,
});
const step = (step: number, seconds: number): LogLine => ({ event: "step", step, loss: 1.5, rate: 0.1, seconds });

Deno.test("lines are appended to those that are there, and half a line at the end is cut off", async () => {
  const directory = await Deno.makeTempDir(), path = `${directory}/log.jsonl`;
  assertEquals(readLog(path), []);
  const lines = [start("start", 0), step(0, 0.5), saved("checkpoint", 10, 5)];
  for (const line of lines) {
    const log = openLog(path);
    log.write(line);
    log.close();
    await Deno.writeTextFile(path, '{"event":"st', { append: true });
    assertEquals(readLog(path), lines.slice(0, lines.indexOf(line) + 1));
  }
  openLog(path).close();
  assertEquals(await Deno.readTextFile(path), lines.map((line) => JSON.stringify(line) + "\n").join(""));
  await Deno.remove(directory, { recursive: true });
});

Deno.test("a log that is damaged, or cannot be written, is told plainly", async () => {
  const directory = await Deno.makeTempDir(), path = `${directory}/log.jsonl`;
  await Deno.writeTextFile(path, `${JSON.stringify(step(0, 1))}\n{]\n{}\n`);
  assertMatch(assertThrows(() => readLog(path), UserError).message, /log\.jsonl: line 2 is not JSON\. .*move it away/);
  for (
    const bad of ["null", "[]", '{"event":"finish","step":4}', '{"event":"step","step":"0","loss":1}', '{"step":1}']
  ) {
    await Deno.writeTextFile(path, `${JSON.stringify(step(0, 1))}\n${bad}\n`);
    assertMatch(assertThrows(() => readLog(path), UserError).message, /line 2 is no line of a log\. .*move it away/);
  }
  const inside = assertThrows(() => openLog(`${path}/log.jsonl`), UserError);
  assertMatch(inside.message, /cannot write: a part of this path is a file/);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("time and steps are those of each process up to its last checkpoint", () => {
  const first = [start("start", 0), step(0, 1), saved("checkpoint", 10, 11), step(10, 12)];
  assertEquals(timeOf([]), { seconds: 0, steps: 0 });
  assertEquals(timeOf(first.slice(0, 2)), { seconds: 0, steps: 0 });
  assertEquals(timeOf(first), { seconds: 11, steps: 10 });
  const stopped = [...first, start("resume", 10), step(10, 3), saved("checkpoint", 20, 13), saved("stop", 25, 18)];
  assertEquals(timeOf(stopped), { seconds: 11 + 18, steps: 25 });
  assertEquals(timeOf([...stopped, start("resume", 25)]), { seconds: 29, steps: 25 });
  assertEquals(timeOf([...stopped, start("resume", 25), saved("finish", 40, 16)]), { seconds: 45, steps: 40 });
  assertEquals(timeOf([...stopped, ...first]), { seconds: 11, steps: 10 }, "a new start counts nothing before it");
});
