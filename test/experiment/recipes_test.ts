import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { experiments } from "../../experiments/all.ts";
import { cifar10Experiment } from "../../experiments/cifar10.ts";
import { svhnExperiment } from "../../experiments/svhn.ts";
import { tinyImagenetExperiment } from "../../experiments/tiny_imagenet.ts";
import { parseExperimentArgs } from "../../lib/experiment/command_line.ts";
import { commandLine } from "../../lib/experiment/reproduce.ts";
import { recipesOf, recipesText } from "../../lib/experiment/recipes.ts";
import { resultFiles } from "../../lib/results/check_task.ts";
import { readResult } from "../../lib/results/read.ts";
import type { Recipe } from "../../lib/training/recipe.ts";
import { smallExperiment } from "./small_experiment.ts";

const textOf = (experiment: typeof smallExperiment, ...args: string[]) =>
  recipesText(experiment, parseExperimentArgs(commandLine(experiment), ["--print-recipe", ...args]));

Deno.test("--print-recipe shows each row's recipe as JSON, and what the options change", () => {
  const [plain, backmix] = textOf(smallExperiment).split("\n\n");
  const [title, ...json] = plain.split("\n");
  assertEquals(title, "softmax, preset quick as it stands");
  const { quick } = smallExperiment.presets;
  assertEquals(JSON.parse(json.join("\n")), { ...quick.recipe, backmix: null, precision: "float32" });
  assertEquals(JSON.parse(backmix.slice(backmix.indexOf("\n"))).backmix, quick.backmix);
  assertStringIncludes(
    textOf(smallExperiment, "--epochs", "9", "--no-backmix"),
    "softmax, preset quick, changed: epochs 2 -> 9\n{",
  );
});

Deno.test("the tuned baseline of TinyImageNet has the settings of Vaze et al.", () => {
  const text = textOf(tinyImagenetExperiment, "--preset", "tuned", "--no-backmix");
  const recipe = JSON.parse(text.slice(text.indexOf("\n")));
  const { schedule, epochs, batch, smoothing, augmentation } = recipe;
  assertEquals([schedule.rate, schedule.restarts, epochs, batch, smoothing], [0.01, 2, 600, 128, 0.9]);
  assertEquals(augmentation.operations, { pool: "rand-augment", operations: 1, magnitude: 9 });
});

/** The recipes of a preset's rows without BackMix, by their methods' names. */
function plain(experiment: typeof smallExperiment, preset: string): Record<string, Recipe> {
  const options = parseExperimentArgs(commandLine(experiment), ["--preset", preset, "--no-backmix"]);
  const rows = experiment.methods.filter(({ name }) => options.methods.includes(name));
  return Object.fromEntries(
    rows.map((method) => [method.name, recipesOf(experiment.presets[preset], method, options)[0]]),
  );
}

Deno.test("the paper presets train every method, the ARPL family by osr.py and the CSSR family by its own configuration", () => {
  for (const experiment of [cifar10Experiment, svhnExperiment, tinyImagenetExperiment]) {
    const recipes = plain(experiment, "paper");
    assertEquals(Object.keys(recipes).length, 8);
    const tiny = experiment === tinyImagenetExperiment;
    for (const name of ["softmax", "gcpl", "rpl", "arpl", "arpl_cs"]) {
      const { backbone, epochs, batch, schedule } = recipes[name];
      assertEquals([backbone.name, epochs, batch], ["classifier32", 100, 64]);
      assert(schedule.kind === "multi-step");
      assertEquals([schedule.rate, schedule.milestones], [tiny ? 0.001 : 0.1, [30, 60, 90, 120]]);
    }
    for (const name of ["linear", "pcssr", "rcssr"]) {
      const { backbone, epochs, batch, schedule, optimiser, augmentation } = recipes[name];
      assertEquals(backbone.name, tiny ? "resnet18" : "wide_resnet40_4");
      assertEquals([epochs, batch], [tiny ? 235 : 200, 128]);
      assertEquals(optimiser, { momentum: 0, weightDecay: 5e-4, nesterov: false });
      assert(schedule.kind === "multi-step");
      assertEquals([schedule.rate, schedule.milestones], [0.4, tiny ? [150, 225] : [120, 190]]);
      assertEquals([schedule.warmup, augmentation?.greySquare], [tiny ? 1 : undefined, 0.5]);
    }
  }
});

Deno.test("committed results were trained by the recipes that their tables have today", async () => {
  for (const path of await resultFiles(new URL("../../results", import.meta.url).pathname)) {
    const { table, preset, cells } = await readResult(path);
    const experiment = experiments.find((one) => one.table === table)!;
    const options = parseExperimentArgs(commandLine(experiment), ["--preset", preset]);
    for (const { id, method, recipe } of cells) {
      const row = experiment.methods.find(({ name }) => name === method)!;
      const today = recipesOf(experiment.presets[preset], row, options).map((one) => JSON.stringify(sorted(one)));
      assert(today.includes(JSON.stringify(sorted(recipe))), `${path}: ${id}`);
    }
  }
});

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort().map(([key, one]) => [key, sorted(one)]));
}
