/** The tables of `docs/cost.md`: what each table costs, and what the runs so far say of how many more it takes. */
import { meanOf } from "../../results/aggregate.ts";
import type { ResultFile } from "../../results/result.ts";
import { pairsToTell, verdictOf } from "../../results/student.ts";
import { rowName, type Table, words } from "../../results/table.ts";
import { digest } from "../../training/recipe.ts";
import type { Experiment } from "../experiment.ts";
import { type BenchRows, measuredSteps } from "./cost.ts";
import { comesFirst } from "./order.ts";
import { type PlannedCell, plannedCells, trainingName, trainingOf } from "./planned.ts";

/** What costs are worked out from. */
export interface Measures {
  /** `results/bench.json`. */
  bench: BenchRows;
  /** The same of a GPU, `results/bench-gpu.json`; null where none was measured. */
  gpu: BenchRows | null;
  /** Result files by table and preset, as far as there are. */
  results: ReadonlyMap<string, ResultFile>;
}

/** A row for each preset of each table: trainings, steps, and hours. */
export function costTable(experiments: readonly Experiment[], { bench, gpu, results }: Measures): Table {
  const [steps, gpuSteps] = [measuredSteps(bench), measuredSteps(gpu)];
  const rows = presetsOf(experiments).map(([experiment, preset]) => {
    const cells = plannedCells(experiment, preset, steps, [], gpuSteps);
    const hours = cells.flatMap(({ hours }) => hours ?? []);
    return [
      experiment.table,
      preset,
      count(cells.length),
      count(cells.reduce((sum, cell) => sum + stepsOf(cell, experiment), 0)),
      hours.length === 0 ? "not measured" : `${digits(Math.min(...hours))} to ${digits(Math.max(...hours))}`,
      sumOf(cells.map(({ hours }) => hours)),
      sumOf(cells.map(({ gpu_hours }) => gpu_hours)),
      recordedAgainst(cells, results.get(`${experiment.table}.${preset}`), bench.threads),
    ];
  });
  return [
    ["Table", "Preset", "Trainings", "Steps", "Hours of one", "Hours of all", "GPU hours of all", "Runs took"],
    ...rows,
  ];
}

/** How much of a preset its first trainings are. */
export function firstText(experiments: readonly Experiment[], { bench }: Measures, preset: string): string {
  const steps = measuredSteps(bench);
  const all = experiments.filter(({ presets, own }) => preset in presets && !own)
    .flatMap((experiment) => plannedCells(experiment, preset, steps));
  const first = all.filter(comesFirst);
  const hours = (cells: readonly PlannedCell[]) => cells.reduce((sum, { hours }) => sum + (hours ?? 0), 0);
  const percent = (part: number, whole: number) => `${Math.round(100 * part / whole)} %`;
  return `Of the ${all.length} trainings of ${preset} the first ${first.length} are Softmax's: ` +
    `${percent(first.length, all.length)} of the trainings, ${percent(hours(first), hours(all))} of the hours.`;
}

/** Differences of AUROC, in points of 100, that a reader may want to tell apart. */
const WANTED = [1, 2, 5];
/** The least difference that matters to the rule, in points. */
const MATTERS = 2;
/** How often the rule looks: after three pairs and after the last. */
const LOOKS = 2;

/** A row for each comparison of two or more pairs: how AUROC's difference spreads, and how many pairs tell one apart. */
export function spreadTable(results: Measures["results"]): Table {
  const rows = [...results].flatMap(([name, file]) =>
    file.summary.paired.filter(({ cells }) => cells.length > 1).map(({ cells, headline }) => {
      const pairs = file.paired.filter((pair) => cells.includes(pair.with));
      const values = pairs.map(({ metrics }) => 100 * metrics[headline].auroc.value);
      const { mean, deviation } = meanOf(values);
      const error = deviation! / Math.sqrt(values.length);
      return [
        name,
        `${rowName(file.cells.find(({ id }) => id === cells[0])!)}, ${words(headline)}`,
        String(values.length),
        `${mean.toFixed(1)} ± ${error.toFixed(1)}`,
        deviation!.toFixed(1),
        ...WANTED.map((wanted) => String(pairsToTell(wanted, deviation!) ?? "over 1,000")),
        verdictOf(values, MATTERS, LOOKS),
      ];
    })
  );
  const points = WANTED.map((wanted) => `to tell ${wanted}`);
  return [["Table", "Row", "Pairs", "Mean ± its error", "Deviation", ...points, "By the rule"], ...rows];
}

function presetsOf(experiments: readonly Experiment[]): [Experiment, string][] {
  return experiments.filter(({ own }) => !own).flatMap((experiment) =>
    Object.keys(experiment.presets).map((preset): [Experiment, string] => [experiment, preset])
  );
}

/** Steps of the optimiser; a training with generated images makes two passes an epoch. */
function stepsOf(cell: PlannedCell, experiment: Experiment): number {
  const { method, recipe: { batch, epochs } } = trainingOf(cell, experiment);
  const passes = method.confusion === undefined ? 1 : 2;
  return Math.floor((experiment.images?.count ?? 0) / batch) * epochs * passes;
}

/** How much longer or shorter the recorded trainings took, of those with as many threads as the bench. */
function recordedAgainst(planned: readonly PlannedCell[], file: ResultFile | undefined, threads?: number): string {
  const hoursOf = new Map(planned.map((cell) => [trainingName(cell), cell.hours]));
  const ratios = (file?.cells ?? []).flatMap(({ recipe, engine, training, ...cell }) => {
    const hours = hoursOf.get(trainingName({ ...cell, recipe: digest(recipe) })) ?? null;
    if (hours === null || engine.threads !== threads || engine.device !== "cpu") return [];
    return [training.wall_seconds / 3600 / hours];
  });
  if (ratios.length === 0) return "";
  return `${Math.min(...ratios).toFixed(1)} to ${Math.max(...ratios).toFixed(1)} of it`;
}

function sumOf(hours: readonly (number | null)[]): string {
  if (hours.includes(null)) return "not measured";
  return digits(hours.reduce<number>((sum, one) => sum + one!, 0));
}

/** Two significant digits: more than costs hold. */
function digits(value: number): string {
  return count(Number(value.toPrecision(2)));
}

function count(value: number): string {
  return value.toLocaleString("en");
}
