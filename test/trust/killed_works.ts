/** Work that may be killed at any moment, each on small data: training, evaluation, gathering results, downloading. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { ResultFile } from "../../lib/results/result.ts";
import { readResult } from "../../lib/results/read.ts";
import { LOG, readLog } from "../../lib/training/log.ts";
import { CHECKPOINT } from "../../lib/training/train.ts";
import { commandOf, start } from "../experiment/child.ts";
import { serveSlowly } from "./slow_server.ts";

/** Work of a process in a folder. */
export interface Work extends AsyncDisposable {
  /** What it is. */
  what: string;
  /** Puts into an empty folder what it begins with. */
  prepare(folder: string): Promise<void>;
  /** The command line that begins it, or goes on with it. */
  command(folder: string): string[];
  /** Whether it has begun: before, there is only a process that starts. */
  begun(folder: string): boolean;
  /** @throws {Error} if the folder, as a kill left it, holds what nobody could read */
  sound(folder: string): Promise<void>;
  /** A digest of what it leaves in the end, without times and the name of the code, which may be edited meanwhile. */
  result(folder: string): Promise<string>;
}

const here = (path: string) => new URL(path, import.meta.url).pathname;
const digest = (...parts: (string | Uint8Array)[]) => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
};
const kept = async () => {};
const free = () => Promise.resolve();

/** A few steps of a small network, killed between its first step and its end. */
export function training(): Work {
  return {
    what: "training",
    prepare: kept,
    command: (directory) =>
      commandOf(here("../training/train_child.ts"), [
        JSON.stringify({ directory, resume: true, recipe: { epochs: 2 } }),
      ]),
    begun: (directory) => readLog(join(directory, LOG)).length > 0,
    sound: kept,
    result: async (directory) => digest(await Deno.readFile(join(directory, CHECKPOINT))),
    [Symbol.asyncDispose]: free,
  };
}

const RUNS = "priors.quick", RESULT = "priors.quick.json";

/** The evaluation of two trained networks, whose scores and figures it writes. */
export async function evaluation(): Promise<Work> {
  const trained = await Deno.makeTempDir();
  const command = (out: string) =>
    commandOf(here("../experiment/small_experiment.ts"), ["--threads", "2", "--resume", "--out", out]);
  const { code, errors } = await start(command(trained)).ended;
  if (code !== 0) throw new Error(errors);
  const runs = (await Array.fromAsync(Deno.readDir(join(trained, RUNS)))).map(({ name }) => name);
  const logs = (out: string) => runs.map((run) => readLog(join(out, RUNS, run, LOG)).length);
  const lines = logs(trained);
  return {
    what: "evaluation",
    async prepare(out) {
      for (const run of runs) {
        await Deno.mkdir(join(out, RUNS, run), { recursive: true });
        for (const name of [CHECKPOINT, LOG]) {
          await Deno.copyFile(join(trained, RUNS, run, name), join(out, RUNS, run, name));
        }
      }
    },
    command,
    begun: (out) => logs(out).some((count, k) => count > lines[k]),
    sound: async (out) => void (await isThere(join(out, RESULT)) && await readResult(join(out, RESULT))),
    async result(out) {
      const file = await readResult(join(out, RESULT));
      const scores = file.cells.map(({ scores_file }) => Deno.readFile(join(out, scores_file)));
      return digest(JSON.stringify(withoutCircumstances(file)), ...await Promise.all(scores));
    },
    [Symbol.asyncDispose]: () => Deno.remove(trained, { recursive: true }),
  };
}

function withoutCircumstances(file: ResultFile): unknown {
  const cells = file.cells.map(({ training, ...cell }) => {
    const { wall_seconds: _seconds, images_per_second: _pace, ...rest } = training;
    return { ...cell, finished: "", code_version: "", training: rest };
  });
  return { ...file, cells };
}

/** Six cells that are added to one result file, each with its scores. */
export function gathering(): Work {
  const result = (folder: string) => join(folder, "cifar10.quick.json");
  return {
    what: "adding to a result file",
    prepare: kept,
    command: (folder) => commandOf(here("gather_child.ts"), [folder]),
    begun: (folder) => isThereSync(join(folder, "scores")),
    sound: async (folder) => void (await isThere(result(folder)) && await readResult(result(folder))),
    result: async (folder) => digest(await Deno.readFile(result(folder))),
    [Symbol.asyncDispose]: free,
  };
}

/** A download from a slow server. */
export function downloading(): Work {
  const content = new Uint8Array(3_000_000).map((_, i) => i * 31 + (i >> 8));
  const server = serveSlowly(content);
  const md5 = createHash("md5").update(content).digest("hex");
  return {
    what: "download",
    prepare: kept,
    command(folder) {
      const file = { url: server.url, path: join(folder, "file.bin"), bytes: content.length, md5, label: "the file" };
      const permissions = ["--allow-read", "--allow-write", "--allow-env", "--allow-sys", "--allow-net=127.0.0.1"];
      return commandOf(here("download_child.ts"), [JSON.stringify(file)], permissions);
    },
    begun: (folder) => isThereSync(join(folder, "file.bin.part")),
    sound: kept,
    result: async (folder) => digest(await Deno.readFile(join(folder, "file.bin"))),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function isThere(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}

function isThereSync(path: string): boolean {
  try {
    return Deno.statSync(path) !== null;
  } catch {
    return false;
  }
}
