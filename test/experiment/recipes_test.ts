import { assertEquals, assertStringIncludes } from "@std/assert";
import { tinyImagenetExperiment } from "../../experiments/tiny_imagenet.ts";
import { parseExperimentArgs } from "../../lib/experiment/command_line.ts";
import { commandLine } from "../../lib/experiment/reproduce.ts";
import { recipesText } from "../../lib/experiment/recipes.ts";
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
