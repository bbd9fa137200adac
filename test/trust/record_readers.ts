/** Readers of what runs and people write down: results, scores, plans, logs, checkpoints, notebooks and their data. */
import { join } from "node:path";
import { cifar10Experiment } from "../../experiments/cifar10.ts";
import { priorsExperiment } from "../../experiments/priors.ts";
import { type PlannedCell, plannedCells, readPlan, writePlan } from "../../lib/experiment/plans/planned.ts";
import { attemptAt, notesFolder } from "../../lib/experiment/plans/state.ts";
import { encodeNpy } from "../../lib/files/npy.ts";
import { metricsReport } from "../../lib/metrics/metrics_task.ts";
import { figureOutputs, pictureOutputs, PLOTLY, readNotebook } from "../../lib/report/notebook.ts";
import { readTrainingRecord } from "../../lib/report/training_record.ts";
import { readTrainingSample, writeTrainingSample } from "../../lib/report/training_sample.ts";
import { comparisonOf } from "../../lib/results/comparison.ts";
import { readResult } from "../../lib/results/read.ts";
import { type Cell, cellId, type ResultFile } from "../../lib/results/result.ts";
import { figuresOf, writeScores } from "../../lib/results/scores.ts";
import { notesOf, tableOf } from "../../lib/results/table.ts";
import { addCell, resampledCell } from "../../lib/results/write.ts";
import { bankMaps, readIdentity, saveCheckpoint } from "../../lib/training/checkpoint.ts";
import { readLog, timeOf } from "../../lib/training/log.ts";
import { readPreview, writePreview } from "../../lib/training/preview.ts";
import { head, sampleCell, sampleScores } from "../results/sample.ts";
import { anything, placed, type Reader, unchanged } from "./reader.ts";

const text = (words: string) => new TextEncoder().encode(words);
const project = new URL("../../", import.meta.url).pathname;

/** Each cell has the id of what it is, once, and whatever names a cell names one that is there. */
function linked(found: unknown): string | null {
  const { cells, paired, summary } = found as ResultFile;
  const ids = new Set(cells.map(({ id }) => id));
  if (ids.size < cells.length) return "a cell stands there twice";
  const odd = cells.find((cell: Cell) => cell.id !== cellId(cell));
  if (odd !== undefined) return `${odd.id} is the id of another cell`;
  const named = [
    ...paired.flatMap(({ with: id, without }) => [id, without]),
    ...[...summary.rows, ...summary.paired].flatMap(({ cells }) => cells),
  ];
  const absent = named.find((id) => !ids.has(id));
  return absent === undefined ? null : `${absent} is named and not there`;
}

const images = {
  name: "train",
  side: 8,
  images: new Uint8Array(3 * 192).map((_, i) => i),
  labels: Int32Array.of(0, 1, 2),
  index: Int32Array.of(4, 5, 6),
};
const maps = Float32Array.from({ length: 3 * 64 }, (_, i) => (i % 64) / 63);

function writeCheckpoint(path: string): Promise<void> {
  const state = { step: 3, lossSum: 1, correct: 2, network: {}, bank: { maps, waiting: [] } };
  return saveCheckpoint(path, state, { seed: 0, recipe: { epochs: 2 } });
}

