/** The command line of a small task: a few options, paths, `--help`, and the same words for the same mistakes. */
import { parseArgs } from "@std/cli";
import { UserError } from "./user_error.ts";

/** What a task's command line may hold. */
export interface TaskForm<Valued extends string, Flag extends string> {
  /** Its name, as in `deno task NAME`. */
  task: string;
  /** Options with a value. */
  valued?: readonly Valued[];
  /** Options without. */
  flags?: readonly Flag[];
  /** How many paths it takes, and what they are called where their number is wrong; left out, any number is right. */
  paths?: { count: number; called: string };
}

/** A command line, parsed. */
export interface TaskArguments<Valued extends string, Flag extends string> {
  /** Values of the options that were given. */
  values: Partial<Record<Valued, string>>;
  /** Which flags were given. */
  flags: Record<Flag, boolean>;
  /** What stands beside the options. */
  paths: string[];
}

/**
 * Parses a task's command line.
 *
 * @returns null if it asks for help
 * @throws {UserError} if an option is unknown or misses its value, or the number of paths is wrong
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * const form = { task: "results:table", valued: ["format"], paths: { count: 1, called: "result files" } } as const;
 * const { values, paths } = taskArguments(["a.json", "--format", "csv"], form)!;
 * assertEquals([values.format, paths], ["csv", ["a.json"]]);
 * ```
 */
export function taskArguments<Valued extends string = never, Flag extends string = never>(
  args: readonly string[],
  { task, valued = [], flags = [], paths }: TaskForm<Valued, Flag>,
): TaskArguments<Valued, Flag> | null {
  const hint = `Run deno task ${task} --help for the options.`;
  const given = parseArgs([...args], {
    string: [...valued, "_"],
    boolean: [...flags, "help"],
    alias: { h: "help" },
    unknown: (argument, key) => {
      if (key !== undefined) throw new UserError(`${argument}: no such option. ${hint}`);
    },
  }) as unknown as Record<string, unknown> & { _: unknown[] };
  if (given.help) return null;
  for (const name of valued) if (given[name] === "") throw new UserError(`--${name} needs a value. ${hint}`);
  const found = given._.map(String);
  if (paths !== undefined && found.length !== paths.count) {
    const list = found.length > 1 ? ` (${found.join(", ")})` : "";
    throw new UserError(`${found.length} ${paths.called}${list}, expected ${paths.count}. ${hint}`);
  }
  return {
    values: Object.fromEntries(valued.map((name) => [name, given[name]])) as Partial<Record<Valued, string>>,
    flags: Object.fromEntries(flags.map((name) => [name, given[name] === true])) as Record<Flag, boolean>,
    paths: found,
  };
}

/**
 * A whole number that an option names.
 *
 * @param value undefined if the option was not given, and so is then what is returned
 * @throws {UserError} if it is another kind of number, or below `least`
 */
export function wholeNumber(name: string, value: string | undefined, least: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value) && Number(value) >= least) return Number(value);
  throw new UserError(`--${name} ${value}: give a whole number, ${least} or more.`);
}
