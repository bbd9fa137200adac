/**
 * This project's side of the benchmark: measures one piece of work for each line that comes in (`worker.ts`), by the
 * functions that training and evaluation call.
 */
import { EVALUATION } from "../../lib/backbones/layers.ts";
import { backboneOf } from "../../lib/backbones/table.ts";
import { deviceOf } from "../../lib/engine/device.ts";
import { jit } from "../../lib/engine/jit.ts";
import { processor } from "../../lib/engine/library_machine.ts";
import { stream } from "../../lib/engine/streams.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import { softmax } from "../../lib/methods/softmax.ts";
import { METHODS } from "../../lib/methods/table.ts";
import { oscr } from "../../lib/metrics/oscr.ts";
import { sampleStep } from "../../lib/training/sample_step.ts";
import { initialNetwork, type Network } from "../../lib/training/step.ts";
import { linesOf } from "../lines.ts";
import process from "node:process";
import type { NetworkWork, Work } from "./comparisons.ts";
import { pixelWork } from "./pixels.ts";

const CLASSES = 6;

/** A training step as the training loop runs it: tensors made from arrays, results read back, all freed. */
function trainingWork(
  { backbone, method: called, side, size, precision, maps }: NetworkWork,
): () => Promise<void> {
  const method = METHODS.find(({ name }) => name === called)!;
  const { step, network: first, batch } = sampleStep({
    backbone,
    method,
    side,
    size,
    classes: CLASSES,
    precision,
    maps,
  });
  let network = first;
  return async () => {
    const input = batch();
    const result = await step.later(network, input);
    result.loss.dataSync();
    result.maps?.dataSync();
    disposeTree({ ...result, network: undefined, input, before: network });
    network = result.network;
  };
}

function callWork(size: number): () => void {
  const [a, b] = [tf.tensor1d([1, 2, 3]), tf.tensor1d([4, 5, 6])];
  return () => {
    for (let i = 0; i < size; i++) tf.add(a, b).dispose();
  };
}

function forwardWork({ backbone: name, side, size, precision }: NetworkWork): () => Promise<void> {
  const random = stream(0, "bench", 0);
  const images = Float32Array.from({ length: size * side * side * 3 }, () => random.uniform());
  const backbone = backboneOf({ name });
  const { params, state } = initialNetwork(backbone, softmax, CLASSES, stream(0, "init"));
  const forward = jit((network: Pick<Network, "params" | "state">, images: tf.Tensor4D): tf.Tensor => {
    const seen = backbone.apply(network.params.backbone, network.state, images, EVALUATION);
    return softmax.logits(network.params.method, seen);
  }, { precision });
  return async () => {
    const input = tf.tensor4d(images, [size, side, side, 3]);
    const logits = await forward.later({ params, state }, input);
    logits.dataSync();
    tf.dispose([input, logits]);
  };
}

function oscrWork(size: number): () => void {
  const random = stream(0, "bench", 0);
  const scores = (shift: number) => Float64Array.from({ length: size }, () => random.normal() + shift);
  const [known, unknown] = [scores(1), scores(0)];
  const label = Int32Array.from({ length: size }, (_, k) => k % CLASSES);
  const predicted = label.map((l) => random.uniform() < 0.9 ? l : (l + 1) % CLASSES);
  return () => void oscr(known, unknown, label, predicted);
}

function prepare(work: Work): () => Promise<void> | void {
  switch (work.kind) {
    case "step":
      return trainingWork(work);
    case "trace":
      return trainingWork(work.network);
    case "call":
      return callWork(work.size);
    case "forward":
      return forwardWork(work);
    case "pixels":
    case "rand-augment":
    case "cssr":
      return pixelWork(work.kind, work.size);
    case "oscr":
      return oscrWork(work.size);
  }
}

/** Median seconds of a run, over at least `seconds` and `runs` runs. */
async function time(run: () => Promise<void> | void, seconds: number, runs = 3): Promise<number> {
  const times: number[] = [];
  const began = performance.now();
  while (times.length < runs || performance.now() - began < 1000 * seconds) {
    const start = performance.now();
    await run();
    times.push((performance.now() - start) / 1000);
  }
  return times.sort((a, b) => a - b)[times.length >> 1];
}

const engine = await startTensorFlow({ threads: Number(Deno.args[0]), device: deviceOf(Deno.args[1] ?? "cpu") });
const prepared = new Map<string, () => Promise<void> | void>();

/** What may be asked for. */
type Request = { ask: "facts" | "memory" } | { ask: "seconds"; work: Work; atLeast: number };

async function answer(request: Request): Promise<unknown> {
  switch (request.ask) {
    case "facts":
      return {
        processor: processor(),
        gpu: engine.gpu,
        versions: { tensorflow: engine.version, tfjs: tf.version_core, deno: Deno.version.deno },
      };
    case "memory":
      return process.resourceUsage().maxRSS * 1024; // bytes
    case "seconds": {
      if (request.work.kind === "trace") return await time(prepare(request.work), 0, 1); // the first is asked for
      const key = JSON.stringify(request.work);
      let run = prepared.get(key);
      if (run === undefined) {
        prepared.set(key, run = prepare(request.work));
        await time(run, 0); // traces, and warms up
      }
      return await time(run, request.atLeast);
    }
  }
}

for await (const line of linesOf(Deno.stdin.readable)) {
  const reply = await answer(JSON.parse(line)).then((answer) => ({ answer }), (error) => ({ error: error.message }));
  console.log(JSON.stringify(reply));
}
