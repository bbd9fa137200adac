/** The `Dockerfile` as tests read it, and its steps done by hand where no Docker is. */
import { assert, assertEquals } from "@std/assert";
import { type Ended, start } from "../experiment/child.ts";

/** A line of it. */
export interface Instruction {
  /** Such as `RUN`. */
  name: string;
  /** What stands behind. */
  text: string;
}

/** What its steps left. */
export interface ByHand {
  /** The environment of a container. */
  env: Record<string, string>;
  /** What a container runs, but for the arguments. */
  entrypoint: string[];
  /** The program's folder. */
  program: string;
}

const ROOT = new URL("../../", import.meta.url).pathname;

/** What would change the machine, not the folder; a machine that tests has git. */
const OF_THE_SYSTEM = /^(apt-get|git config --system) /;

/** The rest of the environment stays while it is built: it may name a proxy, a mirror, certificates. */
const NOTHING_FOUND_ELSEWHERE = { BACKMIX_HOME: "", XDG_CACHE_HOME: "", TENSORFLOW_LIB: "" };

/** The lines of the Dockerfile, in order. */
export async function instructions(): Promise<Instruction[]> {
  const lines = (await Deno.readTextFile(`${ROOT}Dockerfile`)).split("\n").filter((line) => /^[^#\s]/.test(line));
  return lines.map((line) => {
    const [, name, text] = line.match(/^([A-Z]+) (.+)$/)!;
    return { name, text };
  });
}

/** Values of what `docker build --build-arg` may change. */
export function buildArguments(lines: readonly Instruction[]): Record<string, string> {
  const pairs = lines.filter(({ name }) => name === "ARG").map(({ text }) =>
    text.match(/^(\w+)="?([^"]*)"?$/)!.slice(1)
  );
  return Object.fromEntries(pairs);
}

/**
 * Does the steps in an empty folder, which stands for the image's root: a venv for its Python, an empty home, the committed
 * files for those of the folder that is built from.
 *
 * @throws if a step fails
 */
export async function doByHand(folder: string): Promise<ByHand> {
  const lines = await instructions();
  const inFolder = (text: string) => text.replaceAll(/(?<![\w.])\/(?=(opt|tmp)\/)/g, `${folder}/`);
  const env: Record<string, string> = {
    ...buildArguments(lines),
    HOME: `${folder}/home`,
    PATH: `${folder}/venv/bin:/usr/bin:/bin`,
    NO_COLOR: "1",
  };
  for (const name of ["home", "tmp", "opt"]) await Deno.mkdir(`${folder}/${name}`);
  await succeeds(["python3", "-m", "venv", `${folder}/venv`]);
  let program = folder;
  let entrypoint: string[] = [];
  for (const { name, text } of lines) {
    if (name === "ENV") env[text.split("=")[0]] = inFolder(text.split("=")[1]);
    if (name === "WORKDIR") program = inFolder(text);
    if (name === "COPY") {
      assertEquals(text, ". .");
      await succeeds(["git", "clone", "--quiet", ROOT, program]);
    }
    if (name === "RUN" && !OF_THE_SYSTEM.test(text)) {
      await succeeds(["sh", "-c", inFolder(text)], { ...NOTHING_FOUND_ELSEWHERE, ...env }, program);
    }
    if (name === "ENTRYPOINT") entrypoint = JSON.parse(inFolder(text));
  }
  return { env, entrypoint, program };
}

/** Runs a command. */
export async function succeeds(
  command: readonly string[],
  env: Record<string, string> = {},
  cwd?: string,
): Promise<Ended> {
  console.log(command.join(" "));
  const ended = await start(command, env, cwd).ended;
  assert(ended.code === 0, `${command.join(" ")}\n${ended.output}${ended.errors}`);
  return ended;
}
