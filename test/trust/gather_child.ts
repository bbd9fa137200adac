/** Adds six cells to a result file, in a process of its own, which can be killed: `gather_child.ts FOLDER`. */
import { runTask } from "../../lib/files/task.ts";
import { addCell } from "../../lib/results/write.ts";
import { head, sampleCell } from "../results/sample.ts";

await runTask(async () => {
  const [folder] = Deno.args;
  for (const trial of [0, 1, 2]) {
    for (const backmix of [false, true]) {
      await addCell(`${folder}/cifar10.quick.json`, head, await sampleCell(folder, { backmix, trial }));
    }
  }
});
