/**
 * Trains a small network for so many steps, and prints as JSON what it needed on the way: `steps_child.ts STEPS`. In a
 * process of its own, whose memory is nobody else's; all permissions, for Linux tells memory and open files under `/proc`.
 */
import v8 from "node:v8";
import vm from "node:vm";
import { engine, startTensorFlow } from "../../lib/engine/tensorflow.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import { train } from "../../lib/training/train.ts";
import { smallRun } from "../training/small_run.ts";

/** What a process needs at a moment. */
export interface Sample {
  /** Steps done. */
  step: number;
  /** Resident memory in bytes. */
  memory: number;
  /** Tensors of TensorFlow's. */
  tensors: number;
  /** Functions that were traced so far. */
  functions: number;
  /** Open files. */
  files: number;
}

/** A step of few images: 60 in an epoch, for the small run has 245. */
const BATCH = 4, EPOCH_STEPS = 60;
const backbone = { name: "classifier32", width: 0.0625, dropout: 0.2 } as const;

/** At so many moments it is looked. */
const SAMPLES = 40;

if (import.meta.main) {
  v8.setFlagsFromString("--expose-gc");
  const collect = vm.runInNewContext("gc") as () => void;
  const epochs = Math.ceil(Number(Deno.args[0]) / EPOCH_STEPS);
  const every = Math.max(1, Math.floor(epochs / SAMPLES));
  await startTensorFlow({ threads: 1 }); // two would wait for each other in so small a step
  const { binding } = engine();
  const directory = await Deno.makeTempDir(), samples: Sample[] = [];
  const { network } = await train({
    ...smallRun({ directory, recipe: { epochs, batch: BATCH, backbone } }),
    afterEpoch(done) {
      if (done % every > 0 && done < epochs) return Promise.resolve();
      collect(); // garbage that waits for its collection is no leak
      samples.push({
        step: done * EPOCH_STEPS,
        memory: Deno.memoryUsage().rss,
        tensors: binding.getNumOfTensors(),
        functions: 1 + Number(/\d+$/.exec(binding.functionsMade().at(-1)!)![0]),
        files: [...Deno.readDirSync("/proc/self/fd")].length,
      });
      return Promise.resolve();
    },
  });
  disposeTree(network);
  await Deno.remove(directory, { recursive: true });
  console.log(JSON.stringify(samples));
}
