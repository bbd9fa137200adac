/** `deno task cams`: where a trained network looks, in a user's own images. */
import { basename, join } from "node:path";
import { UNIT } from "../augment/pixels.ts";
import { decodeImages } from "../datasets/decoded.ts";
import { IMAGE, LARGEST_SIDE, squareOf } from "../datasets/image_file.ts";
import type { ImageSet } from "../datasets/image_set.ts";
import { startTensorFlow } from "../engine/tensorflow.ts";
import { disposeTree } from "../engine/tree.ts";
import { evaluator } from "../evaluation/evaluator.ts";
import { logitScores } from "../evaluation/logit_scores.ts";
import { camGallery } from "../figures/cam_gallery.ts";
import { writeAtomic } from "../files/atomic.ts";
import { fileError } from "../files/file_error.ts";
import { readBytes } from "../files/read.ts";
import { type Report, runReport } from "../files/task.ts";
import { taskArguments, wholeNumber } from "../files/task_arguments.ts";
import { UserError } from "../files/user_error.ts";
import { checked } from "../methods/checked.ts";
import { METHODS } from "../methods/table.ts";
import { markdown } from "../results/table.ts";
import { toTensors } from "../training/step.ts";
import { readWeights } from "./weights.ts";

/** Rows of a picture that still opens everywhere. */
const MOST = 64;

const HELP =
  `Draws the class activation maps of a trained network in images of your own, each for the class that it predicts.

Usage: deno task cams --weights FILE --images DIR [options]

Prints each image's class (a label from 0), largest logit and largest probability; writes one picture: each image beside its
map. At most ${MOST} images, by name.

  --weights FILE  a checkpoint.safetensors of this project, or a PyTorch state dictionary (docs/weights.md)
  --images DIR    a folder of JPEG or PNG images of any size; the middle square of each is used
  --side N        side of the square in pixels, a multiple of 8 up to ${LARGEST_SIDE};
                  default as in training, or 32 if FILE does not tell
  --out FILE      default runs/cams.png
  --skip-damaged  leave out images that cannot be decoded
  --threads N     threads of the engine; default all cores
  --help          this text`;

/**
 * Runs the task.
 *
 * @throws {UserError} if an option, the weights or an image is wrong
 */
export async function camsReport(args: readonly string[]): Promise<Report> {
  const given = taskArguments(args, {
    task: "cams",
    valued: ["weights", "images", "side", "out", "threads"],
    flags: ["skip-damaged"],
    paths: { count: 0, called: "paths" },
  });
  if (given === null) return { code: 0, text: HELP };
  const { weights: path, images: folder, out = "runs/cams.png" } = given.values;
  if (path === undefined || folder === undefined) {
    throw new UserError("Give --weights FILE and --images DIR. Run deno task cams --help for the options.");
  }
  const threads = wholeNumber("threads", given.values.threads, 1);
  const asked = wholeNumber("side", given.values.side, 8);
  const { backbone, method, classes, network, side: trainedOn = 32 } = await readWeights(path, METHODS);
  const side = asked ?? trainedOn;
  if (side % 8 !== 0 || side > LARGEST_SIDE) {
    const said = asked === undefined ? `${path}: side ${side}, unless --side says otherwise` : `--side ${side}`;
    throw new UserError(`${said}: give a multiple of 8 up to ${LARGEST_SIDE}, as large as in training.`);
  }
  const files = await imagesIn(folder);

  await startTensorFlow({ threads });
  const { images, kept } = await decodeImages({
    threads,
    skipDamaged: given.flags["skip-damaged"],
    label: folder,
    side,
    cached: null,
    files,
    decode: async (at, where) => squareOf(await readBytes(files[at]), where, side),
  });
  const nothing = new Int32Array(kept.length);
  const set: ImageSet = { name: folder, side, images, labels: nothing, index: nothing };
  const tensors = toTensors(network);
  try {
    const run = evaluator(backbone, checked(method, classes), { normalisation: UNIT, precision: "float32" }, tensors);
    const scores = logitScores(await run.logits(set), classes);
    const maps = await run.maps({ ...set, labels: scores.predicted });
    const size = side * side * 3;
    const picture = camGallery(kept.map((_, i) => images.subarray(i * size, (i + 1) * size)), side, [
      { title: method.name, maps: kept.map((_, i) => maps.subarray(64 * i, 64 * (i + 1))) },
    ]);
    await writeAtomic(out, picture);
    const rows = kept.map((at, i) => [
      basename(files[at]),
      String(scores.predicted[i]),
      scores.maxLogit[i].toFixed(3),
      scores.maxProbability[i].toFixed(3),
    ]);
    const table = markdown([["Image", "Class", "max logit", "max probability"], ...rows]);
    return { code: 0, text: `${table}\n\nPicture: ${out}` };
  } finally {
    disposeTree(tensors);
  }
}

/** Paths of the first images in a folder, by name. */
async function imagesIn(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder)).catch((error) => {
    throw fileError(error, "read", folder);
  });
  const names = entries.filter(({ name, isDirectory }) => !isDirectory && IMAGE.test(name)).map(({ name }) => name);
  if (names.length === 0) throw new UserError(`${folder}: holds no .jpg, .jpeg or .png. Put images there.`);
  if (names.length > MOST) console.error(`${folder}: the first ${MOST} of ${names.length} images, by name`);
  return names.sort().slice(0, MOST).map((name) => join(folder, name));
}

if (import.meta.main) await runReport(() => camsReport(Deno.args));
