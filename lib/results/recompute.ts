/** Recomputes every figure of a result file, and its interval, from the scores that lie beside it. */
import { summarise } from "./aggregate.ts";
import type { Cell, FiguresByScore, MetricName, ResultFile } from "./result.ts";
import { figuresOf, type ResampledRun } from "./scores.ts";
import { differences, resampledCell } from "./write.ts";

/** A number of the file beside the same one computed again. */
export interface Recomputed {
  /** Id of the cell, or of the pair, or "summary". */
  of: string;
  /** The kind of score and the figure, such as "max_logit auroc". */
  figure: string;
  /** As the file has it: value, low, high; what is absent there is NaN. */
  recorded: number[];
  /** As the scores give it. */
  again: number[];
}

/**
 * Recomputes a result file.
 *
 * @param file what was read
 * @param folder where it lies; score files are relative to it
 * @throws {UserError} if a score file is missing or damaged
 */
export async function recompute(file: ResultFile, folder: string): Promise<Recomputed[]> {
  const found: Recomputed[] = [];
  const cells: Cell[] = [];
  const runs = new Map<string, ResampledRun>();
  for (const cell of file.cells) {
    const { run, metrics, figures } = await recomputeCell(cell, folder);
    runs.set(cell.id, run);
    found.push(...figures);
    cells.push({ ...cell, metrics });
  }

  const paired = await differences(cells, ({ id }) => Promise.resolve(runs.get(id)!));
  const name = (pair: { with: string; without: string }) => `${pair.with} - ${pair.without}`;
  for (const id of new Set([...file.paired, ...paired].map(name))) {
    const [recorded, again] = [file.paired, paired].map((list) =>
      list.find((pair) => name(pair) === id)?.metrics ?? {}
    );
    found.push(...beside(id, recorded, again));
  }

  const [recorded, again] = [file.summary, summarise(cells, paired)].map(numbersOf);
  for (const path of new Set([...recorded.keys(), ...again.keys()])) {
    found.push({ of: "summary", figure: path, recorded: [recorded.get(path) ?? NaN], again: [again.get(path) ?? NaN] });
  }
  return found;
}

/**
 * Recomputes the figures of a cell alone.
 *
 * @param folder where its result file lies
 * @returns the run as its scores give it, its figures, and each of them beside the recorded one
 * @throws {UserError} if its scores are missing or damaged
 */
export async function recomputeCell(
  cell: Cell,
  folder: string,
): Promise<{ run: ResampledRun; metrics: FiguresByScore; figures: Recomputed[] }> {
  const run = await resampledCell(cell, folder);
  const metrics = figuresOf(run);
  return { run, metrics, figures: beside(cell.id, cell.metrics, metrics) };
}

/**
 * Whether a recomputed number is the recorded one.
 *
 * @param tolerance absolute; both are rounded to six digits already
 */
export function agrees({ recorded, again }: Recomputed, tolerance = 1e-9): boolean {
  return recorded.every((value, i) => Math.abs(value - again[i]) <= tolerance); // NaN does not agree
}

/** A figure as text: its value, with its interval if it has one; what is not there is "absent". */
export function shown([value, low, high]: readonly number[]): string {
  const text = (number: number) => Number.isNaN(number) ? "absent" : String(number);
  return high === undefined ? text(value) : `${text(value)} (${text(low)} to ${text(high)})`;
}

function beside(of: string, recorded: FiguresByScore, again: FiguresByScore): Recomputed[] {
  const scores = [...new Set([...Object.keys(recorded), ...Object.keys(again)])];
  return scores.flatMap((score) =>
    (Object.keys(again[score] ?? recorded[score]) as MetricName[]).map((metric) => ({
      of,
      figure: `${score} ${metric}`,
      recorded: triple(recorded, score, metric),
      again: triple(again, score, metric),
    }))
  );
}

function triple(figures: FiguresByScore, score: string, metric: MetricName): number[] {
  const figure = figures[score]?.[metric];
  return [figure?.value ?? NaN, figure?.low ?? NaN, figure?.high ?? NaN];
}

function numbersOf(data: unknown): Map<string, number> {
  const numbers = new Map<string, number>();
  const add = (path: string, value: unknown) => {
    if (typeof value === "number") numbers.set(path, value);
    else if (typeof value === "object" && value !== null) {
      for (const [key, part] of Object.entries(value)) add(`${path} ${key}`.trim(), part);
    }
  };
  add("", data);
  return numbers;
}
