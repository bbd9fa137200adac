/**
 * The event files of a training, opened by TensorBoard itself, in a venv of the cache (180 MB with what it needs, once).
 *
 *     deno task test:tensorboard
 */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { startTensorFlow } from "../../lib/engine/tensorflow.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import { venv } from "../../lib/files/venv.ts";
import { readLog } from "../../lib/training/log.ts";
import { train } from "../../lib/training/train.ts";
import { smallRun, THREADS } from "../training/small_run.ts";

const REQUIREMENTS = "tensorboard==2.21.0\n";

/** A number as TensorBoard serves it: time, step, value. */
type Served = [number, number, number];

/** TensorBoard's address, once it says it. */
async function addressOf(stderr: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let said = "";
  for await (const text of stderr.pipeThrough(new TextDecoderStream())) {
    said += text;
    const address = said.match(/http:\/\/127\.0\.0\.1:\d+\//)?.[0];
    if (address !== undefined) return address;
  }
  throw new Error(`TensorBoard ended: ${said}`);
}

Deno.test("TensorBoard shows loss, learning rate, accuracy and pace of a run, the numbers of its log", async () => {
  const { python } = await venv({
    name: "tensorboard",
    title: "TensorBoard",
    notice: "Installing TensorBoard, which a test opens event files with (180 MB)",
    requirements: REQUIREMENTS,
  });
  await startTensorFlow({ threads: THREADS });
  const directory = await Deno.makeTempDir();
  disposeTree((await train(smallRun({ directory }))).network);
  const log = readLog(`${directory}/log.jsonl`);

  const board = new Deno.Command(python, {
    args: ["-m", "tensorboard.main", "--logdir", directory, "--port", "0", "--host", "127.0.0.1", "--load_fast=false"],
    stderr: "piped",
    stdout: "null",
  }).spawn();
  try {
    const address = await addressOf(board.stderr);
    const get = async (path: string) => await (await fetch(`${address}data/plugin/scalars/${path}`)).json();
    let tags: Record<string, Record<string, unknown>> = {};
    for (let tried = 0; tried < 100 && Object.keys(tags).length === 0; tried++) { // it reads the files after its start
      await new Promise((done) => setTimeout(done, 200));
      tags = await get("tags");
    }
    assertEquals(Object.keys(tags["."]).sort(), ["accuracy", "images per second", "learning rate", "loss"]);
    const served = async (tag: string): Promise<Served[]> => await get(`scalars?run=.&tag=${encodeURIComponent(tag)}`);
    const steps = log.filter((line) => line.event === "step"), epochs = log.filter((line) => line.event === "epoch");
    const close = (rows: Served[], numbers: number[][]) => {
      assertEquals(rows.map(([, step]) => step), numbers.map(([step]) => step));
      rows.forEach(([, , value], k) => assertAlmostEquals(value, numbers[k][1], 1e-6 * Math.abs(numbers[k][1])));
    };
    close(await served("loss"), steps.map(({ step, loss }) => [step, loss]));
    close(await served("learning rate"), steps.map(({ step, rate }) => [step, rate]));
    close(await served("accuracy"), epochs.map(({ step, accuracy }) => [step - 1, accuracy]));
    close(await served("images per second"), epochs.map(({ step, imagesPerSecond }) => [step - 1, imagesPerSecond]));
  } finally {
    board.kill();
    await board.status;
    await Deno.remove(directory, { recursive: true });
  }
});
