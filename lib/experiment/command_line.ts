/**
 * The command line that all experiments share: its options, their checks, and the text of `--help`.
 */
import { parseArgs } from "@std/cli";
import { DEFAULT_P } from "../datasets/priors.ts";
import { type Device, deviceOf } from "../engine/device.ts";
import type { Precision } from "../engine/jit.ts";
import { UserError } from "../files/user_error.ts";

/** An experiment's options as given; what is `undefined` was not. */
export interface ExperimentOptions {
  /** Which recipe. */
  preset: string;
  /** Names of the methods to run. */
  methods: string[];
  /** Whether to train with BackMix: one or both. */
  backmix: boolean[];
  /** Digest of the only recipe to train by, as a plan names it. */
  recipe?: string;
  /** Trials to run, counted from 0; empty for those of the preset. */
  trials: number[];
  /** Seeds to run. */
  seeds: number[];
  /** Whose splits. */
  protocol: "arpl" | "cssr";
  /** Passes over the training images, instead of the preset's. */
  epochs?: number;
  /** How many training images to use. */
  limit?: number;
  /** Share of the training images to hold back and measure the accuracy on. */
  validation?: number;
  /** The folder of the data set's files. */
  dataDir?: string;
  /** Whether images that cannot be decoded are left out. */
  skipDamaged: boolean;
  /** Probability of a class's own background; priors only. */
  p?: number;
  /** The folder that gets everything a run writes. */
  out: string;
  /** Whether a run that stopped goes on. */
  resume: boolean;
  /** Threads of the engine. */
  threads?: number;
  /** What the engine runs on. */
  device: Device;
  /** Type in which convolutions multiply. */
  precision: Precision;
  /** Whether to print the recipes, and run nothing. */
  printRecipe: boolean;
  /** Whether to print the help. */
  help: boolean;
}

/** What an experiment's command line may name. */
export interface CommandLine {
  /** First lines of the help: what it does, costs, and writes. */
  about: string;
  /** How it is started. */
  command: string;
  /** Names of its presets; the first is the default. */
  presets: readonly string[];
  /** Names of its methods. */
  methods: readonly string[];
  /** Of a preset, which of them run by default; all if it does not say. */
  methodsByDefault?: Readonly<Record<string, readonly string[]>>;
  /** Trials of its splits; empty where a seed makes the split. */
  trials: readonly number[];
  /** Trials or, where there are none, seeds that run by default. */
  byDefault: readonly number[];
  /** The default of --out. */
  out: string;
  /** Where the data come from: files in a folder, or generated with a probability p. */
  data: "files" | "generated";
}

const VALUED = ["preset", "method", "trial", "seed", "protocol", "epochs", "limit", "validation", "data-dir", "p"]
  .concat(["recipe", "out", "threads", "device", "precision"]);

/** `--epochs -1` as `--epochs=-1`: else -1 would be taken for an option, and the message say so. */
function withNegatives(args: readonly string[]): string[] {
  return args.reduce<string[]>((joined, arg) => {
    const negative = /^-[.\d]/.test(arg) && VALUED.includes(joined.at(-1)?.replace(/^--/, "") ?? "");
    return negative ? joined.with(-1, `${joined.at(-1)}=${arg}`) : [...joined, arg];
  }, []);
}

/**
 * Parses and checks a command line.
 *
 * @throws {UserError} if an option is unknown, misses its value, or has one out of range
 */
