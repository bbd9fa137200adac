/**
 * What a document tells its reader to do, so that a test can do it: files to write, lines to change, commands to run, and
 * what they print.
 *
 * A fenced block of TypeScript or JSON is a file, or the next part of it; a block `diff` changes lines of a file. Which file, the
 * paragraph before says: its last `inline code`. A block `sh` is commands, one a line, and a block `text` after it what
 * the last of them prints, among other lines.
 */
import { assert, assertEquals } from "@std/assert";
import { dirname } from "node:path";
import { type Ended, start } from "../experiment/child.ts";

/** A fenced block. */
export interface Block {
  /** Its language. */
  language: string;
  /** The last inline code of the paragraph before it; empty if there is none. */
  named: string;
  /** What it holds, with the last line's end. */
  text: string;
}

/** What a reader who did all of it has. */
export interface Followed {
  /** How each command ended, by the command. */
  ran: Map<string, Ended>;
  /** Paths of the files that the document writes or changes. */
  files: string[];
}

const ROOT = new URL("../../", import.meta.url).pathname;
/** What a reader has of the project, as far as documents use it. */
const PROJECT = ["lib", "experiments", "mod.ts", "deno.json", "deno.lock"];

/** A document of `docs/`. */
export function read(name: string): Promise<string> {
  return Deno.readTextFile(`${ROOT}docs/${name}`);
}

/** The fenced blocks of a document, in order. */
export function blocksOf(markdown: string): Block[] {
  const fences = markdown.matchAll(/(?<before>[^\n]*(?:\n[^\n]+)*)\n\n```(?<language>\w+)\n(?<text>.*?)^```$/gms);
  return [...fences].map(({ groups }) => ({
    language: groups!.language,
    named: [...groups!.before.matchAll(/`([^`]+)`/g)].at(-1)?.[1] ?? "",
    text: groups!.text,
  }));
}

/** Copies the project into a new folder; the caller deletes it. */
export async function copyOfProject(): Promise<string> {
  const folder = await Deno.makeTempDir();
  const from = PROJECT.map((name) => ROOT + name);
  const { success } = await new Deno.Command("cp", { args: ["-r", ...from, folder] }).output();
  assert(success, "the project could not be copied");
  return folder;
}

/**
 * Does what a document says, in a copy of the project: types are checked before the first command runs.
 *
 * @throws if a command fails, prints something else, or a line that is to be changed is not there
 */
export async function follow(markdown: string, folder: string): Promise<Followed> {
  const ran: Followed["ran"] = new Map();
  const files: string[] = [];
  let output = "";
  for (const { language, named, text } of blocksOf(markdown)) {
    if (language === "ts" || language === "json") {
      assert(/^[\w/-]+\.(ts|json)$/.test(named), `no file is named before:\n${text}`);
      await Deno.writeTextFile(`${folder}/${named}`, text, {
        append: files.includes(named),
        createNew: !files.includes(named),
      });
      files.push(named);
    } else if (language === "diff") {
      await change(`${folder}/${named}`, text);
      files.push(named);
    } else if (language === "sh") {
      if (ran.size === 0) await check(folder, files.filter((file) => file.endsWith(".ts")));
      for (const command of text.trim().split("\n")) {
        const ended = await run(folder, command);
        assertEquals(ended.code, 0, `${command}\n${ended.errors}`);
        ran.set(command, ended);
        output = ended.output + ended.errors;
      }
    } else if (language === "text") {
      for (const line of text.trimEnd().split("\n")) assert(output.includes(line), `not printed: ${line}\n\n${output}`);
    } else throw new Error(`nothing is known to do with a block ${language}`);
  }
  return { ran, files: [...new Set(files)] };
}

/** Takes out the lines that begin with "-", each of which must stand there once, and puts those with "+" in their place. */
async function change(path: string, diff: string): Promise<void> {
  const lines = (sign: string) =>
    diff.split("\n").filter((line) => line.startsWith(sign)).map((line) => `${line.slice(1)}\n`).join("");
  const parts = (await Deno.readTextFile(path)).split(lines("-"));
  assertEquals(parts.length, 2, `${path}: not there once:\n${lines("-")}`);
  await Deno.writeTextFile(path, parts.join(lines("+")));
}

async function check(folder: string, files: readonly string[]): Promise<void> {
  if (files.length === 0) return;
  const { code, errors } = await run(folder, ["deno", "check", ...new Set(files)].join(" "));
  assertEquals(code, 0, errors);
}

/** Runs a command line in a shell; `deno` is the one that runs the test. */
async function run(folder: string, command: string): Promise<Ended> {
  const PATH = `${dirname(Deno.execPath())}:${Deno.env.get("PATH")}`;
  return await start(["sh", "-c", command], { PATH }, folder).ended;
}
