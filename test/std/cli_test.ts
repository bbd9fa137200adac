import { assertEquals } from "@std/assert";
import { parseArgs } from "@std/cli";

const options = {
  string: ["epochs", "trial", "out"],
  boolean: ["resume", "backmix", "help"],
  collect: ["trial"],
  negatable: ["backmix"],
  alias: { help: "h", out: ["o"] },
  default: { epochs: "6" },
} as const;

Deno.test("parseArgs gives absent options their defaults, false, or nothing", () => {
  const args = parseArgs([], options);
  const epochs: string = args.epochs, trial: string[] = args.trial, resume: boolean = args.resume;
  const out: string | undefined = args.out;
  assertEquals([epochs, trial, resume, out, args._], ["6", [], false, undefined, []]);
});

Deno.test("parseArgs reads values after '=' and in the next argument, and collects repeated ones", () => {
  const args = parseArgs(["--epochs=9", "--trial", "0", "--trial=2", "--resume", "a.json", "7", "-o", "runs"], options);
  assertEquals([args.epochs, args.trial, args.resume, args.out, args._], ["9", ["0", "2"], true, "runs", [
    "a.json",
    7,
  ]]);
});

Deno.test("parseArgs takes --no-NAME only where it may", () => {
  const seen: string[] = [];
  const args = parseArgs(["--no-backmix", "--no-resume"], {
    ...options,
    unknown: (arg: string) => seen.push(arg) > 99,
  });
  assertEquals([args.backmix, args.resume, seen], [false, false, ["--no-resume"]]);
  assertEquals(parseArgs(["--backmix", "--no-backmix"], options).backmix, false);
  assertEquals(parseArgs(["--backmix=false"], options).backmix, false);
});

Deno.test("parseArgs knows short names, clusters and values joined to them", () => {
  const args = parseArgs(["-h", "-oruns", "-o=there"], options);
  assertEquals([args.help, args.out], [true, "there"]);
  const cluster: Record<string, unknown> = parseArgs(["-ab", "-n5"]);
  assertEquals(cluster, { _: [], a: true, b: true, n: 5 });
});

Deno.test("parseArgs hands what it does not know to `unknown`, positional arguments too", () => {
  const seen: unknown[] = [];
  const args = parseArgs(["--epcohs=3", "x", "--resume"], {
    ...options,
    unknown: (arg: string, key?: string, value?: unknown) => {
      seen.push([arg, key, value]);
      return false;
    },
  });
  assertEquals(seen, [["--epcohs=3", "epcohs", 3], ["x", undefined, undefined]]);
  assertEquals([args.resume, args._], [true, []]);
});

Deno.test("parseArgs does not take an option for a value", () => {
  assertEquals(parseArgs(["--epochs", "--resume"], options).epochs, "");
  assertEquals(parseArgs(["--epochs", "-5"], options).epochs, "");
});

Deno.test("parseArgs leaves what follows '--' alone", () => {
  assertEquals(parseArgs(["--", "--resume"], options)._, ["--resume"]);
  const args = parseArgs(["a", "--", "--resume", "1"], { ...options, "--": true });
  assertEquals([args._, args["--"], args.resume], [["a"], ["--resume", "1"], false]);
});
