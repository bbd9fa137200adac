/** The recipes of a table's rows, as options change them, and their text. */
import type { Method } from "../methods/method.ts";
import type { Json } from "../results/result.ts";
import { rowName } from "../results/table.ts";
import { UserError } from "../files/user_error.ts";
import { digest, flatten, type Recipe } from "../training/recipe.ts";
import type { ExperimentOptions } from "./command_line.ts";
import type { Experiment, Preset } from "./experiment.ts";

/** The recipes of a method's rows: without BackMix, with it, and, unless one of the two was asked for, with its rivals. */
export function recipesOf(
  { recipe: common, own, backmix, rivals = [] }: Preset,
  { name }: Method,
  options: ExperimentOptions,
): Recipe[] {
  const recipe = { ...common, ...own?.[name] };
  const { epochs = recipe.epochs, precision } = options;
  const changes = [
    ...options.backmix.map((mixed) => ({ backmix: mixed ? backmix : null })),
    ...(options.backmix.length > 1 ? rivals : []),
  ];
  return changes.map((change) => ({ ...recipe, epochs, backmix: null, precision, ...change }));
}

/**
 * The recipes that options ask for: those of {@linkcode recipesOf}, or the one that `--recipe` names.
 *
 * @throws {UserError} if there is none of that name
 */
export function recipesAsked(preset: Preset, method: Method, options: ExperimentOptions): Recipe[] {
  const recipes = recipesOf(preset, method, options);
  const { recipe: named } = options;
  if (named === undefined) return recipes;
  const found = recipes.filter((recipe) => digest(recipe) === named);
  if (found.length === 1) return found;
  throw new UserError(
    `--recipe ${named}: ${method.name} has no row with this recipe today. The plan is of another version: make it again by ` +
      "deno task plan.",
  );
}

/** The recipe of each row as JSON, as a result file holds it, and what the options change in the preset's. */
export function recipesText(experiment: Experiment, options: ExperimentOptions): string {
  const preset = experiment.presets[options.preset];
  const asItStands: ExperimentOptions = { ...options, epochs: undefined, precision: "float32" };
  const methods = experiment.methods.filter(({ name }) => options.methods.includes(name));
  return methods.flatMap((method) => {
    const before = recipesOf(preset, method, asItStands);
    return recipesOf(preset, method, options).map((recipe, row) => {
      const [was, is] = [flatten(before[row]), flatten(recipe)];
      const changed = [...is].filter(([path, value]) => was.get(path) !== value)
        .map(([path, value]) => `${path} ${was.get(path)} -> ${value}`);
      const plain = recipe as unknown as Record<string, Json>;
      const name = rowName({ method: method.name, backmix: recipe.backmix !== null, recipe: plain });
      return [
        `${name}, preset ${options.preset}${changed.length > 0 ? `, changed: ${changed.join("; ")}` : " as it stands"}`,
        JSON.stringify(recipe, null, 2),
      ].join("\n");
    });
  }).join("\n\n");
}
