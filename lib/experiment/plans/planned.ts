/**
 * A plan: trainings of tables that are to be run, a line of JSON each, in a file that any number of machines can read. What
 * is done of it is told by the results and runs alone (`state.ts`).
 */
import { writeTextAtomic } from "../../files/atomic.ts";
import { readText } from "../../files/read.ts";
import { UserError } from "../../files/user_error.ts";
import type { Method } from "../../methods/method.ts";
import { cellId } from "../../results/result.ts";
import { digest, type Recipe } from "../../training/recipe.ts";
import { parseExperimentArgs } from "../command_line.ts";
import type { Experiment } from "../experiment.ts";
import { recipesOf } from "../recipes.ts";
import { commandLine } from "../reproduce.ts";
import { cellHours, type MeasuredSteps } from "./cost.ts";

/** Version of the form. */
const VERSION = 1;

/** A training that is to be run; where it meets several sets of unknown images, it gives a cell for each. */
export interface PlannedCell {
  /** Of the form. */
  version: number;
  /** What it is, the same in every plan: `TABLE.PRESET.METHOD[+backmix].trialN.seedN.DIGEST`. */
  id: string;
  /** The table's name. */
  table: string;
  /** Which of its recipes. */
  preset: string;
  /** Name of the method. */
  method: string;
  /** Number of the split. */
  trial: number;
  /** Seed of everything random. */
  seed: number;
  /** Digest of the recipe of its row. */
  recipe: string;
  /** Hours that it is expected to take on the machine of `results/bench.json`; null where nothing was measured. */
  hours: number | null;
  /** The same on the GPU of `results/bench-gpu.json`. */
  gpu_hours: number | null;
  /** Options that make less of it, such as `--epochs 2`, to try a cluster out; none for the table itself. */
  less: string[];
  /** What runs it, but for where the data lie and where runs go. */
  command: string[];
}

/**
 * The trainings of a preset of a table, all of its methods and rows, on the trials or seeds that it has by default.
 *
 * @param steps what a training's cost is worked out from
 * @param less options that make less of each
 * @param gpu the same steps of a GPU
 * @throws {UserError} if the table has no such preset
 */
export function plannedCells(
  experiment: Experiment,
  preset: string,
  steps: MeasuredSteps,
  less: readonly string[] = [],
  gpu: MeasuredSteps = {},
): PlannedCell[] {
  const { table, presets, methods, trials, images } = experiment;
  if (presets[preset] === undefined) {
    throw new UserError(`${table} has no preset ${preset}. It has ${Object.keys(presets).join(", ")}.`);
  }
  const options = parseExperimentArgs(commandLine(experiment), ["--preset", preset, ...less]);
  const used = images && { ...images, count: Math.min(images.count, options.limit ?? Infinity) };
  const runs = presets[preset].byDefault.map((number) =>
    trials.length === 0 ? { trial: 0, seed: number } : { trial: number, seed: 0 }
  );
  return runs.flatMap(({ trial, seed }) =>
    methods.filter(({ name }) => options.methods.includes(name)).flatMap((method) =>
      recipesOf(presets[preset], method, options).map((recipe) =>
        plannedCell(
          experiment,
          { preset, method: method.name, trial, seed, recipe },
          { hours: cellHours(recipe, method, used, steps), gpu_hours: cellHours(recipe, method, used, gpu) },
          less,
        )
      )
    )
  );
}

function plannedCell(
  { table, trials }: Experiment,
  { preset, method, trial, seed, recipe }: {
    preset: string;
    method: string;
    trial: number;
    seed: number;
    recipe: Recipe;
  },
  cost: Pick<PlannedCell, "hours" | "gpu_hours">,
  less: readonly string[],
): PlannedCell {
  const named = { method, trial, seed, recipe: digest(recipe) };
  const recipe_digest = digest({ table, preset, recipe: named.recipe, less });
  return {
    version: VERSION,
    id: `${table}.${preset}.${cellId({ ...named, backmix: recipe.backmix !== null, recipe_digest })}`,
    table,
    preset,
    ...named,
    ...cost,
    less: [...less],
    command: [
      ...["deno", "task", `reproduce:${table}`, "--preset", preset, "--method", method],
      ...(trials.length > 1 ? ["--trial", String(trial)] : []),
      ...["--seed", String(seed), "--recipe", named.recipe, "--resume", ...less],
    ],
  };
}

/** What tells a table's trainings apart; `recipe` is its digest. */
export function trainingName({ method, trial, seed, recipe }: Training): string {
  return JSON.stringify([method, trial, seed, recipe]);
}

type Training = Pick<PlannedCell, "method" | "trial" | "seed" | "recipe">;

