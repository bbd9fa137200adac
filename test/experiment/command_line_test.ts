import { assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { type CommandLine, helpText, parseExperimentArgs } from "../../lib/experiment/command_line.ts";
import { UserError } from "../../lib/files/user_error.ts";

const files: CommandLine = {
  about: "What it claims.",
  command: "deno task reproduce:cifar10",
  presets: ["quick", "paper"],
  methods: ["softmax", "arpl"],
  trials: [0, 1, 2],
  byDefault: [0, 2],
  out: "runs",
  data: "files",
};
const generated: CommandLine = { ...files, trials: [], byDefault: [0, 1], data: "generated" };

/** What follows the message of a mistake in the use of options. */
const HELP = "Run deno task reproduce:cifar10 --help for the options.";

Deno.test("without options all methods run, without and with BackMix, on the preset's trials", () => {
  assertEquals(parseExperimentArgs(files, []), {
    preset: "quick",
    methods: ["softmax", "arpl"],
    recipe: undefined,
    backmix: [false, true],
    trials: [],
    seeds: [0],
    protocol: "arpl",
    epochs: undefined,
    limit: undefined,
    validation: undefined,
    dataDir: undefined,
    p: undefined,
    out: "runs",
    skipDamaged: false,
    resume: false,
    printRecipe: false,
    threads: undefined,
    device: "cpu",
    precision: "float32",
    help: false,
  });
  assertEquals(parseExperimentArgs(generated, []).seeds, [0, 1]);
});

Deno.test("a preset may run some of the methods by default; --method names any, and the help says which", () => {
  const line = { ...files, methodsByDefault: { quick: ["softmax"] } };
  assertEquals(parseExperimentArgs(line, []).methods, ["softmax"]);
  assertEquals(parseExperimentArgs(line, ["--method", "arpl"]).methods, ["arpl"]);
  assertEquals(parseExperimentArgs(line, ["--preset", "paper"]).methods, ["softmax", "arpl"]);
  assertStringIncludes(helpText(line), "softmax, arpl; repeatable; default softmax with quick; all with paper");
  assertStringIncludes(helpText(files), "softmax, arpl; repeatable; default all");
});

Deno.test("every option is read", () => {
  const text =
    "--preset=paper --method arpl --backmix --trial 2 --trial=0 --trial 2 --seed 7 --protocol cssr --epochs 3 " +
    "--recipe 0123 --limit 600 --validation 0.1 --data-dir ../data --out else --resume --threads 4 --device gpu:1 --precision bfloat16";
  assertEquals(parseExperimentArgs(files, text.split(" ")), {
    preset: "paper",
    methods: ["arpl"],
    recipe: "0123",
    backmix: [true],
    trials: [2, 0],
    seeds: [7],
    protocol: "cssr",
    epochs: 3,
    limit: 600,
    validation: 0.1,
    dataDir: "../data",
    p: undefined,
    out: "else",
    skipDamaged: false,
    resume: true,
    printRecipe: false,
    threads: 4,
    device: "gpu:1",
    precision: "bfloat16",
    help: false,
  });
  assertEquals(parseExperimentArgs(files, ["--no-backmix"]).backmix, [false]);
  assertEquals(parseExperimentArgs(files, ["-h"]).help, true);
  assertEquals(parseExperimentArgs(generated, ["--p", "0"]).p, 0);
});

Deno.test("each mistake is one sentence that says what, and what to do", () => {
  const mistakes: [args: string, message: string][] = [
    ["--preset fast", "--preset fast: no such preset. Choose one of quick, paper."],
    ["--method cssr", "--method cssr: no such method. Choose one of softmax, arpl."],
    ["--method softmax --method x", "--method x: no such method. Choose one of softmax, arpl."],
    ["--trial 3", "--trial 3: no such trial. Choose one of 0, 1, 2."],
    ["--trial -1", "--trial -1: give a whole number, 0 or more."],
    ["--trial a", "--trial a: give a whole number, 0 or more."],
    ["--protocol osr", "--protocol osr: no such protocol. Choose one of arpl, cssr."],
    ["--precision float16", "--precision float16: no such precision. Choose one of float32, bfloat16."],
    ["--epochs -1", "--epochs -1: give a whole number, 1 or more."],
    ["--epochs=-1", "--epochs -1: give a whole number, 1 or more."],
    ["--epochs 0", "--epochs 0: give a whole number, 1 or more."],
    ["--epochs 1.5", "--epochs 1.5: give a whole number, 1 or more."],
    ["--epochs six", "--epochs six: give a whole number, 1 or more."],
    ["--epochs Infinity", "--epochs Infinity: give a whole number, 1 or more."],
    ["--seed 1e20", "--seed 1e20: give a whole number, 0 or more."],
    ["--limit 0", "--limit 0: give a whole number, 1 or more."],
    ["--validation -.1", "--validation -.1: give a number, 0 or more."],
    ["--threads 0", "--threads 0: give a whole number, 1 or more."],
    ["--device gpu", "--device gpu: give cpu, or gpu:0 for the first GPU, gpu:1 for the second."],
    ["--p 0.5", `--p: only for priors. ${HELP}`],
    ["--epoch 3", `--epoch: no such option. ${HELP}`],
    ["--epochs 3 --", `--: leave it out, options stand right behind the command. ${HELP}`],
    ["-- --epochs 3", `--: leave it out, options stand right behind the command. ${HELP}`],
    ["-e 3", `-e: no such option. ${HELP}`],
    ["-1", `-1: no such option. ${HELP}`],
    ["quick", `quick: no such option. ${HELP}`],
    ...[
      "preset",
      "method",
      "trial",
      "seed",
      "protocol",
      "epochs",
      "limit",
      "validation",
      "data-dir",
      "out",
      "threads",
      "device",
    ]
      .map((name): [string, string] => [`--${name}`, `--${name} needs a value. ${HELP}`]),
    ["--out --resume", `--out needs a value. ${HELP}`],
  ];
  for (const [args, message] of mistakes) {
    const error = assertThrows(() => parseExperimentArgs(files, args.split(" ")), UserError, undefined, args);
    assertEquals(error.message, message);
  }
  const refused = (args: string[]) => assertThrows(() => parseExperimentArgs(generated, args), UserError).message;
  assertEquals(refused(["--trial", "0"]), "--trial: here the seed draws the classes. Use --seed.");
  assertEquals(refused(["--data-dir", "x"]), "--data-dir: this data set is generated, it has no files.");
});

Deno.test("--help says what the command does, and names every option with its default", () => {
  const help = helpText(files);
  assertMatch(help, /^What it claims\.\n\nUsage: deno task reproduce:cifar10 \[options\]\n\n/);
  const given = [...help.matchAll(/^ {2}(--[\w-]+)(?:, (--[\w-]+))?/gm)].flatMap(([, ...names]) =>
    names.filter(Boolean)
  );
  const names =
    "preset method backmix no-backmix trial protocol seed epochs limit validation data-dir skip-damaged recipe out resume threads " +
    "device precision print-recipe help";
  assertEquals(given, names.split(" ").map((name) => `--${name}`));
  for (const choice of ["quick or paper; default quick", "softmax, arpl;", "split 0, 1, 2;", "default 0 and 2"]) {
    assertStringIncludes(help, choice);
  }
  for (const line of help.split("\n")) assertEquals(line.length <= 132, true, line);
  assertMatch(helpText(generated), /--p P .*default 0\.6/);
  assertEquals(/--(trial|protocol|data-dir)/.test(helpText(generated)), false);
});
