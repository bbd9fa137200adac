/**
 * What the user's Python does for us: tell where a TensorFlow is installed, and fetch a wheel with its pip, which
 * honours the index, mirror, proxy and certificates that the user has set. TensorFlow itself is never imported.
 */
import { join } from "node:path";
import { progressBar } from "../files/progress.ts";
import { startProgram } from "../files/start_program.ts";
import { UserError } from "../files/user_error.ts";
import { libraryNames } from "./library_builds.ts";
import type { Wheel } from "./library_wheel.ts";

/** A TensorFlow that is installed in a Python. */
export interface InstalledTensorFlow {
  /** The Python's program, such as `python3`. */
  python: string;
  /** Version of the package. */
  version: string;
  /** The folder that holds the libraries. */
  directory: string;
}

/** A Python that starts. */
export interface PythonFacts {
  /** Its program, such as `python3`. */
  program: string;
  /** Its version. */
  version: string;
  /** Its pip's version; null if it has none. */
  pip: string | null;
}

/** Names that Python goes by. */
export const PYTHONS: string[] = ["python3", "python"];

/** Drops the current folder from Python's search path: a folder there called `tensorflow` or `pip` is not the package. */
const NOT_FROM_HERE = `
import sys
sys.path = [p for p in sys.path if p]
`;

const FIND = NOT_FROM_HERE + `
import importlib.metadata, json, os
for name in ("tensorflow", "tensorflow-cpu"):
    try:
        package = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        continue
    directory = os.path.abspath(str(package.locate_file("tensorflow")))
    if all(os.path.exists(os.path.join(directory, library)) for library in sys.argv[1:]):
        print(json.dumps({"version": package.version, "directory": directory}))
        break
`;

const ABOUT = NOT_FROM_HERE + `
import importlib.metadata, json
try:
    pip = importlib.metadata.version("pip")
except importlib.metadata.PackageNotFoundError:
    pip = None
print(json.dumps({"version": "%d.%d.%d" % sys.version_info[:3], "pip": pip}))
`;

const FREE = NOT_FROM_HERE + `
import json, shutil
print(json.dumps({"free": shutil.disk_usage(sys.argv[1]).free}))
`;

/** pip, which ends itself when standard input does: when we are killed, it goes too and leaves our folder alone. */
const PIP = NOT_FROM_HERE + `
import os, runpy, threading
def watch():
    os.read(0, 1)
    os._exit(1)
watcher = threading.Thread(target=watch)
watcher.daemon = True
watcher.start()
runpy.run_module("pip", run_name="__main__", alter_sys=True)
`;

/**
 * Asks each Python for its TensorFlow.
 *
 * @param pythons programs to ask, in order
 * @returns the first TensorFlow that holds the libraries, whatever its version; undefined if there is none
 */
export async function installedTensorFlow(pythons: string[] = PYTHONS): Promise<InstalledTensorFlow | undefined> {
  for (const python of pythons) {
    const found = await ask(python, FIND, libraryNames());
    if (found) return { python, ...found as Omit<InstalledTensorFlow, "python"> };
  }
}

/**
 * The first Python that starts and has pip, or else the first that starts.
 *
 * @param pythons programs to ask, in order
 * @returns null if none starts
 */
export async function pythonFacts(pythons: string[] = PYTHONS): Promise<PythonFacts | null> {
  const found: PythonFacts[] = [];
  for (const program of pythons) {
    const about = await ask(program, ABOUT, []);
    if (about) found.push({ program, ...about as Omit<PythonFacts, "program"> });
  }
  return found.find(({ pip }) => pip !== null) ?? found[0] ?? null;
}

/**
 * Bytes that are free on the disk of a folder; Deno itself tells them only with one more permission.
 *
 * @param folder an existing one
 * @param pythons programs to ask, in order
 * @returns undefined if no Python says
 */
export async function freeBytes(folder: string, pythons: string[] = PYTHONS): Promise<number | undefined> {
  for (const python of pythons) {
    const answer = await ask(python, FREE, [folder]);
    if (answer) return (answer as { free: number }).free;
  }
}

/**
 * Fetches a wheel with the first Python that has pip, and shows how far it has come.
 *
 * The tags name the wheel in full, so any Python's pip can fetch it, and pip checks the hash.
 *
 * @param wheel the wheel
 * @param folder an existing, empty folder of ours; pip's temporary files lie in it too, for the caller to remove
 * @param pythons programs to try, in order
 * @returns path of the wheel
 * @throws {UserError} a sentence that says what went wrong: no Python, no pip, no network, wrong hash, full disk
 */
