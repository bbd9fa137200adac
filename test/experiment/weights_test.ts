import { assert, assertAlmostEquals, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { EVALUATION } from "../../lib/backbones/layers.ts";
import { decodeJpeg } from "../../lib/datasets/jpeg.ts";
import { engine, startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { leavesOf } from "../../lib/engine/tree.ts";
import { parseExperimentArgs } from "../../lib/experiment/command_line.ts";
import { evaluateWeights, parseWeightsArgs } from "../../lib/experiment/evaluate_weights.ts";
import { exportWeights } from "../../lib/experiment/export_task.ts";
import { commandLine, runExperiment } from "../../lib/experiment/reproduce.ts";
import { readWeights } from "../../lib/experiment/weights.ts";
import { decodeSafetensors, encodeSafetensors, type NamedArray } from "../../lib/files/safetensors.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { openZip } from "../../lib/files/zip.ts";
import { arpl } from "../../lib/methods/arpl.ts";
import { softmax } from "../../lib/methods/softmax.ts";
import { METHODS } from "../../lib/methods/table.ts";
import { toTensors } from "../../lib/training/step.ts";
import { PUBLISHED } from "../weights/published_files.ts";
import { smallExperiment } from "./small_experiment.ts";

await startTensorFlow({ threads: 2 });
const never = new AbortController().signal;

/** Two trained cells, and what `export` makes of them, in a folder that all tests read. */
const out = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(out, { recursive: true }));
const experiment = { ...smallExperiment, methods: [softmax, arpl] };
const options = parseExperimentArgs(commandLine(experiment), ["--threads", "2", "--no-backmix", "--out", out]);
const { file } = await runExperiment(experiment, options, never);
const [ofArpl, ofSoftmax] = file!.cells.map(({ id }) => `${out}/priors.quick/${id}`);

Deno.test("an exported network is read back as the checkpoint's, bit for bit, with what it needs to be used", async () => {
  for (const run of [ofArpl, ofSoftmax]) {
    const path = `${out}/net.safetensors`;
    assertMatch(await exportWeights([run, path]), /: classifier32 with (arpl|softmax), 6 classes, \d+ arrays\.$/);
    const ours = await readWeights(`${run}/checkpoint.safetensors`, METHODS);
    const theirs = await readWeights(path, METHODS);
    assertEquals(theirs.network, ours.network);
    assertEquals([theirs.name, theirs.method.name, theirs.classes], [ours.name, ours.method.name, 6]);
    assertEquals([theirs.side, ours.side], [32, 32]);
    assertEquals(theirs.normalisation, { mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25] });
    const { arrays } = decodeSafetensors(await Deno.readFile(path), path);
    const head = ours.method.name === "arpl" ? ["arpl.points", "arpl.radius"] : ["fc.weight"];
    assert(["conv1.weight", "bn9.running_var", ...head].every((name) => arrays.has(name)));
    assertEquals(arrays.get("conv1.weight")!.shape, [4, 3, 3, 3]); // [out, in, height, width]
  }
});

Deno.test("a file that does not say enough, or holds something else, is refused with what to do", async () => {
  const path = `${out}/changed.safetensors`;
  await exportWeights([ofSoftmax, path]);
  const { arrays, metadata } = decodeSafetensors(await Deno.readFile(path), path);
  const message = async (
    change: (arrays: Map<string, NamedArray>, metadata: Record<string, string>) => void,
    given = {},
  ) => {
    const [changed, texts] = [new Map(arrays), { ...metadata }];
    change(changed, texts);
    await Deno.writeFile(
      path,
      new Uint8Array(await new Blob(encodeSafetensors(changed, texts) as BlobPart[]).arrayBuffer()),
    );
    return (await assertRejects(() => readWeights(path, METHODS, given), UserError)).message.replace(path, "FILE");
  };
  assertMatch(await message((_, texts) => delete texts.mean), /^FILE: does not say its mean\. Give --mean R,G,B,/);
  assertMatch(await message((_, texts) => texts.std = "[1, 0, 1]"), /^FILE: std is \[1, 0, 1\]\. Give --std R,G,B,/);
  assertMatch(await message((_, texts) => texts.side = "32px"), /^FILE: its side is 32px\. Store a whole number/);
  assertMatch(
    await message((_, texts) => texts.architecture = "vgg"),
    /^FILE: there is no backbone vgg\. Choose one of/,
  );
  assertMatch(
    await message(() => {}, { method: "svm" }),
    /^FILE: there is no method svm\. Choose one of softmax, .* by --method/,
  );
  assertMatch(await message(() => {}, { method: "arpl" }), /^FILE: arpl\.points, of the method arpl, is missing\./);
  assertMatch(await message((arrays) => arrays.delete("bn3.bias")), /^FILE: bn3\.bias is missing; /);
  const bias: NamedArray = { dtype: "F32", shape: [6], data: new Float32Array(6) };
  assertMatch(
    await message((arrays) => arrays.set("fc.bias", bias)),
    /^FILE: fc\.bias: the network classifier32 with the method softmax has no such arrays\./,
  );
  assertMatch(
    await message((arrays, texts) => {
      arrays.delete("conv9.weight");
      delete texts.architecture;
    }),
    /^FILE: these are no arrays of classifier32, /,
  );
});

