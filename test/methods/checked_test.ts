/** What somebody's own method may get wrong: each mistake ends a run before its first step, with one sentence. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { HostArray } from "../../lib/engine/host_array.ts";
import { engine, startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { parseExperimentArgs } from "../../lib/experiment/command_line.ts";
import { commandLine, runExperiment } from "../../lib/experiment/reproduce.ts";
import { UserError } from "../../lib/files/user_error.ts";
import type { Method } from "../../lib/methods/method.ts";
import { softmax } from "../../lib/methods/softmax.ts";
import { smallExperiment } from "../experiment/small_experiment.ts";

await startTensorFlow({ threads: 2 });

/** How a run with this method ends: 16 images a step, 6 known classes, features of 8 channels in maps of 4x4 cells. */
async function messageOf(changed: Partial<Method>, ...args: string[]): Promise<string> {
  const out = await Deno.makeTempDir();
  const experiment = { ...smallExperiment, methods: [{ ...softmax, name: "mine", ...changed }] };
  const options = parseExperimentArgs(commandLine(experiment), ["--threads", "2", "--out", out, ...args]);
  const run = () => runExperiment(experiment, options, new AbortController().signal);
  const { message } = await assertRejects(run, UserError);
  await Deno.remove(out, { recursive: true });
  return message;
}

const wrong = <T>(value: unknown): T => value as T;
const mistakes: { what: string; method: Partial<Method>; message: string }[] = [
  {
    what: "logits of channels instead of classes",
    method: { logits: (_, { feature }) => feature },
    message: "Method mine: logits returned float32 [16, 8], expected float32 [16, 6] (images, known classes).",
  },
  {
    what: "logits of another type",
    method: { logits: (params, seen) => tf.cast(softmax.logits(params, seen), "int32") },
    message: "Method mine: logits returned int32 [16, 6], expected float32 [16, 6] (images, known classes).",
  },
  {
    what: "a loss for each image",
    method: { loss: (_, { logits }) => wrong(tf.mean(logits, 1)) },
    message: "Method mine: loss returned float32 [16], expected float32 [] (a scalar: take the mean over the batch).",
  },
  {
    what: "a loss that is a number",
    method: { loss: () => wrong(0) },
    message: "Method mine: loss returned number, expected float32 [] (a scalar: take the mean over the batch).",
  },
  {
    what: "evidence of the whole image",
    method: { evidence: (_, map) => wrong(tf.mean(map, [1, 2])) },
    message:
      "Method mine: evidence returned float32 [16, 8], expected float32 [16, 4, 4] (images, rows and columns of the map).",
  },
  {
    what: "a parameter whose numbers do not fit its shape",
    method: { init: () => ({ weight: { shape: [6, 8], data: new Float32Array(6) } }) },
    message: "Method mine: parameter weight has 6 numbers, its shape [6, 8] expects 48.",
  },
  {
    what: "a parameter that is a plain number",
    method: { init: () => ({ weight: wrong<HostArray>(1) }) },
    message: "Method mine: parameter weight is no array. Let init return what normal, uniform or constant " +
      "(lib/engine/host_array.ts) give.",
  },
  {
    what: "a parameter that starts with NaN",
    method: { init: () => ({ weight: { shape: [1], data: Float32Array.of(NaN) } }) },
    message: "Method mine: parameter weight starts with NaN or an infinity.",
  },
  {
    what: "a parameter that the loss does not use",
    method: {
      init: (sizes, random) => ({ ...softmax.init(sizes, random), scale: { shape: [], data: Float32Array.of(1) } }),
    },
    message:
      "Method mine: no gradient reaches method.scale, since the loss does not depend on it. Use it in logits or " +
      "loss, or leave it out of init.",
  },
];

for (const { what, method, message } of mistakes) {
  Deno.test(`a method with ${what} is refused, with its name and what was expected`, async () => {
    assertEquals(await messageOf(method, "--backmix"), message);
  });
}

Deno.test("a method whose evidence is NaN cannot poison the CAM bank", async () => {
  const evidence: Method["evidence"] = (params, map, label) =>
    tf.sqrt(tf.sub(-1, tf.square(softmax.evidence(params, map, label))));
  const held = engine().binding.getNumOfTensors();
  const message = await messageOf({ evidence }, "--backmix");
  assertEquals(engine().binding.getNumOfTensors(), held);
  assertStringIncludes(
    message,
    "Method mine: evidence of the training images of step 0 holds NaN. The network is finite",
  );
});

Deno.test("a method whose logits or evidence are NaN in the evaluation only gives no result file", async () => {
  let traced = 0; // first for training, then for the evaluation
  const logits: Method["logits"] = (params, seen) => tf.mul(softmax.logits(params, seen), ++traced === 2 ? NaN : 1);
  assertStringIncludes(
    await messageOf({ logits }, "--no-backmix"),
    "Method mine: logits of image 0 of part known holds NaN.",
  );
  const evidence: Method["evidence"] = (params, map, label) => tf.mul(softmax.evidence(params, map, label), NaN);
  assertStringIncludes(
    await messageOf({ evidence }, "--no-backmix"),
    "Method mine: evidence of image 0 of part known holds NaN.",
  );
});
