import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { test } from "./traced.ts";

await startTensorFlow({ threads: 2 });

const root = Deno.makeTempDirSync();
globalThis.addEventListener("unload", () => Deno.removeSync(root, { recursive: true }));

/** y = 2 a + 3 b + 1. */
const KERNEL = [2, 3], BIAS = 1;

function smallModel(): tf.Sequential {
  const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2], name: "dense" })] });
  tf.tidy(() => model.setWeights([tf.tensor2d(KERNEL, [2, 1]), tf.tensor1d([BIAS])]));
  return model;
}

/** What a saved model computes for (10, 100). */
async function computed(address: string): Promise<number> {
  const model = await tf.loadLayersModel(address);
  const [y] = tf.tidy(() => (model.predict(tf.tensor2d([[10, 100]])) as tf.Tensor).dataSync());
  model.dispose();
  return y;
}

test("a model is saved into folders that are made for it, and computes the same when it is loaded", async () => {
  const model = smallModel();
  const folder = join(root, "one", "in another");
  const { modelArtifactsInfo } = await model.save(`file://${folder}`);
  model.dispose();
  assertEquals(modelArtifactsInfo.weightDataBytes, 12); // three floats
  assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).sort(), ["model.json", "weights.bin"]);
  const bytes = await Deno.readFile(join(folder, "weights.bin"));
  assertEquals([...new Float32Array(bytes.buffer)], [...KERNEL, BIAS]);
  assertEquals(await computed(`file://${folder}/model.json`), 321);
});

/** A model as other programs write one: its weights in several files, of which the first ends within a number. */
async function writeShards(folder: string): Promise<void> {
  await Deno.mkdir(join(folder, "weights"), { recursive: true });
  const config = {
    class_name: "Sequential",
    config: {
      name: "by_hand",
      layers: [{ class_name: "Dense", config: { name: "dense", units: 1, batch_input_shape: [null, 2] } }],
    },
  };
  const weights = [{ name: "dense/kernel", shape: [2, 1] }, { name: "dense/bias", shape: [1] }];
  const weightsManifest = [{
    paths: ["weights/1.bin", "weights/2.bin"],
    weights: weights.map((weight) => ({ ...weight, dtype: "float32" })),
  }];
  await Deno.writeTextFile(
    join(folder, "model.json"),
    JSON.stringify({ format: "layers-model", modelTopology: { model_config: config }, weightsManifest }),
  );
  const bytes = new Uint8Array(Float32Array.of(...KERNEL, BIAS).buffer);
  await Deno.writeFile(join(folder, "weights/1.bin"), bytes.subarray(0, 5));
  await Deno.writeFile(join(folder, "weights/2.bin"), bytes.subarray(5));
}

test("weights in several files are put together", async () => {
  const folder = join(root, "shards");
  await writeShards(folder);
  assertEquals(await computed(`file://${folder}/model.json`), 321);
});

test("a file that is missing, or is none, is told by its path", async () => {
  const folder = join(root, "missing");
  await writeShards(folder);
  await assertRejects(() => computed(`file://${folder}/no.json`), Error, `${folder}/no.json does not exist`);
  await assertRejects(() => computed(`file://${folder}`), Error, "The path to load from must be a file");
  await Deno.remove(join(folder, "weights/2.bin"));
  await assertRejects(() => computed(`file://${folder}/model.json`), Error, `${folder}/weights/2.bin does not exist`);
});

test("a place that cannot be written is told by its path", async () => {
  const model = smallModel();
  await Deno.writeTextFile(join(root, "file"), "");
  await assertRejects(() => model.save(`file://${root}/file`), Error, `${root}/file exists as a file`);
  await assertRejects(() => model.save(`file://${root}/file/in/model`), UserError, `${root}/file/in: cannot write`);
  model.dispose();
});

test("a handler of one's own, and memory, save and load as ever", async () => {
  const model = smallModel();
  let kept: tf.io.ModelArtifacts | undefined;
  await model.save(tf.io.withSaveHandler((artifacts) => {
    kept = artifacts;
    return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: "JSON" } });
  }));
  assert(kept?.weightData !== undefined);
  const loaded = await tf.loadLayersModel(tf.io.fromMemory(kept));
  assertEquals(tf.tidy(() => [...(loaded.predict(tf.tensor2d([[10, 100]])) as tf.Tensor).dataSync()]), [321]);
  loaded.dispose();
  await assertRejects(() => model.save("nowhere://model"), Error, "Cannot find any save handlers");
  model.dispose();
});
