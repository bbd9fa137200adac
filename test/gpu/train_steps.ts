/** Trains each network for three steps on the device that is named, and prints a line of JSON each: losses and weights. */
import { createHash } from "node:crypto";
import type { BackboneName } from "../../lib/backbones/table.ts";
import { deviceOf } from "../../lib/engine/device.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { disposeTree, mapTree } from "../../lib/engine/tree.ts";
import { METHODS } from "../../lib/methods/table.ts";
import { sampleStep } from "../../lib/training/sample_step.ts";

/** What is trained: every method on classifier32, and the other backbones. */
const NETWORKS: { backbone: BackboneName; method: string; side: number; maps: boolean }[] = [
  ...METHODS.map(({ name }) => ({ backbone: "classifier32" as const, method: name, side: 32, maps: false })),
  { backbone: "classifier32", method: "softmax", side: 32, maps: true },
  { backbone: "wide_resnet40_4", method: "softmax", side: 32, maps: false },
  { backbone: "resnet18", method: "softmax", side: 64, maps: true },
  { backbone: "resnet34", method: "softmax", side: 32, maps: false },
];
const STEPS = 3;

await startTensorFlow({ threads: 2, device: deviceOf(Deno.args[0]) });
for (const { method: name, ...options } of NETWORKS) {
  const method = METHODS.find((one) => one.name === name)!;
  const sample = sampleStep({ ...options, method, size: 16, classes: 6, precision: "float32" });
  let { network } = sample;
  const losses: number[] = [];
  for (let k = 0; k < STEPS; k++) {
    const input = sample.batch();
    const result = await sample.step.later(network, input);
    losses.push(result.loss.dataSync()[0]);
    disposeTree({ ...result, network: undefined, input, before: network });
    network = result.network;
  }
  const weights = createHash("sha256");
  mapTree(network, (leaf) => weights.update(new Uint8Array((leaf as tf.Tensor).dataSync().slice().buffer)));
  const title = `${options.backbone}, ${name}${options.maps ? ", with maps" : ""}`;
  console.log(JSON.stringify({ title, losses, weights: weights.digest("hex") }));
}
