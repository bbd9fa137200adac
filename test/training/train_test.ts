import { assert, assertEquals, assertGreater, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { CSSR_STRONG } from "../../lib/augment/augmentation.ts";
import { REGULARISERS } from "../../lib/augment/regulariser.ts";
import { engine, startTensorFlow, type tf } from "../../lib/engine/tensorflow.ts";
import { disposeTree, leavesOf } from "../../lib/engine/tree.ts";
import { Interrupted } from "../../lib/files/task.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { type LogLine, readLog } from "../../lib/training/log.ts";
import type { Schedule } from "../../lib/training/schedule.ts";
import { CHECKPOINT, train } from "../../lib/training/train.ts";
import { commandOf, type Ended, start } from "../experiment/child.ts";
import { EPOCH_STEPS, type SmallRun, smallRun, THREADS } from "./small_run.ts";

await startTensorFlow({ threads: THREADS });
const { binding } = engine();
const script = new URL("train_child.ts", import.meta.url).pathname;
const checkpointOf = (directory: string) => Deno.readFile(`${directory}/${CHECKPOINT}`);
const logOf = (directory: string) => readLog(`${directory}/log.jsonl`);
const events = (log: LogLine[]) => log.filter(({ event }) => event !== "step").map(({ event, step }) => [event, step]);

/** Trains to the end in this process, and frees the network. */
async function finish(run: SmallRun): Promise<void> {
  disposeTree((await train(smallRun(run))).network);
}

/** The checkpoint of a run that nothing stopped. */
async function unbroken(run: Omit<SmallRun, "directory">): Promise<Uint8Array> {
  const directory = await Deno.makeTempDir();
  await finish({ ...run, directory });
  const bytes = await checkpointOf(directory);
  await Deno.remove(directory, { recursive: true });
  return bytes;
}

/** A signal that is set once `count` steps were begun. */
function stopAfter(count: number): AbortSignal {
  let asked = 0;
  return {
    get aborted() { // train asks once before each step
      return asked++ >= count;
    },
  } as AbortSignal;
}

/** How many steps of the epoch were done when the run ended, by its log: from 1 up if it ended inside the epoch. */
function doneOf(directory: string, epoch: number): number {
  const { event, step } = logOf(directory).at(-1)!;
  return (event === "step" ? step + 1 : event === "stop" ? step : NaN) - epoch * EPOCH_STEPS;
}

/**
 * Trains in a child process, and sends it a signal at a random moment inside the given epoch. On a busy machine the
 * signal may come too late: then the folder is put back as it was, and the child starts again.
 */
async function breakOff(run: SmallRun, epoch: number, signal: Deno.Signal): Promise<Ended> {
  const files = [CHECKPOINT, "log.jsonl"].map((name) => `${run.directory}/${name}`);
  const before = await Promise.all(files.map((path) => Deno.readFile(path).catch(() => null)));
  while (true) {
    const { child, ended } = start(commandOf(script, [JSON.stringify(run)]));
    let over = false;
    ended.then(() => over = true);
    const wanted = epoch * EPOCH_STEPS + 1 + Math.floor(Math.random() * (EPOCH_STEPS - 8));
    const reached = () => {
      try {
        return Deno.readTextFileSync(files[1]).slice(before[1]?.length ?? 0).includes(`"step":${wanted},`);
      } catch {
        return false; // there is no log yet
      }
    };
    while (!over && !reached()) await new Promise((done) => setTimeout(done, 1));
    await new Promise((done) => setTimeout(done, 10 * Math.random()));
    if (!over) child.kill(signal);
    const result = await ended;
    if (result.code === 1) throw new Error(result.errors);
    const done = doneOf(run.directory, epoch);
    if (done > 0 && done < EPOCH_STEPS) return result;
    await Promise.all(
      files.map((path, i) => before[i] === null ? Deno.remove(path).catch(() => {}) : Deno.writeFile(path, before[i])),
    );
  }
}

Deno.test("three times killed inside an epoch and resumed, a run ends with the bytes of an unbroken one", async () => {
  const directory = await Deno.makeTempDir();
  for (const epoch of [1, 2, 3]) {
    const { code } = await breakOff({ directory, resume: true }, epoch, "SIGKILL");
    assertEquals([code, logOf(directory).at(-1)!.event], [128 + 9, "step"]);
  }
  await finish({ directory, resume: true });
  assertEquals(events(logOf(directory)), [
    ["start", 0],
    ["epoch", 20],
    ["checkpoint", 20],
    ["resume", 20],
    ["epoch", 40],
    ["checkpoint", 40],
    ["resume", 40],
    ["epoch", 60],
    ["checkpoint", 60],
    ["resume", 60],
    ["epoch", 80],
    ["finish", 80],
  ]);
  assertEquals(await checkpointOf(directory), await unbroken({ lag: 1 }));
  await Deno.remove(directory, { recursive: true });
});

Deno.test("so does a run that mixes without a lag, killed before its first checkpoint and after it", async () => {
  const directory = await Deno.makeTempDir(), run = { directory, lag: 0, recipe: { epochs: 2 }, resume: true };
  for (const epoch of [0, 1]) assertEquals((await breakOff(run, epoch, "SIGKILL")).code, 128 + 9);
  await finish(run);
  assertEquals(events(logOf(directory)).filter(([event]) => event !== "epoch"), [
    ["start", 0],
    ["start", 0],
    ["checkpoint", 20],
    ["resume", 20],
    ["finish", 40],
  ]);
  assertEquals(await checkpointOf(directory), await unbroken(run));
  await Deno.remove(directory, { recursive: true });
});

Deno.test("Ctrl-C and SIGTERM save at once, say how to go on, and change no bit of the end", async () => {
  const directory = await Deno.makeTempDir(), run = { directory, recipe: { epochs: 2 }, resume: true };
  const stops: number[] = [];
  for (const [epoch, signal] of [[0, "SIGINT"], [1, "SIGTERM"]] as const) {
    const { code, errors } = await breakOff(run, epoch, signal);
    assertEquals(code, 130);
    const { event, step } = logOf(directory).at(-1)!;
    assertEquals(event, "stop");
    assertMatch(errors, new RegExp(`\nStopped after ${step} of 40 steps\\. .*--resume to go on\\.\n$`));
    stops.push(step);
  }
  await finish(run);
  assertEquals(events(logOf(directory)).filter(([event]) => event === "resume"), stops.map((step) => ["resume", step]));
  assertEquals(await checkpointOf(directory), await unbroken(run));
  await Deno.remove(directory, { recursive: true });
});

Deno.test("after each epoch the network is shown, behind its checkpoint, and no bit changes by that", async () => {
  const directory = await Deno.makeTempDir(), recipe = { epochs: 2 };
  const seen: unknown[] = [];
  const { network } = await train({
    ...smallRun({ directory, recipe }),
    afterEpoch(epochs, network) {
      seen.push([epochs, events(logOf(directory)).at(-1), leavesOf(network).size > 0]);
      return Promise.resolve();
    },
  });
  disposeTree(network);
  assertEquals(seen, [[1, ["checkpoint", 20], true], [2, ["finish", 40], true]]);
  assertEquals(await checkpointOf(directory), await unbroken({ recipe }));
  await Deno.remove(directory, { recursive: true });
});

Deno.test("a run whose folder is another process's by now writes neither log nor checkpoint any more", async () => {
  const directory = await Deno.makeTempDir();
  let asked = 0;
  const mayWrite = () => ++asked <= 21 ? Promise.resolve() : Promise.reject(new UserError("taken over")); // 20 steps, one save
  await assertRejects(() => train({ ...smallRun({ directory }), mayWrite }), UserError, "taken over");
  const { event, step } = logOf(directory).at(-1)!;
  assertEquals([event, step], ["checkpoint", 20]);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("without BackMix, stopped before its first step, inside an epoch or between two, a run ends with the same bytes", async () => {
  const run = { lag: null, recipe: { epochs: 2, batch: 60 } }; // 4 steps an epoch
  const whole = await unbroken(run);
  for (const stopped of [0, 3, 4, 5]) {
    const directory = await Deno.makeTempDir();
    await assertRejects(() => train({ ...smallRun({ ...run, directory }), stop: stopAfter(stopped) }), Interrupted);
    await finish({ ...run, directory, resume: true });
    assertEquals(await checkpointOf(directory), whole, `stopped after ${stopped} steps`);
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("so does a run with CSSR's augmentation on BackMix and MixUp, stopped inside an epoch and between two", async () => {
  const recipe = { epochs: 2, batch: 60, augmentation: CSSR_STRONG, regulariser: REGULARISERS.mixup };
  const run = { recipe }; // 4 steps an epoch
  const whole = await unbroken(run);
  for (const stopped of [3, 4]) {
    const directory = await Deno.makeTempDir();
    await assertRejects(() => train({ ...smallRun({ ...run, directory }), stop: stopAfter(stopped) }), Interrupted);
    await finish({ ...run, directory, resume: true });
    assertEquals(await checkpointOf(directory), whole, `stopped after ${stopped} steps`);
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("each rival of BackMix trains", async () => {
  for (const regulariser of Object.values(REGULARISERS)) {
    const directory = await Deno.makeTempDir();
    const run = { directory, lag: null, recipe: { epochs: 1, batch: 60, regulariser } };
    const { network, lastLoss } = await train(smallRun(run));
    assert(lastLoss > 0 && lastLoss < 3, `${regulariser.kind}: ${lastLoss}`);
    disposeTree(network);
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("so does ARPL+CS with BackMix, killed in a pass with generated images and in plain ones", async () => {
  const directory = await Deno.makeTempDir(), recipe = { epochs: 2, gan: { width: 1 / 16 } };
  const run = { directory, confusing: true, recipe, resume: true };
  for (const pass of [1, 2, 3]) assertEquals((await breakOff(run, pass, "SIGKILL")).code, 128 + 9);
  await finish(run);
  const resumed = logOf(directory).filter(({ event }) => event === "resume").map(({ step }) => step);
  assertEquals(resumed, [40, 40]); // an epoch has two passes of 20 steps
  assertEquals(await checkpointOf(directory), await unbroken({ confusing: true, recipe }));
  await Deno.remove(directory, { recursive: true });
});

Deno.test("a disk that is full leaves the old checkpoint whole, and one plain message", async () => {
  const directory = await Deno.makeTempDir(), run = { directory, recipe: { epochs: 2 } };
  await assertRejects(() => train({ ...smallRun(run), stop: stopAfter(EPOCH_STEPS) }), Interrupted);
  const before = await checkpointOf(directory);
  const limited = `trap '' XFSZ; ulimit -f ${Math.floor(before.length / 1024 / 2)}; exec "$@"`;
  const command = commandOf(script, [JSON.stringify({ ...run, resume: true })]);
  const { code, errors } = await start(["bash", "-c", limited, "limited", ...command]).ended;
  const [last, ...above] = errors.trimEnd().split("\n").toReversed();
  assertEquals(code, 1);
  assertMatch(last, /checkpoint\.safetensors: cannot write: larger than .* limit .* allows\. Choose another place/);
  assert(above.every((line) => line.startsWith("small run: ")), errors);
  assertEquals(await checkpointOf(directory), before);
  const files = await Array.fromAsync(Deno.readDir(directory), ({ name }) => name);
  assertEquals(files.filter((name) => !name.startsWith("events.")).sort(), [CHECKPOINT, "log.jsonl", "preview.npy"]);
  await finish({ ...run, resume: true });
  assertEquals(await checkpointOf(directory), await unbroken(run));
  await Deno.remove(directory, { recursive: true });
});

Deno.test("a loss that is no number stops the run, is said with its step, and keeps the last good checkpoint", async () => {
  const directory = await Deno.makeTempDir();
  const schedule: Schedule = { kind: "multi-step", rate: 0.01, milestones: [1], decay: 1e36 }; // too much from epoch 1 on
  const run = { directory, recipe: { schedule } };
  const tensors = binding.getNumOfTensors();
  await assertRejects(() => train({ ...smallRun(run), stop: stopAfter(EPOCH_STEPS) }), Interrupted);
  const good = await checkpointOf(directory);
  const error = await assertRejects(() => train(smallRun({ ...run, resume: true })), UserError);
  assertMatch(
    error.message,
    /^Step 2\d \(epoch 2 of 4\): the loss is (NaN|-?Infinity)\. .*checkpoint\.safetensors holds the last good state, after 20 steps\. /,
  );
  assertEquals(await checkpointOf(directory), good);
  const last = logOf(directory).at(-1)!;
  assertEquals([last.event, `Step ${last.step}`], ["diverged", error.message.split(" (")[0]]);
  assertEquals(binding.getNumOfTensors(), tensors);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("a network that overflows in an epoch's last step is not saved over a good one", async () => {
  const directory = await Deno.makeTempDir();
  const schedule: Schedule = { kind: "multi-step", rate: 1e39, milestones: [], decay: 1 };
  const run = { directory, lag: null, recipe: { schedule, batch: 240, epochs: 1 } }; // one step: its loss is still finite
  const error = await assertRejects(() => train(smallRun(run)), UserError);
  assertMatch(error.message, /^Step 1 .*: params\.\S+ is no longer finite\. Nothing was saved yet\. /);
  await assertRejects(() => checkpointOf(directory), Deno.errors.NotFound);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("a begun folder is not trained over, and is not gone on with by another run", async () => {
  const directory = await Deno.makeTempDir(), recipe = { epochs: 1, batch: 240 };
  const run = { directory, lag: null, recipe };
  const tensors = binding.getNumOfTensors();
  await finish(run);
  const before = await checkpointOf(directory);
  const refused = async (options: ReturnType<typeof smallRun>) =>
    (await assertRejects(() => train(options), UserError)).message;
  assertStringIncludes(await refused(smallRun(run)), "a run was begun here. Add --resume");
  const resumed = smallRun({ ...run, resume: true });
  assertStringIncludes(
    await refused({ ...resumed, identity: { threads: 1 } }),
    "the checkpoint is of another run (threads 2 there, 1 here). Run with the same options, or choose another --out.",
  );
  assertStringIncludes(await refused({ ...resumed, seed: 3 }), "(seed 0 there, 3 here)");
  assertStringIncludes(
    await refused({
      ...resumed,
      recipe: { ...resumed.recipe, optimiser: { momentum: 0, weightDecay: 1e-4, nesterov: false } },
    }),
    "(recipe.optimiser.momentum 0.9 there, 0 here)",
  );
  assertEquals(await checkpointOf(directory), before);
  assertEquals(binding.getNumOfTensors(), tensors);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("a finished run that is resumed trains no more, and knows what it took", async () => {
  const directory = await Deno.makeTempDir(), run = { directory, recipe: { epochs: 1, batch: 60 } };
  const first = await train(smallRun(run));
  const again = await train(smallRun({ ...run, resume: true }));
  assertEquals([again.steps, again.images, again.seconds], [4, 240, first.seconds]);
  assertGreater(first.seconds, 0);
  assertEquals(again.lastLoss, first.lastLoss);
  assertEquals(again.maps, first.maps);
  const weights = leavesOf<tf.Tensor>(again.network.params);
  for (const [name, tensor] of leavesOf<tf.Tensor>(first.network.params)) {
    assertEquals(weights.get(name)!.dataSync(), tensor.dataSync());
  }
  disposeTree([first.network, again.network]);
  await Deno.remove(directory, { recursive: true });
});
