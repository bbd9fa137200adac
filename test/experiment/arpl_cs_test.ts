import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { engine, startTensorFlow } from "../../lib/engine/tensorflow.ts";
import { parseExperimentArgs } from "../../lib/experiment/command_line.ts";
import type { Experiment } from "../../lib/experiment/experiment.ts";
import { commandLine, runExperiment } from "../../lib/experiment/reproduce.ts";
import { Interrupted } from "../../lib/files/task.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { arplCs } from "../../lib/methods/arpl_cs.ts";
import { softmax } from "../../lib/methods/softmax.ts";
import { movedBetween } from "../../lib/results/diff.ts";
import { smallExperiment } from "./small_experiment.ts";

await startTensorFlow({ threads: 2 });
const { quick } = smallExperiment.presets;
const experiment: Experiment = {
  ...smallExperiment,
  methods: [softmax, arplCs],
  presets: { quick: { ...quick, own: { arpl_cs: { gan: { width: 1 / 32 } } } } },
};
const never = new AbortController().signal;
const optionsOf = (out: string, ...args: string[]) =>
  parseExperimentArgs(commandLine(experiment), ["--threads", "2", "--out", out, "--method", "arpl_cs", ...args]);

Deno.test("ARPL+CS runs as every method does, and stopped and resumed it ends with the same figures", async () => {
  const [whole, broken] = [await Deno.makeTempDir(), await Deno.makeTempDir()];
  const { file } = await runExperiment(experiment, optionsOf(whole), never);
  assertEquals(file!.cells.map(({ method, backmix }) => [method, backmix]), [["arpl_cs", true], ["arpl_cs", false]]);
  for (const { training, headline } of file!.cells) {
    assertEquals([training.epochs, training.steps, headline], [2, 16, "max_logit"]); // two passes of four steps
  }

  const options = optionsOf(broken, "--resume");
  for (const traces of [2, 3]) { // logits are called in the rehearsal, then traced once for each pass
    const controller = new AbortController();
    let traced = 0;
    const logits: typeof arplCs.logits = (...given) => {
      if (++traced === traces) controller.abort();
      return arplCs.logits(...given);
    };
    const run = () => runExperiment({ ...experiment, methods: [{ ...arplCs, logits }] }, options, controller.signal);
    assertMatch((await assertRejects(run, Interrupted)).message, /^Stopped after \d of 16 steps\. /);
  }
  const again = await runExperiment(experiment, options, never);
  assertEquals(movedBetween(file!, again.file!, 0), []);
  assertEquals(engine().binding.getNumOfTensors(), 0);
  for (const out of [whole, broken]) await Deno.remove(out, { recursive: true });
});

Deno.test("where there is no generator for the images, nothing is trained, and what works is said", async () => {
  const out = await Deno.makeTempDir();
  const data: Experiment["data"] = async (options) => {
    const { dataset, split } = await smallExperiment.data(options);
    const cut = (set: typeof dataset.train) => {
      const image = 24 * 24 * 3;
      return { ...set, side: 24, images: set.images.slice(0, set.labels.length * image), foreground: undefined };
    };
    return { dataset: { ...dataset, train: cut(dataset.train), test: cut(dataset.test), extra: {} }, split };
  };
  const run = () => runExperiment({ ...experiment, data }, optionsOf(out, "--no-backmix"), never);
  assertEquals(
    (await assertRejects(run, UserError)).message,
    "arpl_cs: there is no generator for images of 24 px. It works with 32 and 64 px.",
  );
  assertEquals((await Array.fromAsync(Deno.readDir(out))).length, 0);
  await Deno.remove(out);
});