export async function pipDownload(wheel: Wheel, folder: string, pythons: string[] = PYTHONS): Promise<string> {
  const requirements = join(folder, "requirements.txt");
  Deno.writeTextFileSync(requirements, `${wheel.name}==${wheel.version} --hash=sha256:${wheel.sha256}\n`);
  const options = {
    "--require-hashes": true,
    "--requirement": requirements,
    "--dest": folder,
    "--no-deps": true,
    "--only-binary": ":all:",
    "--implementation": "cp",
    "--python-version": wheel.python,
    "--abi": wheel.abi,
    "--platform": wheel.platform,
    "--no-cache-dir": true, // the wheel is fetched once; pip would keep a copy, old ones in memory first
    "--no-input": true,
    "--progress-bar": "off", // silent anyway where its output is not a terminal
    "--disable-pip-version-check": true,
  };
  const args = Object.entries(options).flatMap(([name, value]) => value === true ? [name] : [name, String(value)]);
  const faults: string[] = [];
  for (const python of pythons) {
    const pip = start(python, ["-c", PIP, "download", ...args], {
      // where a connection breaks off, pip 25.1 and newer go on from there; older ones do not know the setting
      env: { TMPDIR: folder, PIP_REQUIRE_VIRTUALENV: "0", PIP_RESUME_RETRIES: "10" },
      stdin: "piped",
      stdout: "null",
      stderr: "piped",
    });
    if (!pip) continue;
    const bar = progressBar(`${wheel.name} ${wheel.version}`, wheel.bytes, "bytes");
    let seen = 0; // the copy to the end starts from nothing again
    const watch = setInterval(() => bar.update(seen = Math.max(seen, wheelBytes(folder))), 500);
    const said = await new Response(pip.stderr).text();
    const { success } = await pip.status;
    clearInterval(watch);
    await pip.stdin.close().catch(() => {}); // it is broken where Python ended first
    const file = [...Deno.readDirSync(folder)].find(({ name }) => name.endsWith(".whl"));
    if (success && file) {
      bar.update(wheel.bytes);
      bar.stop();
      return join(folder, file.name);
    }
    bar.stop();
    const why = pipFault(said, python);
    if (!why.mendedByAnotherPython) throw new UserError(why.message, { cause: said });
    faults.push(why.message);
  }
  throw new UserError(faults[0] ?? noneToStart(pythons));
}

/** Why no Python starts, whose pip would fetch it. */
function noneToStart(pythons: readonly string[]): string {
  const refused = pythons.every((command) => Deno.permissions.querySync({ name: "run", command }).state !== "granted");
  if (!refused) return `There is no ${pythons.join(" or ")} to start, whose pip would fetch it.`;
  return `Deno's permissions let no Python start, whose pip would fetch it: give --allow-run=${pythons[0]}.`;
}

/**
 * Why pip failed, in one sentence, from what it wrote to standard error.
 *
 * @param said pip's text
 * @param python the program that ran pip
 */
export function pipFault(said: string, python: string): { message: string; mendedByAnotherPython: boolean } {
  const fault = (message: string, mendedByAnotherPython = false) => ({ message, mendedByAnotherPython });
  if (/No module named '?pip\b|pip is not installed/.test(said)) {
    return fault(`${python} has no pip (${python} -m ensurepip adds it, or the package python3-pip).`, true);
  }
  if (/No space left on device|Disk quota exceeded|Errno (28|122)\b/.test(said)) {
    return fault("The disk is full, or a quota is reached: make room, or choose another place.");
  }
  if (/DO NOT MATCH THE HASHES|HashMismatch/.test(said)) {
    return fault("The wheel that pip got has a wrong SHA-256: a mirror serves another file, or the transfer broke.");
  }
  if (/SSLError|CERTIFICATE_VERIFY_FAILED/.test(said)) {
    return fault("pip does not trust the package index's certificate (set PIP_CERT to your network's certificates).");
  }
  if (/ConnectionError|connection broken|failed to (establish|resolve)|timed out|ProxyError/i.test(said)) {
    return fault("pip could not reach its package index.");
  }
  if (/No matching distribution found|Could not find a version/.test(said)) {
    return fault("pip's package index does not hold this wheel (pip config list says which index that is).");
  }
  const last = said.trim().split("\n").findLast((line) => /error/i.test(line)) ?? said.trim().split("\n").at(-1);
  return fault(`${python}'s pip failed: ${last || "it said nothing"}`, true);
}

/** Runs a script that prints an object as JSON; undefined if it prints none, or Python does not start. */
async function ask(python: string, script: string, args: string[]): Promise<object | undefined> {
  const child = start(python, ["-c", script, ...args], { stdin: "null", stdout: "piped", stderr: "null" });
  const text = child && new TextDecoder().decode((await child.output()).stdout).trim();
  return text?.startsWith("{") ? JSON.parse(text) : undefined;
}

/** Starts a program; undefined if there is none of this name, or it may not be started. */
function start(program: string, args: string[], options: Deno.CommandOptions): Deno.ChildProcess | undefined {
  try {
    return startProgram(program, { args, ...options });
  } catch (error) {
    const { NotFound, PermissionDenied, NotCapable } = Deno.errors;
    if ([NotFound, PermissionDenied, NotCapable].some((kind) => error instanceof kind)) return undefined;
    throw error;
  }
}

/** Size of the growing wheel: pip writes it into a temporary folder of its own and then copies it to the end. */
function wheelBytes(folder: string): number {
  let largest = 0;
  for (const inside of [folder, ...directories(folder)]) {
    try {
      for (const { name } of Deno.readDirSync(inside)) {
        if (name.endsWith(".whl")) largest = Math.max(largest, Deno.statSync(join(inside, name)).size);
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error; // pip has just removed it
    }
  }
  return largest;
}

function directories(folder: string): string[] {
  return [...Deno.readDirSync(folder)].filter((entry) => entry.isDirectory).map(({ name }) => join(folder, name));
}
