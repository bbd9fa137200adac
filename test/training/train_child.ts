/** Trains a small run in a process of its own, which can be killed: `train_child.ts SMALL_RUN_AS_JSON`. */
import { startTensorFlow } from "../../lib/engine/tensorflow.ts";
import { runTask, stopSignal } from "../../lib/files/task.ts";
import { train } from "../../lib/training/train.ts";
import { smallRun, THREADS } from "./small_run.ts";

await runTask(async () => {
  const stop = stopSignal();
  await startTensorFlow({ threads: THREADS });
  await train({ ...smallRun(JSON.parse(Deno.args[0])), stop });
});