Deno.test("arrays that the published code saves and never uses are passed over, and the network is found by its arrays", async () => {
  const path = `${out}/more.safetensors`;
  await exportWeights([ofSoftmax, path]);
  const { arrays, metadata: { mean, std } } = decodeSafetensors(await Deno.readFile(path), path);
  arrays.set("bn1.num_batches_tracked", { dtype: "I64", shape: [], data: BigInt64Array.of(8n) });
  arrays.set("bn10.weight", { dtype: "F32", shape: [8], data: new Float32Array(8) });
  const bytes = await new Blob(encodeSafetensors(arrays, { mean, std }) as BlobPart[]).arrayBuffer();
  await Deno.writeFile(path, new Uint8Array(bytes));
  const { name, method, network } = await readWeights(path, METHODS);
  assertEquals([name, method.name], ["classifier32", "softmax"]);
  assertEquals(network, (await readWeights(`${ofSoftmax}/checkpoint.safetensors`, METHODS)).network);
});

Deno.test("weights of another number of classes than the trial has are refused before images are judged", async () => {
  const path = `${out}/six.safetensors`;
  await exportWeights([ofSoftmax, path]);
  const given = parseWeightsArgs(["--weights", path, "--dataset", "tiny-imagenet", "--trial", "0", "--data-dir", "."])!;
  const message = (args: object) => assertRejects(() => evaluateWeights({ ...given, ...args }, never), UserError);
  assertMatch(
    (await message({ dataset: "imagenet" })).message,
    /^--dataset imagenet: no such data set\. Choose one of/,
  );
  const { message: other } = await message({});
  assertMatch(other, /: a network of 6 classes, but tiny-imagenet has 20 known ones in trial 0 of arpl\./);
});

Deno.test("the command line says what is missing or wrong", () => {
  const parse = (line: string) => () => parseWeightsArgs(line.split(" "));
  for (
    const [line, message] of [
      ["--weights a", "--weights needs --dataset too. Run deno task evaluate --help for the options."],
      ["--weights a --dataset b --trial 1.5", "--trial 1.5: give a whole number, 0 or more."],
      [
        "--weights a --dataset b --trial 1 --mean 1,2",
        "--mean 1,2: give three numbers with commas between, of red, green and blue.",
      ],
      [
        "--weights a --dataset b --trial 1 --protocol mine",
        "--protocol mine: no such protocol. Choose one of arpl, cssr.",
      ],
      [
        "--weights a --dataset b --trial 1 --device gpu",
        "--device gpu: give cpu, or gpu:0 for the first GPU, gpu:1 for the second.",
      ],
      [
        "--weights a --dataste b",
        "--dataste: no such option. Run deno task evaluate --help for the options.",
      ],
    ]
  ) assertEquals(assertThrows(parse(line), UserError).message, message);
  const { mean, scores, trial, device } = parse("--weights a --dataset b --trial 2 --mean .5,0.4,0 --device gpu:0")()!;
  assertEquals(parse("--weights a -h")(), null);
  assertEquals([mean, scores, trial, device], [[0.5, 0.4, 0], ["max_logit", "max_probability"], 2, "gpu:0"]);
});

Deno.test({
  name: "published weights give PyTorch's logits of the first validation image within 1e-3 of the largest",
  ignore: PUBLISHED === null,
  async fn() {
    const { weights, dataDir, truth } = PUBLISHED!;
    using zip = await openZip(`${dataDir}/tiny-imagenet-200.zip`, 1 << 20);
    const { pixels } = decodeJpeg(await zip.read("tiny-imagenet-200/val/images/val_0.JPEG"), "val_0.JPEG");
    for (const { trial, logits_val_0: expected } of truth) {
      const { backbone, method, network } = await readWeights(weights(trial), METHODS);
      const { params, state } = toTensors(network);
      const logits = tf.tidy(() => {
        const image = tf.tensor4d(Float32Array.from(pixels, (v) => v / 255), [1, 64, 64, 3]);
        return method.logits(params.method, backbone.apply(params.backbone, state, image, EVALUATION)).dataSync();
      });
      const largest = Math.max(...expected.map(Math.abs));
      expected.forEach((value, k) =>
        assertAlmostEquals(logits[k], value, 1e-3 * largest, `trial ${trial}, class ${k}`)
      );
      for (const tensor of leavesOf<tf.Tensor>({ params, state }).values()) tensor.dispose();
    }
  },
});

Deno.test("nothing stays on the engine", () => assertEquals(engine().binding.getNumOfTensors(), 0));
