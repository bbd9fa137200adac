/**
 * Stand-in for `jsr:@std/cli`, with the signature and meaning of its `parseArgs`, for networks that do not reach JSR.
 * Only what this project uses: no dotted names, no `stopEarly`. Delete `links` in `deno.json` to use the real package.
 *
 * @module
 */

/** What `parseArgs` should look for. */
export interface ParseOptions {
  /** Options that take a value, which stays a string. */
  string?: string | readonly string[];
  /** Options without a value; `false` unless given. */
  boolean?: string | readonly string[];
  /** Options that may be repeated and give an array. */
  collect?: string | readonly string[];
  /** Options that `--no-NAME` sets to `false`. */
  negatable?: string | readonly string[];
  /** Other names of an option. */
  alias?: Readonly<Record<string, string | readonly string[]>>;
  /** Values of options that are not given. */
  default?: Readonly<Record<string, unknown>>;
  /** Whether what follows `--` goes into `["--"]` instead of `_`. */
  "--"?: boolean;
  /** Called for what no list above names; `false` leaves it out of the result. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** The union of the names in a list. */
export type Names<List> = List extends readonly (infer Name)[] ? Name & string : List extends string ? List : never;

/** The type of a default, without its literal value. */
export type Widened<Value> = Value extends number ? number : Value extends boolean ? boolean : Value;

/** The type of one option's value. */
export type ArgValue<Options extends ParseOptions, Name extends string> =
  | (Name extends Names<Options["collect"]> ? string[] : Name extends Names<Options["boolean"]> ? boolean : string)
  | (Name extends Names<Options["negatable"]> ? false : never)
  | (Name extends keyof Options["default"] ? Widened<Options["default"][Name]>
    : Name extends Names<Options["collect"]> | Names<Options["boolean"]> ? never
    : undefined);

/** The result of `parseArgs`: the declared options by name, and the rest in `_`. */
export type Args<Options extends ParseOptions> =
  & { [Name in Names<Options["boolean"]> | Names<Options["string"]>]: ArgValue<Options, Name> }
  & { _: (string | number)[] }
  & (Options["--"] extends true ? { "--": string[] } : Record<never, never>);

/**
 * Parses a command line.
 *
 * @example
 * ```ts
 * import { parseArgs } from "@std/cli";
 * import { assertEquals } from "@std/assert";
 *
 * const args = parseArgs(["--seed=3", "--resume", "out"], { string: ["seed"], boolean: ["resume"] });
 * assertEquals([args.seed, args.resume, args._], ["3", true, ["out"]]);
 * ```
 */
export function parseArgs<const Options extends ParseOptions>(
  args: readonly string[],
  options: Options = {} as Options,
): Args<Options> {
  const names = aliasesOf(options.alias);
  const named = (list: string | readonly string[] = []) => new Set([list].flat().flatMap((name) => names(name)));
  const strings = named(options.string), booleans = named(options.boolean);
  const collected = named(options.collect), negatable = named(options.negatable);
  const result: Record<string, unknown> & { _: (string | number)[] } = { _: [] };

  function set(arg: string, key: string, value: string | boolean, negated = false): void {
    const known = strings.has(key) || booleans.has(key) || names(key).length > 1;
    const typed = typeof value === "string" && !strings.has(key) ? numberOr(value) : value;
    if (!known && options.unknown?.(arg, key, typed) === false) return;
    for (const name of names(key)) {
      const before = result[name];
      result[name] = collected.has(key) && !negated ? [...Array.isArray(before) ? before : [], typed] : typed;
    }
  }

  /** Sets a key whose value is not in the same argument. Returns whether the next argument was its value. */
  function setFromNext(arg: string, key: string, next: string | undefined, mayFollow: RegExp): boolean {
    if (booleans.has(key)) {
      const says = next === "true" || next === "false";
      set(arg, key, says ? next === "true" : true);
      return says;
    }
    const follows = !!next && mayFollow.test(next);
    set(arg, key, follows ? next : strings.has(key) ? "" : true);
    return follows;
  }

  const end = args.includes("--") ? args.indexOf("--") : args.length;
  for (let i = 0; i < end; i++) {
    const arg = args[i], next = i + 1 < end ? args[i + 1] : undefined;
    const long = /^--(.+?)(?:=(.+))?$/s.exec(arg);
    const short = /^-([^-=]*?)([^-=])(?:=(.+)|(\d.*))?$/s.exec(arg); // -k, -k=v, -k5, -abk
    if (long) {
      const [, key, value] = long, positive = key.replace(/^no-/, "");
      if (value !== undefined) set(arg, key, booleans.has(key) ? value !== "false" : value);
      else if (positive !== key && negatable.has(positive)) set(arg, positive, false, true);
      else if (setFromNext(arg, key, next, /^[^-]/)) i++;
    } else if (short) {
      const [, letters, key, value = short[4]] = short;
      for (const letter of letters) set(arg, letter, strings.has(letter) ? "" : true);
      if (value !== undefined) set(arg, key, value);
      else if (setFromNext(arg, key, next, /^(?!--?[^-])/)) i++;
    } else if (options.unknown?.(arg) !== false) {
      result._.push(strings.has("_") ? arg : numberOr(arg));
    }
  }

  for (const [key, value] of Object.entries(options.default ?? {})) {
    if (!(key in result)) { for (const name of names(key)) result[name] = value; }
  }
  for (const key of [...booleans, ...strings]) {
    if (!(key in result) && (collected.has(key) || booleans.has(key))) result[key] = collected.has(key) ? [] : false;
  }
  const rest = args.slice(end + 1);
  if (options["--"]) result["--"] = rest;
  else result._.push(...rest);
  return result as unknown as Args<Options>;
}

/** For each name, itself and the others that mean the same. */
function aliasesOf(alias: ParseOptions["alias"] = {}): (name: string) => string[] {
  const groups = Object.entries(alias).map(([name, others]) => [name, ...[others].flat()]);
  return (name) => groups.find((group) => group.includes(name)) ?? [name];
}

function numberOr(text: string): string | number {
  return /^([-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?|0x[0-9a-f]+)$/i.test(text) ? Number(text) : text;
}
