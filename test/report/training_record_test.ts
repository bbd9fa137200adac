/** What the notebooks draw beside results: the committed files hold what their notebooks say, damaged ones are named. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { openSet } from "../../lib/datasets/open_set.ts";
import { priors, priorsSplit } from "../../lib/datasets/priors.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { readTrainingRecord, type TrainingRecord } from "../../lib/report/training_record.ts";
import { readTrainingSample, writeTrainingSample } from "../../lib/report/training_sample.ts";

const DATA = new URL("../../notebooks/data", import.meta.url).pathname;

Deno.test("the committed record has three seeds without and with BackMix, all of the recipe's epochs", async () => {
  const { runs, recipe } = await readTrainingRecord(`${DATA}/training.json`);
  assertEquals(runs.map(({ seed, backmix }) => [seed, backmix]), [14, 15, 16].flatMap((s) => [[s, false], [s, true]]));
  for (const { epochs } of runs) {
    assertEquals(epochs.length, recipe.epochs as number);
    for (const { accuracy, acc, auroc, cam_on_shape } of epochs) {
      const shares = [accuracy, acc, auroc.max_logit, auroc.max_probability, cam_on_shape];
      assert(shares.every((share) => share >= 0 && share <= 1));
    }
  }
});

Deno.test("a record whose runs or epochs have another form is refused", async () => {
  const path = await Deno.makeTempFile();
  const record = { version: 1, runs: [{ seed: 0, backmix: false, epochs: [null] }] };
  for (const runs of [[null], [1], record.runs, [{ ...record.runs[0], epochs: [{ loss: "1" }] }]]) {
    await Deno.writeTextFile(path, JSON.stringify({ ...record, runs }));
    await assertRejects(() => readTrainingRecord(path), UserError, "is no record of trainings.");
  }
  await Deno.remove(path);
});

Deno.test("the committed sample holds the first training images of its seed, with maps in [0, 1]", async () => {
  const { set, maps, mapsWithout } = await readTrainingSample(`${DATA}/training_sample.npz`);
  const n = set.labels.length;
  const { train } = openSet(priors({ seed: 14 }), priorsSplit(14));
  assertEquals(set.images, train.images.slice(0, set.images.length));
  assertEquals([set.labels, set.index], [train.labels.slice(0, n), train.index.slice(0, n)]);
  for (const all of [maps, mapsWithout]) {
    assertEquals(all.length, n * 64);
    assert(all.every((value) => value >= 0 && value <= 1));
    for (let i = 0; i < n; i++) {
      const map = all.subarray(64 * i, 64 * (i + 1));
      assert(Math.max(...map) > Math.min(...map), `map ${i} says nothing`);
    }
  }
});

Deno.test("a sample that is written is read as it was; one that lacks an array, or has another length, is refused", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/sample.npz`;
  const set = {
    name: "train",
    side: 8,
    images: Uint8Array.from({ length: 2 * 192 }, (_, i) => i % 256),
    labels: Int32Array.of(1, 0),
    index: Int32Array.of(5, 7),
  };
  const sample = { set, maps: new Float32Array(128).fill(0.5), mapsWithout: new Float32Array(128).fill(0.25) };
  await writeTrainingSample(path, sample);
  assertEquals(await readTrainingSample(path), sample);
  const scores = new URL("../../results/scores", import.meta.url).pathname;
  const other = (await Array.fromAsync(Deno.readDir(scores))).find(({ name }) => name.endsWith(".npz"))!.name;
  await assertRejects(() => readTrainingSample(`${scores}/${other}`), UserError, "images is not as it should be. Make");
  for (const read of [readTrainingSample, readTrainingRecord]) {
    await assertRejects(() => read(`${path}.not`), UserError, "it does not exist. Make it: deno task notebooks:data.");
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a record that is no JSON, of another version, or lacks a figure is refused with the command that makes it", async () => {
  const path = await Deno.makeTempFile();
  const record: TrainingRecord = JSON.parse(await Deno.readTextFile(`${DATA}/training.json`));
  const { runs: [{ epochs: [first], ...run }] } = record;
  const broken = { ...record, runs: [{ ...run, epochs: [{ ...first, loss: null }] }] };
  for (const text of ["{", "null", JSON.stringify({ ...record, version: 2 }), JSON.stringify(broken)]) {
    await Deno.writeTextFile(path, text);
    await assertRejects(
      () => readTrainingRecord(path),
      UserError,
      "is no record of trainings. Make it again: deno task",
    );
  }
  await Deno.remove(path);
});