export function parseExperimentArgs(line: CommandLine, args: readonly string[]): ExperimentOptions {
  const help = `Run ${line.command} --help for the options.`;
  const parsed = parseArgs(withNegatives(args), {
    boolean: ["backmix", "skip-damaged", "resume", "print-recipe", "help"],
    string: [...VALUED, "_"],
    collect: ["method", "trial", "seed"],
    negatable: ["backmix"],
    alias: { h: "help" },
    unknown(argument) {
      throw new UserError(`${argument}: no such option. ${help}`);
    },
  }) as unknown as Record<string, string | string[] | boolean | undefined>;
  if (args.includes("--")) throw new UserError(`--: leave it out, options stand right behind the command. ${help}`);
  for (const name of VALUED) {
    if ([parsed[name]].flat().includes("")) throw new UserError(`--${name} needs a value. ${help}`);
  }

  const text = (name: string) => parsed[name] as string | undefined;
  const choice = <T extends string>(name: string, choices: readonly T[], value = text(name)): T => {
    if (value === undefined) return choices[0];
    if (!choices.includes(value as T)) {
      throw new UserError(`--${name} ${value}: no such ${name}. Choose one of ${choices.join(", ")}.`);
    }
    return value as T;
  };
  const number = (name: string, whole: boolean, least: number, value = text(name)): number | undefined => {
    if (value === undefined) return undefined;
    const n = Number(value);
    if (value.trim() === "" || !Number.isFinite(n) || n < least || (whole && !Number.isSafeInteger(n))) {
      throw new UserError(`--${name} ${value}: give a ${whole ? "whole " : ""}number, ${least} or more.`);
    }
    return n;
  };
  const numbers = (
    name: string,
  ): number[] => [...new Set((parsed[name] as string[]).map((value) => number(name, true, 0, value)!))];

  const trials = numbers("trial");
  const seeds = numbers("seed");
  const bySeed = line.trials.length === 0;
  if (line.trials.length < 2 && text("protocol") !== undefined) {
    throw new UserError("--protocol: this table has one split.");
  }
  if (bySeed && trials.length > 0) throw new UserError("--trial: here the seed draws the classes. Use --seed.");
  for (const trial of trials) choice("trial", line.trials.map(String), String(trial));
  if (line.data === "generated" && parsed["data-dir"] !== undefined) {
    throw new UserError("--data-dir: this data set is generated, it has no files.");
  }
  if (line.data === "files" && parsed.p !== undefined) throw new UserError(`--p: only for priors. ${help}`);
  const preset = choice("preset", line.presets);
  const methods = parsed.method as string[];
  for (const method of methods) choice("method", line.methods, method);

  return {
    preset,
    methods: [...new Set(methods.length > 0 ? methods : line.methodsByDefault?.[preset] ?? line.methods)],
    recipe: text("recipe"),
    backmix: args.some((a) => /^--(no-)?backmix(=|$)/.test(a)) ? [parsed.backmix as boolean] : [false, true],
    trials,
    seeds: seeds.length > 0 ? seeds : bySeed ? [...line.byDefault] : [0],
    protocol: choice("protocol", ["arpl", "cssr"]),
    epochs: number("epochs", true, 1),
    limit: number("limit", true, 1),
    validation: number("validation", false, 0),
    dataDir: text("data-dir"),
    p: number("p", false, 0),
    out: text("out") ?? line.out,
    skipDamaged: parsed["skip-damaged"] as boolean,
    resume: parsed.resume as boolean,
    printRecipe: parsed["print-recipe"] as boolean,
    threads: number("threads", true, 1),
    device: deviceOf(text("device") ?? "cpu"),
    precision: choice("precision", ["float32", "bfloat16"]),
    help: parsed.help as boolean,
  };
}

/** What runs without `--method`, in words. */
function defaultMethods({ presets, methodsByDefault = {} }: CommandLine): string {
  const all = presets.filter((preset) => methodsByDefault[preset] === undefined);
  const some = Object.entries(methodsByDefault).map(([preset, names]) => `${names.join(", ")} with ${preset}`);
  return [...some, ...(all.length === 0 ? [] : [some.length === 0 ? "all" : `all with ${all.join(" and ")}`])].join(
    "; ",
  );
}

/** The text of `--help`. */
export function helpText(line: CommandLine): string {
  const { presets, methods, trials, byDefault, out, data } = line;
  const rows: [string, string][] = [
    ["--preset NAME", `${presets.join(" or ")}; default ${presets[0]}`],
    ["--method NAME", `${methods.join(", ")}; repeatable; default ${defaultMethods(line)}`],
    ["--backmix, --no-backmix", "only with, only without BackMix; default both"],
  ];
  if (trials.length > 1) {
    rows.push(["--trial N", `split ${trials.join(", ")}; repeatable; default ${byDefault.join(" and ")}`]);
    rows.push(["--protocol NAME", "whose splits: arpl or cssr; default arpl"]);
    rows.push(["--seed N", "seed of everything that is random; repeatable; default 0"]);
  } else if (trials.length === 1) {
    rows.push(["--seed N", "seed of everything that is random; repeatable; default 0"]);
  } else {
    rows.push(["--seed N", `seed of classes, images and training; repeatable; default ${byDefault.join(", ")}`]);
  }
  rows.push(["--epochs N", "passes over the training images, instead of the preset's"]);
  rows.push([
    "--limit N",
    "use N training images only, evenly over the known classes; an epoch takes whole batches of them",
  ]);
  rows.push([
    "--validation SHARE",
    "hold back a share of the training images and print the accuracy on them; no result file",
  ]);
  if (data === "files") {
    rows.push(["--data-dir DIR", "where the data set lies; without it, it is downloaded once"]);
    rows.push(["--skip-damaged", "leave out JPEG and PNG images that cannot be decoded, and name each"]);
  } else rows.push(["--p P", `probability that a training image has its class's own background; default ${DEFAULT_P}`]);
  rows.push(["--recipe DIGEST", "only the row with this recipe, as the commands of a plan name it (deno task plan)"]);
  rows.push(["--out DIR", `checkpoints, logs and scores; default ${out}`]);
  rows.push(["--resume", "go on where a run in --out stopped; starts it if there is none"]);
  rows.push([
    "--threads N",
    "threads of the engine; results repeat to the bit with the same number; default all cores",
  ]);
  rows.push(["--device NAME", "cpu, or gpu:0 for the first NVIDIA GPU (fetches 3.4 GB once); default cpu"]);
  rows.push(["--precision TYPE", "float32 or bfloat16 (needs AVX512_BF16); default float32"]);
  rows.push([
    "--print-recipe",
    "show the recipe of each row, and what the options change in the preset's; run nothing",
  ]);
  rows.push(["--help", "this text"]);
  const width = Math.max(...rows.map(([option]) => option.length));
  const options = rows.map(([option, text]) => `  ${option.padEnd(width)}  ${text}`);
  return [line.about, "", `Usage: ${line.command} [options]`, "", ...options].join("\n");
}
