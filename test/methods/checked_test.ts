/** What somebody's own method may get wrong: each mistake ends a run before its first step, with one sentence. */
import { assertEquals, assertMatch, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import type { HostArray } from "../../lib/engine/host_array.ts";
import { stream } from "../../lib/engine/streams.ts";
import type { Scalar, Tensor2D } from "../../lib/engine/tensors.ts";
import { engine, startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { parseExperimentArgs } from "../../lib/experiment/command_line.ts";
import { commandLine, runExperiment } from "../../lib/experiment/reproduce.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { checked, checkMethods } from "../../lib/methods/checked.ts";
import type { Method } from "../../lib/methods/method.ts";
import { softmax } from "../../lib/methods/softmax.ts";
import { METHODS } from "../../lib/methods/table.ts";
import { smallExperiment } from "../experiment/small_experiment.ts";

await startTensorFlow({ threads: 2 });

/** How a run with this method ends: 6 known classes, features of 8 channels; 2 images in the rehearsal. */
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
    message: "Method mine: logits returned float32 [2, 8], expected float32 [2, 6] (images, known classes).",
  },
  {
    what: "logits of another type",
    method: { logits: (params, seen) => tf.cast(softmax.logits(params, seen), "int32") },
    message: "Method mine: logits returned int32 [2, 6], expected float32 [2, 6] (images, known classes).",
  },
  {
    what: "a loss for each image",
    method: { loss: (_, { logits }) => wrong(tf.mean(logits, 1)) },
    message: "Method mine: loss returned float32 [2], expected float32 [] (a scalar: take the mean over the batch).",
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
      "Method mine: evidence returned float32 [2, 8], expected float32 [2, 4, 4] (images, rows and columns of the map).",
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
    what: "a misspelt parameter",
    method: { logits: ({ wieght }, { feature }) => tf.matMul(feature, wieght as Tensor2D) },
    message: "Method mine: there is no parameter wieght. Its init gives weight.",
  },
  {
    what: "a logarithm of a negative number",
    method: { loss: (_, { logits }) => tf.log(tf.sub(-1, tf.sum(tf.abs(logits)))) as Scalar },
    message:
      "Method mine: loss gives NaN for made-up features, which are finite and not negative. Look in loss for a " +
      "division by zero, or the root or logarithm of a number that may be negative.",
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
  Deno.test(`a method with ${what} is refused before training, with its name and what was expected`, async () => {
    assertEquals(await messageOf(method, "--no-backmix"), message);
  });
}

Deno.test("where a method's function fails, the message says which, in which line, and why", async () => {
  const logits: Method["logits"] = ({ weight }, { feature }) => tf.matMul(feature, weight as Tensor2D); // not transposed
  assertMatch(
    await messageOf({ logits }, "--no-backmix"),
    /^Method mine: logits failed at \/.*checked_test\.ts, line \d+: .*(\[2,8\]|2,8).*6,8/,
  );
});

Deno.test("a table's methods have names of their own, all functions, and a score that there is", () => {
  const message = (changed: Partial<Method>) =>
    assertThrows(() => checkMethods([softmax, { ...softmax, name: "mine", ...changed }]), UserError).message;
  assertEquals(message({ name: "softmax" }), "Two methods are called softmax. Give one of them another name.");
  for (const name of ["Mine", "my method", "a/b", "", "__proto__", "softmax+backmix"]) {
    assertStringIncludes(message({ name }), `Method "${name}": a name has small letters`);
  }
  assertEquals(message({ evidence: undefined }), "Method mine: evidence is not there.");
  assertEquals(
    message({ score: wrong("entropy") }),
    "Method mine: there is no score entropy. Choose one of maxLogit, maxProbability, cssr.",
  );
  checkMethods(METHODS);
});

Deno.test("an option that the loss does not have is refused, one that it has is not", () => {
  const { init, loss } = checked(softmax, 2);
  const random = stream(0, "test");
  tf.tidy(() => {
    const { shape, data } = init({ classes: 2, channels: 2 }, random).weight;
    const logits = tf.zeros<tf.Rank.R2>([1, 2]);
    const judged = {
      ...{ logits, target: logits, label: tf.tensor1d([0], "int32") },
      ...{ map: tf.zeros<tf.Rank.R4>([1, 1, 1, 2]), feature: logits },
    };
    const params = { weight: tf.tensor(data, shape) };
    loss(params, judged, { temperature: 2 });
    assertThrows(
      () => loss(params, judged, { temprature: 2 }),
      UserError,
      "Method softmax: the recipe sets temprature of its loss, which has no such option.",
    );
  });
});

Deno.test("a method whose evidence is NaN cannot poison the CAM bank", async () => {
  let called = 0; // first in the rehearsal
  const evidence: Method["evidence"] = (params, map, label) =>
    tf.sqrt(tf.mul(softmax.evidence(params, map, label), ++called === 1 ? 0 : -Infinity));
  const held = engine().binding.getNumOfTensors();
  const message = await messageOf({ evidence }, "--backmix");
  assertEquals(engine().binding.getNumOfTensors(), held);
  assertStringIncludes(
    message,
    "Method mine: evidence of the training images of step 0 holds NaN. The network is finite",
  );
});

Deno.test("a method whose logits or evidence are NaN in the evaluation only gives no result file", async () => {
  let called = 0; // first in the rehearsal, then for training, then for the evaluation
  const logits: Method["logits"] = (params, seen) => tf.mul(softmax.logits(params, seen), ++called === 3 ? NaN : 1);
  assertStringIncludes(
    await messageOf({ logits }, "--no-backmix"),
    "Method mine: logits of image 0 of part known holds NaN.",
  );
  called = 0;
  const evidence: Method["evidence"] = (params, map, label) =>
    tf.mul(softmax.evidence(params, map, label), ++called === 2 ? NaN : 1);
  assertStringIncludes(
    await messageOf({ evidence }, "--no-backmix"),
    "Method mine: evidence of image 0 of part known holds NaN.",
  );
});
