/**
 * What the notebooks draw beside result files: trainings on *priors* epoch for epoch, on three seeds without and with
 * BackMix, and sixty training images of the first seed with their class activation maps.
 *
 *     deno task notebooks:data         writes notebooks/data/: six runs of two to three minutes
 */
import { backboneOf } from "../lib/backbones/table.ts";
import { AREA } from "../lib/backmix/foreground.ts";
import { select } from "../lib/datasets/image_set.ts";
import { openSet } from "../lib/datasets/open_set.ts";
import { priors, priorsSplit } from "../lib/datasets/priors.ts";
import { type Engine, startTensorFlow } from "../lib/engine/tensorflow.ts";
import { disposeTree } from "../lib/engine/tree.ts";
import { camOnShape } from "../lib/evaluation/cam_on_shape.ts";
import { evaluator } from "../lib/evaluation/evaluator.ts";
import { openSetFigures } from "../lib/evaluation/open_set_figures.ts";
import { maxLogit, maxProbability } from "../lib/evaluation/scores/logits.ts";
import { codeVersion, engineOf, hardwareOf } from "../lib/experiment/environment.ts";
import { writeTextAtomic } from "../lib/files/atomic.ts";
import { runTask, stopSignal } from "../lib/files/task.ts";
import { taskArguments, wholeNumber } from "../lib/files/task_arguments.ts";
import { softmax } from "../lib/methods/softmax.ts";
import type { EpochFigures, TrainingRecord, TrainingRun } from "../lib/report/training_record.ts";
import { writeTrainingSample } from "../lib/report/training_sample.ts";
import type { Json } from "../lib/results/result.ts";
import { LOG, readLog } from "../lib/training/log.ts";
import type { Recipe } from "../lib/training/recipe.ts";
import { train } from "../lib/training/train.ts";
import { priorsExperiment } from "./priors.ts";

/** No seed of a committed table. */
const SEEDS = [14, 15, 16];
const IMAGES = 60;

const HELP = `Trains what the notebooks draw beside result files, on generated images.

Usage: deno task notebooks:data [--epochs N] [--out DIR]

Six runs of two to three minutes on two cores. Writes training.json and training_sample.npz.

  --epochs N  instead of the recipe's; for a first try
  --out DIR   default notebooks/data
  --help      this text`;

/** One run: its figures after each epoch, and the maps of its training images. */
async function follow(
  seed: number,
  recipe: Recipe,
  engine: Engine,
  stop: AbortSignal,
): Promise<{ run: TrainingRun; maps: Float32Array }> {
  const data = openSet(priors({ seed }), priorsSplit(seed));
  const backbone = backboneOf(recipe.backbone);
  const directory = await Deno.makeTempDir({ prefix: "notebook-data-" });
  const epochs: EpochFigures[] = [];
  let began = performance.now();
  try {
    const { network, maps } = await train({
      recipe,
      backbone,
      method: softmax,
      images: data.train,
      classes: data.classes.length,
      seed,
      directory,
      identity: { threads: engine.threads, tensorflow: engine.version },
      resume: false,
      stop,
      label: `seed ${seed}${recipe.backmix ? ", with BackMix" : ""}`,
      async afterEpoch(_, network) {
        const seconds = (performance.now() - began) / 1000;
        const line = readLog(`${directory}/${LOG}`).findLast(({ event }) => event === "epoch");
        if (line?.event !== "epoch") throw new Error("an epoch without its line in the log");
        const run = evaluator(backbone, softmax, recipe, network, stop);
        const figures = await openSetFigures(run, [maxProbability, maxLogit], data);
        const { share } = camOnShape(await run.maps(data.known), data.known.foreground!, data.known.side);
        epochs.push({
          loss: Number(line.loss.toPrecision(4)),
          accuracy: Number(line.accuracy.toFixed(4)),
          acc: Number(figures.max_logit.acc.toFixed(4)),
          auroc: Object.fromEntries(
            Object.entries(figures).map(([score, { auroc }]) => [score, Number(auroc.toFixed(4))]),
          ),
          cam_on_shape: Number(share.toFixed(4)),
          seconds: Number(seconds.toFixed(2)),
        });
        began = performance.now();
      },
    });
    try {
      const run = evaluator(backbone, softmax, recipe, network, stop);
      return { run: { seed, backmix: recipe.backmix !== null, epochs }, maps: maps ?? await run.maps(data.train) };
    } finally {
      disposeTree(network);
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

if (import.meta.main) {
  await runTask(async () => {
    const given = taskArguments(Deno.args, {
      task: "notebooks:data",
      valued: ["epochs", "out"],
      paths: { count: 0, called: "paths" },
    });
    if (given === null) return console.log(HELP);
    const out = given.values.out ?? "notebooks/data";
    const { recipe: common, backmix } = priorsExperiment.presets.quick;
    const epochs = wholeNumber("epochs", given.values.epochs, 1) ?? common.epochs;
    const recipe: Recipe = { ...common, epochs, backmix: null, precision: "float32" };
    const engine = await startTensorFlow({});
    const stop = stopSignal();
    const runs: TrainingRun[] = [];
    for (const seed of SEEDS) {
      const without = await follow(seed, recipe, engine, stop);
      const mixed = await follow(seed, { ...recipe, backmix }, engine, stop);
      runs.push(without.run, mixed.run);
      if (seed !== SEEDS[0]) continue;
      const { train } = openSet(priors({ seed }), priorsSplit(seed));
      const first = Array.from({ length: IMAGES }, (_, k) => k);
      const [maps, mapsWithout] = [mixed, without].map((one) => one.maps.slice(0, IMAGES * AREA));
      await writeTrainingSample(`${out}/training_sample.npz`, {
        set: select(train, first, "train"),
        maps,
        mapsWithout,
      });
    }
    const record: TrainingRecord = {
      version: 1,
      recipe: recipe as unknown as Record<string, Json>,
      engine: engineOf(engine, recipe.precision),
      hardware: hardwareOf(),
      code_version: await codeVersion(),
      finished: new Date().toISOString(),
      runs,
    };
    await writeTextAtomic(`${out}/training.json`, JSON.stringify(record, null, 1) + "\n");
    console.log(`${out}: training.json, ${runs.length} runs; training_sample.npz, ${IMAGES} images.`);
  });
}
