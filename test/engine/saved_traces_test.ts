import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { join } from "node:path";
import { jit } from "../../lib/engine/jit.ts";
import { engine, startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { runEngine } from "./run_engine.ts";
import { test } from "./traced.ts";

await startTensorFlow({ threads: 2 });
const folder = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

interface Start {
  traced: number;
  numbers: number[][];
  notes: string[];
}

async function start(path: string, key: string): Promise<Start> {
  const { output, errors } = await runEngine("save_traces.ts", [path, key]);
  assertEquals(errors, "");
  return JSON.parse(output);
}

Deno.test("a second start does not trace, and computes the same bits; under another key it does", async () => {
  const path = join(folder, "second.traces");
  const first = await start(path, "1");
  const again = await start(path, "1");
  assertEquals(first.numbers.slice(0, 2), [[3, 12, 10, 40], [27, 48, 30, 40]]); // 3 x^2, and 10 x^2 or -10 x
  assertEquals([first.traced, first.notes], [2, []]); // for [2] and for [3]
  assertEquals(again, { ...first, traced: 0 });
  const other = await start(path, "2");
  assertEquals([other.traced, other.numbers], [2, first.numbers]);
  assertMatch(other.notes[0], /second\.traces: other code, options, devices or versions made it; .* traced again/);
});

/** Loads, runs once, and counts the traces and notes. */
async function loaded(
  path: string,
  fn: (x: tf.Tensor) => tf.Tensor,
  options = {},
): Promise<{ notes: string[]; value: number; loaded: boolean }> {
  const notes: string[] = [];
  const { error } = console;
  console.error = (line: string) => notes.push(line);
  try {
    const load = await jit.load(fn, path, "key", options);
    const { binding } = engine();
    const made = binding.functionsMade();
    const value = tf.tidy(() => load(tf.tensor1d([3])).dataSync()[0]);
    return { notes, value, loaded: binding.functionsMade() === made };
  } finally {
    console.error = error;
  }
}

async function saved(path: string, fn: (x: tf.Tensor) => tf.Tensor): Promise<void> {
  const traced = jit(fn);
  tf.tidy(() => void traced(tf.tensor1d([1])));
  await jit.save(traced, path, "key");
}

test("another function's text, or other options, are another file", async () => {
  const path = join(folder, "other.traces");
  await saved(path, (x) => tf.mul(x, 2));
  assertEquals(await loaded(path, (x) => tf.mul(x, 2)), { notes: [], value: 6, loaded: true });
  const text = await loaded(path, (x) => tf.mul(x, 5));
  assertEquals([text.value, text.loaded, text.notes.length], [15, false, 1]);
  const options = await loaded(path, (x) => tf.mul(x, 2), { rewrites: true });
  assertEquals([options.value, options.loaded, options.notes.length], [6, false, 1]);
});

test("a file that was changed in any place, or cut off, is not used", async () => {
  const path = join(folder, "damaged.traces");
  const double = (x: tf.Tensor) => tf.mul(x, 2);
  await saved(path, double);
  const bytes = await Deno.readFile(path);
  const variants = [0, 70, 65, 64, bytes.length >> 1, bytes.length - 1].flatMap((at) => [
    bytes.slice(0, at),
    bytes.map((byte, i) => i === at ? byte ^ 1 : byte),
  ]);
  for (const variant of [...variants, new TextEncoder().encode("{}"), Uint8Array.of(255, 10, 10)]) {
    await Deno.writeFile(path, variant);
    const { notes, value, loaded: used } = await loaded(path, double);
    assertEquals([value, used, notes.length], [6, false, 1]);
    assertMatch(notes[0], /damaged\.traces: it is damaged, or no file of traces; the function is traced again\./);
  }
});

test("a file that two load serves one when the other is gone", async () => {
  const path = join(folder, "twice.traces");
  const double = (x: tf.Tensor) => tf.mul(x, 2);
  await saved(path, double);
  const [one, two] = [await jit.load(double, path, "key"), await jit.load(double, path, "key")];
  const { traces } = JSON.parse((await Deno.readTextFile(path)).split("\n")[1]);
  engine().binding.removeFunctions([traces[0].name]); // as when JavaScript collects the first
  for (const fn of [one, two]) assertEquals(tf.tidy(() => fn(tf.tensor1d([4])).dataSync()[0]), 8);
});

test("a function that uses tensors from outside, or is given arguments, is not saved", async () => {
  const path = join(folder, "none.traces");
  const written = tf.tensor1d([1]); // values that TensorFlow has not seen yet
  const computed = tf.fill([1], 2);
  for (const outside of [written, computed]) {
    await assertRejects(() => saved(path, (x) => tf.add(x, outside)), UserError, "uses 1 tensors from outside");
  }
  const given = jit((x: tf.Tensor) => tf.neg(x), { donate: [0] });
  given(tf.tensor1d([1])).dispose();
  await assertRejects(() => jit.save(given, path, "key"), UserError, "arguments are given away to the function");
  assertEquals([...Deno.readDirSync(folder)].some(({ name }) => name.startsWith("none")), false);
  tf.dispose([written, computed]);
});