/** What a line of a plan that was read names. */
export function trainingOf(
  { preset, method: name, recipe, less }: PlannedCell,
  experiment: Experiment,
): { method: Method; recipe: Recipe } {
  const options = parseExperimentArgs(commandLine(experiment), ["--preset", preset, ...less]);
  const method = experiment.methods.find((one) => one.name === name)!;
  const recipes = recipesOf(experiment.presets[preset], method, options);
  return { method, recipe: recipes.find((one) => digest(one) === recipe)! };
}

/** Writes a plan. */
export async function writePlan(path: string, cells: readonly PlannedCell[]): Promise<void> {
  await writeTextAtomic(path, cells.map((cell) => JSON.stringify(cell) + "\n").join(""));
}

/**
 * Reads a plan, and holds each line against what its table has today.
 *
 * @throws {UserError} if it cannot be read, a line is of another version or not as `deno task plan` writes it, or an id
 * is there twice; names the line
 */
export async function readPlan(path: string, experiments: readonly Experiment[]): Promise<PlannedCell[]> {
  const text = await readText(path, "Make a plan: deno task plan.");
  const seen = new Map<string, number>();
  const today = new Map<string, Map<string, PlannedCell>>();
  const cells = text.split("\n").flatMap((line, k) => {
    if (line === "") return [];
    const where = `${path}, line ${k + 1}`;
    const cell = parsed(line, where);
    const before = seen.get(cell.id);
    if (before !== undefined) {
      throw new UserError(`${where}: ${cell.id} stands in line ${before} already. Leave one out.`);
    }
    seen.set(cell.id, k + 1);
    checkToday(cell, where, experiments, today);
    return [cell];
  });
  if (cells.length === 0) throw new UserError(`${path}: this plan is empty. Make one: deno task plan.`);
  return cells;
}

function parsed(line: string, where: string): PlannedCell {
  let cell: PlannedCell;
  try {
    cell = JSON.parse(line);
  } catch {
    throw new UserError(`${where}: is not JSON. Make the plan again: deno task plan.`);
  }
  if (cell?.version !== VERSION) {
    throw new UserError(
      `${where}: version ${
        JSON.stringify(cell?.version)
      }, this program reads ${VERSION}. Make the plan again: deno task plan.`,
    );
  }
  if (!Array.isArray(cell.less) || !LESS.test(JSON.stringify(cell.less))) {
    throw new UserError(
      `${where}: less is ${JSON.stringify(cell.less)}, expected [] or as --epochs and --limit make it.`,
    );
  }
  const { hours, gpu_hours = null } = cell; // plans had no GPU's hours once
  for (const [name, value] of Object.entries({ hours, gpu_hours })) {
    if (value !== null && !(typeof value === "number" && value >= 0)) {
      throw new UserError(
        `${where}: ${name} is ${JSON.stringify(value)}, expected a number, or null if it is not known.`,
      );
    }
  }
  return { ...cell, gpu_hours };
}

/** What `less` may say. */
const LESS = /^\[("--epochs","[1-9]\d*")?(,?"--limit","[1-9]\d*")?\]$/;

/** What runs is worked out anew from the names in the line: a line that says other is edited, or of other code. */
function checkToday(
  cell: PlannedCell,
  where: string,
  experiments: readonly Experiment[],
  today: Map<string, Map<string, PlannedCell>>,
): void {
  const { id, table, preset, trial, seed, less } = cell;
  const experiment = experiments.find((one) => one.table === table);
  if (experiment === undefined) throw new UserError(`${where}: no table ${JSON.stringify(table)}.`);
  if (!Object.hasOwn(experiment.presets, preset)) {
    throw new UserError(`${where}: ${table} has no preset ${JSON.stringify(preset)}.`);
  }
  if (!(experiment.trials.length === 0 ? trial === 0 : experiment.trials.includes(trial))) {
    throw new UserError(`${where}: ${table} has no trial ${JSON.stringify(trial)}.`);
  }
  const key = JSON.stringify([table, preset, trial, seed, less]);
  if (!today.has(key)) {
    const one = { ...experiment.presets[preset], byDefault: [experiment.trials.length === 0 ? seed : trial] };
    const cells = plannedCells({ ...experiment, presets: { ...experiment.presets, [preset]: one } }, preset, {}, less);
    today.set(key, new Map(cells.map((one) => [one.id, one])));
  }
  const wanted = today.get(key)!.get(id);
  const same = ({ hours: _, gpu_hours: __, ...one }: PlannedCell) => JSON.stringify(one);
  if (wanted !== undefined && same(wanted) === same(cell)) return;
  const why = wanted === undefined ? "no such training today" : "other fields than its id stands for";
  throw new UserError(
    `${where}: ${id}: ${why}. The line was edited, or is of another version of the table: make the plan again.`,
  );
}
