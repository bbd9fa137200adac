import { assertEquals, assertThrows } from "@std/assert";
import { jit } from "../../lib/engine/jit.ts";
import { engine, startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { writeModel } from "./small_model.ts";

await startTensorFlow({ threads: 2 });
const { binding } = engine();

const directory = await Deno.makeTempDir();
await writeModel(directory, {
  double: { type: "DT_FLOAT", results: [{ of: "x", times: 2 }, { of: "y", times: 1 }] },
});

globalThis.addEventListener("unload", () => Deno.removeSync(directory, { recursive: true }));

const create = (...values: number[]) =>
  binding.createTensor([values.length], binding.TF_FLOAT, Float32Array.of(...values));

Deno.test("a saved model runs by the names of its graph, and leaves no handle behind", () => {
  const before = binding.getNumOfTensors();
  const model = binding.loadSavedModel(directory, "serve");
  assertEquals(binding.getNumOfSavedModels(), 1);
  const [x, y] = [create(1, 2.5), create(3)];
  const made = binding.runSavedModel(
    model,
    [x, y],
    "double_x:0,double_y",
    "StatefulPartitionedCall,StatefulPartitionedCall:1",
  );
  assertEquals(made.map(({ id }) => [...binding.tensorDataSync(id) as Float32Array]), [[2, 5], [3]]);
  [x, y, ...made.map(({ id }) => id)].forEach(binding.deleteTensor);
  binding.deleteSavedModel(model);
  assertEquals([binding.getNumOfSavedModels(), binding.getNumOfTensors()], [0, before]);
  assertThrows(() => binding.deleteSavedModel(model), Error, `Saved model ${model} is not open`);
});

Deno.test("a saved model that is not there, other tags and other names are told", () => {
  assertThrows(
    () => binding.loadSavedModel("/dev/null/model", "serve"),
    Error,
    "/dev/null/model: the saved model cannot",
  );
  assertThrows(() => binding.loadSavedModel(directory, "train"), Error, "{ train }");
  const model = binding.loadSavedModel(directory, "serve");
  const x = create(1);
  const run = (inputs: number[], names: string, results: string) =>
    binding.runSavedModel(model, inputs, names, results);
  assertThrows(() => run([x], "double_z", "StatefulPartitionedCall"), Error, "no operation double_z");
  assertThrows(() => run([x], "double_x,double_y", "StatefulPartitionedCall"), Error, "(2) does not match");
  assertThrows(() => run([x], "double_x", "StatefulPartitionedCall:1"), Error, "double_y"); // is not fed
  binding.deleteTensor(x);
  binding.deleteSavedModel(model);
});

Deno.test("a saved model does not run inside a traced function", () => {
  const model = binding.loadSavedModel(directory, "serve");
  const traced = jit((x: tf.Tensor) => {
    binding.runSavedModel(model, [], "", "");
    return x;
  });
  assertThrows(() => traced(tf.scalar(1)), Error, "run it outside");
  binding.deleteSavedModel(model);
});