/** The readers. */
export const recordReaders: readonly Reader[] = [
  {
    name: "result file, and its tables",
    json: true,
    async samples(folder) {
      const path = join(folder, "cifar10.quick.json");
      for (const given of [{}, { backmix: true, gain: 2 }, { trial: 1 }]) {
        await addCell(path, head, await sampleCell(folder, given));
      }
      return [await Deno.readFile(path)];
    },
    async read(bytes, folder) {
      const file = await readResult(await placed(bytes, join(folder, "cifar10.quick.json")));
      tableOf(file), comparisonOf(file), notesOf(file);
      return file;
    },
    accepts: linked,
  },
  {
    name: "scores, and the figures from them",
    async samples(folder) {
      const path = join(folder, "whole.npz");
      await writeScores(path, sampleScores(1));
      return [await Deno.readFile(path)];
    },
    async read(bytes, folder) {
      await placed(bytes, join(folder, "scores.npz"));
      const cell = { ...await sampleCell(folder), id: "", scores_file: "scores.npz" };
      return figuresOf(await resampledCell({ ...cell, bootstrap: { ...cell.bootstrap, resamples: 2 } }, folder));
    },
    accepts: unchanged,
  },
  {
    name: "scores of another framework",
    samples: () =>
      Promise.resolve([
        encodeNpy({ dtype: "F32", shape: [30], data: Float32Array.from({ length: 30 }, (_, i) => Math.sin(i)) }),
      ]),
    async read(bytes, folder) {
      const known = await placed(bytes, join(folder, "known.npy")), unknown = join(folder, "unknown.npy");
      await placed(encodeNpy({ dtype: "F64", shape: [4], data: Float64Array.of(0.1, 0.2, -1, -2) }), unknown);
      return await metricsReport([known, unknown, "--json", "--resamples", "100"]);
    },
    accepts: anything,
  },
  {
    name: "plan",
    json: true,
    async samples(folder) {
      const path = join(folder, "whole.jsonl");
      const cells = [...plannedCells(priorsExperiment, "quick", {}), ...plannedCells(cifar10Experiment, "quick", {})];
      await writePlan(path, cells.slice(0, 4));
      return [await Deno.readFile(path)];
    },
    read: async (bytes, folder) =>
      await readPlan(await placed(bytes, join(folder, "plan.jsonl")), [priorsExperiment, cifar10Experiment]),
    accepts(found, whole) {
      const planned = ({ hours: _, gpu_hours: __, ...cell }: PlannedCell) => JSON.stringify(cell);
      const lines = (whole as PlannedCell[]).map(planned);
      const isCost = (hours: unknown) => hours === null || typeof hours === "number" && hours >= 0;
      const odd = (found as PlannedCell[]).find((cell) =>
        !lines.includes(planned(cell)) || !isCost(cell.hours) || !isCost(cell.gpu_hours)
      );
      return odd === undefined ? null : `a line was read that nobody planned: ${JSON.stringify(odd).slice(0, 200)}`;
    },
  },
  {
    name: "note of an attempt of a plan",
    json: true,
    samples: () => Promise.resolve([text(JSON.stringify({ code: 1, tries: 2, said: "No space left." }))]),
    async read(bytes, folder) {
      await Deno.mkdir(notesFolder(folder), { recursive: true });
      await placed(bytes, join(notesFolder(folder), "a.json"));
      return await attemptAt(folder, "a");
    },
    accepts(found) {
      const attempt = found as Record<string, unknown> | null;
      const sound = attempt === null ||
        Number.isInteger(attempt.code) && Number.isInteger(attempt.tries) && typeof attempt.said === "string";
      return sound ? null : `taken for an attempt: ${JSON.stringify(found)}`;
    },
  },
  {
    name: "checkpoint",
    async samples(folder) {
      await writeCheckpoint(join(folder, "whole.safetensors"));
      return [await Deno.readFile(join(folder, "whole.safetensors"))];
    },
    async read(bytes, folder) {
      const path = await placed(bytes, join(folder, "checkpoint.safetensors"));
      return [await readIdentity(path), await bankMaps(path)];
    },
    accepts: unchanged,
  },
  {
    name: "preview of a run",
    async samples(folder) {
      await writeCheckpoint(join(folder, "checkpoint.safetensors"));
      await writePreview(folder, images);
      return [await Deno.readFile(join(folder, "preview.npy"))];
    },
    async read(bytes, folder) {
      await placed(bytes, join(folder, "preview.npy"));
      return await readPreview(folder, join(folder, "checkpoint.safetensors"));
    },
    accepts(found) {
      const { side, shown } = found as NonNullable<Awaited<ReturnType<typeof readPreview>>>;
      return shown.every(({ image }) => image.length === 3 * side * side) ? null : "images of another size";
    },
  },
  {
    name: "log of a run",
    json: true,
    samples: () => {
      const lines = [
        { event: "start", step: 0, steps: 4, epochSteps: 2, time: "2025-01-02T03:04:05.678Z", run: { seed: 0 } },
        { event: "step", step: 0, loss: 1.5, rate: 0.1, seconds: 0.5 },
        { event: "checkpoint", step: 2, seconds: 1 },
        { event: "resume", step: 2, steps: 4, epochSteps: 2, time: "2025-01-02T03:04:05.678Z", run: { seed: 0 } },
        { event: "finish", step: 4, seconds: 1 },
      ];
      return Promise.resolve([text(lines.map((line) => JSON.stringify(line) + "\n").join(""))]);
    },
    read: async (bytes, folder) => timeOf(readLog(await placed(bytes, join(folder, "log.jsonl")))),
    accepts(found) {
      const { seconds, steps } = found as ReturnType<typeof timeOf>;
      return Number.isFinite(seconds) && Number.isFinite(steps) ? null : `${steps} steps in ${seconds} seconds`;
    },
  },
  {
    name: "notebook",
    json: true,
    samples: () => {
      const data = { [PLOTLY]: { data: [{ y: [1, 2] }], layout: {} }, "image/png": "iVBO" };
      const code = { cell_type: "code", metadata: { tags: ["trains"] }, source: ["1"], execution_count: 1 };
      const cells = [
        { ...code, outputs: [{ output_type: "display_data", data }, { output_type: "stream", name: "stderr" }] },
        { cell_type: "markdown", source: "# Title" },
      ];
      return Promise.resolve([text(JSON.stringify({ cells, nbformat: 4, nbformat_minor: 5, metadata: {} }))]);
    },
    async read(bytes, folder) {
      const notebook = await readNotebook(await placed(bytes, join(folder, "a.ipynb")));
      return [figureOutputs(notebook), pictureOutputs(notebook)];
    },
    accepts: anything,
  },
  {
    name: "record of trainings for a notebook",
    json: true,
    samples: async () => {
      const record = JSON.parse(await Deno.readTextFile(join(project, "notebooks/data/training.json")));
      record.runs = record.runs.slice(0, 2).map((run: { epochs: unknown[] }) => ({
        ...run,
        epochs: run.epochs.slice(0, 2),
      }));
      return [text(JSON.stringify(record))];
    },
    read: async (bytes, folder) => await readTrainingRecord(await placed(bytes, join(folder, "training.json"))),
    accepts(found) {
      const { runs } = found as Awaited<ReturnType<typeof readTrainingRecord>>;
      return runs.every(({ epochs }) => epochs.every(({ loss }) => Number.isFinite(loss)))
        ? null
        : "a loss is no number";
    },
  },
  {
    name: "sample of images for a notebook",
    async samples(folder) {
      const path = join(folder, "whole.npz");
      await writeTrainingSample(path, { set: images, maps, mapsWithout: maps });
      return [await Deno.readFile(path)];
    },
    read: async (bytes, folder) => await readTrainingSample(await placed(bytes, join(folder, "sample.npz"))),
    accepts: unchanged,
  },
];
