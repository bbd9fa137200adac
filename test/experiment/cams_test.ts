/** A user's own images under a trained network. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Buffer } from "node:buffer";
import { PNG } from "pngjs";
import { openSet } from "../../lib/datasets/open_set.ts";
import { startTensorFlow } from "../../lib/engine/tensorflow.ts";
import { camsReport } from "../../lib/experiment/cams_task.ts";
import { parseExperimentArgs } from "../../lib/experiment/command_line.ts";
import { commandLine, runExperiment } from "../../lib/experiment/reproduce.ts";
import { pytorchFile, readWeights } from "../../lib/experiment/weights.ts";
import { writeAtomic } from "../../lib/files/atomic.ts";
import { encodeSafetensors } from "../../lib/files/safetensors.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { METHODS } from "../../lib/methods/table.ts";
import { readScores } from "../../lib/results/scores.ts";
import { smallExperiment } from "./small_experiment.ts";

await startTensorFlow({ threads: 2 });
const out = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(out, { recursive: true }));
const options = parseExperimentArgs(commandLine(smallExperiment), ["--threads", "2", "--no-backmix", "--out", out]);
const { file } = await runExperiment(smallExperiment, options, new AbortController().signal);
const [cell] = file!.cells;
const weights = `${out}/priors.quick/${cell.id}/checkpoint.safetensors`;

/** The known test images as files. */
const images = `${out}/images`;
await Deno.mkdir(images);
const { dataset, split } = await smallExperiment.data({ trial: 0, protocol: "arpl", seed: 0 });
const { known } = openSet(dataset, split);
for (let i = 0; i < known.labels.length; i++) {
  const png = new PNG({ width: 32, height: 32 });
  for (let pixel = 0; pixel < 1024; pixel++) {
    const at = 3 * (1024 * i + pixel);
    png.data.set([...known.images.subarray(at, at + 3), 255], 4 * pixel);
  }
  await Deno.writeFile(`${images}/${String(i).padStart(2, "0")}.png`, new Uint8Array(PNG.sync.write(png)));
}

Deno.test("images in files get the classes and scores that the run's own evaluation gave them, and a picture", async () => {
  const picture = `${out}/cams.png`;
  const { text } = await camsReport(["--weights", weights, "--images", images, "--out", picture]);
  const { known: { predicted, scores } } = await readScores(`${out}/${cell.scores_file}`);
  const rows = text.split("\n").slice(2, 2 + predicted.length).map((line) =>
    line.split("|").map((part) => part.trim())
  );
  rows.forEach(([, name, label, logit], i) => {
    assertEquals([name, Number(label)], [`${String(i).padStart(2, "0")}.png`, predicted[i]]);
    assert(Math.abs(Number(logit) - scores.max_logit[i]) < 2e-3, name);
  });
  const { width, height } = PNG.sync.read(Buffer.from(await Deno.readFile(picture)));
  assertEquals([width, height], [2 * 140 + 12, 38 + 140 * predicted.length + 26]);
});

/** The trained network in PyTorch's layout, as if it had been trained on images of this side. */
async function exportedOf(side: number): Promise<string> {
  const { arrays, metadata } = pytorchFile(await readWeights(weights, METHODS));
  const path = `${out}/side.safetensors`;
  await writeAtomic(path, encodeSafetensors(arrays, { ...metadata, side: String(side) }));
  return path;
}

Deno.test("what is missing or damaged is named", async () => {
  const refused = async (...args: string[]) => (await assertRejects(() => camsReport(args), UserError)).message;
  assertMatch(await refused("--images", images), /^Give --weights FILE and --images DIR\./);
  assertMatch(await refused("--weights", weights, "--images", images, "--side", "33"), /^--side 33: give a multiple/);
  assertMatch(await refused("--weights", weights, "--images", images, "--side", "8000000"), /^--side 8000000: give a/);
  assertMatch(
    await refused("--weights", await exportedOf(28), "--images", images),
    /side\.safetensors: side 28, unless --side says otherwise: give a multiple of 8 up to 1024, /,
  );
  assertMatch(
    await refused("--weights", weights, "--images", `${out}/scores`),
    /: holds no \.jpg, \.jpeg or \.png\. Put images/,
  );
  assertMatch(await refused("--weights", `${images}/00.png`, "--images", images), /00\.png/);
  const broken = `${out}/broken`;
  await Deno.mkdir(broken);
  await Deno.writeTextFile(`${broken}/a.jpg`, "no image");
  await Deno.copyFile(`${images}/00.png`, `${broken}/b.png`);
  assertMatch(await refused("--weights", weights, "--images", broken), /a\.jpg: not a JPEG image .* --skip-damaged\.$/);
  const { text } = await camsReport([
    ...["--weights", weights, "--images", broken, "--skip-damaged", "--out", `${out}/one.png`],
  ]);
  assertMatch(text, /\n\| b\.png \| \d \|/);
});
