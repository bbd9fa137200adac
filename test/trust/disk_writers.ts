/** Every kind of file that this project writes, with the function that writes it. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { priorsExperiment } from "../../experiments/priors.ts";
import { imageFolder } from "../../lib/datasets/image_folder.ts";
import { disposeTree } from "../../lib/engine/tree.ts";
import { exportWeights } from "../../lib/experiment/export_task.ts";
import { planReport } from "../../lib/experiment/plans/plan_task.ts";
import { plannedCells, writePlan } from "../../lib/experiment/plans/planned.ts";
import { keepLog, runPlan } from "../../lib/experiment/plans/run_plan.ts";
import { download } from "../../lib/files/download.ts";
import { readNotebook, writeNotebook } from "../../lib/report/notebook.ts";
import { reportReport } from "../../lib/report/report_task.ts";
import { writeTrainingSample } from "../../lib/report/training_sample.ts";
import { writeScores } from "../../lib/results/scores.ts";
import { addCell } from "../../lib/results/write.ts";
import { train } from "../../lib/training/train.ts";
import { writePictures } from "../datasets/pictures.ts";
import { head, sampleCell, sampleScores } from "../results/sample.ts";
import { smallRun } from "../training/small_run.ts";
import { network } from "./array_readers.ts";
import { serveSlowly } from "./slow_server.ts";

/** What writes files into a folder. */
export interface Writer {
  /** What it writes. */
  what: string;
  /** Puts there what it begins with, while there is room. */
  prepare?(folder: string): Promise<void>;
  /**
   * Writes, or goes on with what it could not finish.
   *
   * @param folder to write to
   * @param inputs a folder on another disk, for what is read only
   */
  write(folder: string, inputs: string): Promise<unknown>;
  /** The files that must come out the same, below the folder. */
  result: readonly string[];
}

const project = new URL("../../", import.meta.url).pathname;
const content = new Uint8Array(60_000).map((_, i) => i * 31 + (i >> 8));
const maps = Float32Array.from({ length: 3 * 64 }, (_, i) => (i % 64) / 63);
const numbers = Int32Array.of(0, 1, 2);
const images = { name: "train", side: 32, images: new Uint8Array(3 * 3072).map((_, i) => i * i), labels: numbers };

/** The writers. */
export const writers: readonly Writer[] = [
  {
    what: "run: checkpoint, log, event file, preview",
    async write(directory) {
      const { network } = await train(smallRun({ directory, resume: true, recipe: { epochs: 2, batch: 60 } }));
      disposeTree(network);
    },
    result: ["checkpoint.safetensors", "preview.npy"],
  },
  {
    what: "result file",
    prepare: async (folder) => void await addCell(join(folder, "a.json"), head, await sampleCell(folder)),
    write: async (folder) => {
      const backmix = { backmix: true };
      await addCell(join(folder, "a.json"), head, await sampleCell(folder, backmix));
    },
    result: ["a.json"],
  },
  {
    what: "scores",
    prepare: (folder) => writeScores(join(folder, "a.npz"), sampleScores(1)),
    write: (folder) => writeScores(join(folder, "a.npz"), sampleScores(2)),
    result: ["a.npz"],
  },
  {
    what: "download",
    async write(folder) {
      await using server = serveSlowly(content);
      const md5 = createHash("md5").update(content).digest("hex");
      await download({ url: server.url, path: join(folder, "file.bin"), md5, label: "the file" });
    },
    result: ["file.bin"],
  },
  {
    what: "cache of decoded images",
    async write(folder, inputs) {
      await writePictures(inputs, ["ant", "bee", "elk"], 4);
      await Deno.writeTextFile(join(inputs, "classes.json"), '{"known":["ant","bee"],"unknown":["elk"],"test":0.25}');
      await withCache(folder, () => imageFolder({ dataDir: inputs, seed: 0, threads: 2 }));
    },
    result: ["datasets/CACHEDIR.TAG"],
  },
  {
    what: "report",
    write: (folder) =>
      reportReport([join(project, "results/priors.quick.json"), "--out", join(folder, "report.html")], "", ""),
    result: ["report.html"],
  },
  {
    what: "exported network",
    async write(folder, inputs) {
      await Deno.writeFile(join(inputs, "net.safetensors"), network());
      await exportWeights([join(inputs, "net.safetensors"), join(folder, "out.safetensors")]);
    },
    result: ["out.safetensors"],
  },
  {
    what: "plan",
    write: (folder) => writePlan(join(folder, "plan.jsonl"), plannedCells(priorsExperiment, "quick", {})),
    result: ["plan.jsonl"],
  },
  {
    what: "Slurm job of a plan",
    async write(folder, inputs) {
      await writePlan(join(inputs, "plan.jsonl"), plannedCells(priorsExperiment, "quick", {}));
      await planReport(["--slurm", join(inputs, "plan.jsonl"), "--out", join(folder, "job.sbatch")], [
        priorsExperiment,
      ]);
    },
    result: [],
  },
  {
    what: "notes of a plan's trainings",
    async write(folder) {
      const [cell] = plannedCells(priorsExperiment, "quick", {});
      const launch = (_: unknown, log: string) => ({
        ended: keepLog(new Blob(["a line\n".repeat(2000)]).stream(), log, () => {}).then(() => 0),
        stop: () => {},
      });
      const never = new AbortController().signal;
      await runPlan([cell], { jobs: 1, out: folder, tries: 1, launch, told: () => {}, stop: never });
    },
    result: [],
  },
  {
    what: "notebook",
    write: async (folder) =>
      await writeNotebook(join(folder, "a.ipynb"), await readNotebook(join(project, "notebooks/04_training.ipynb"))),
    result: ["a.ipynb"],
  },
  {
    what: "sample of images for a notebook",
    write: (folder) =>
      writeTrainingSample(join(folder, "a.npz"), { set: { ...images, index: numbers }, maps, mapsWithout: maps }),
    result: ["a.npz"],
  },
];

/** Lets the cache lie in a folder: this runs in a program of its own, not in a test. */
async function withCache(folder: string, act: () => Promise<unknown>): Promise<void> {
  const before = Deno.env.get("BACKMIX_HOME");
  Deno.env.set("BACKMIX_HOME", folder);
  try {
    await act();
  } finally {
    if (before === undefined) Deno.env.delete("BACKMIX_HOME");
    else Deno.env.set("BACKMIX_HOME", before);
  }
}
