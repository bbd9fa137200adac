/**
 * Finds TensorFlow's library, and fetches it where it is not there: the two shared objects that the engine opens.
 *
 * In this order, the quickest and most deliberate first:
 *
 * 1. the folder that `TENSORFLOW_LIB` names;
 * 2. the cache (a few milliseconds: sizes are compared with the stamp that was written last);
 * 3. a TensorFlow that is installed in the user's Python, if its version fits;
 * 4. the wheel, fetched once by the user's pip and unpacked into the cache.
 *
 *     cache/tensorflow-2.21.0/lib/     the libraries and the stamp; renamed into place as a whole
 *     cache/tensorflow-2.21.0/part/    an attempt, under way or interrupted
 */
import { basename, dirname, join, resolve } from "node:path";
import { cacheFolder, cacheHome } from "../files/cache.ts";
import { fileError } from "../files/file_error.ts";
import { waitForLock } from "../files/lock.ts";
import { UserError } from "../files/user_error.ts";
import { installedTensorFlow, pipDownload, PYTHONS } from "./library_python.ts";
import { LIBRARIES, TENSORFLOW, unpackLibraries, WANTED_VERSION, type Wheel } from "./library_wheel.ts";

export { WANTED_VERSION } from "./library_wheel.ts";

/** Where the library was found. */
export interface Library {
  /** The folder that holds `libtensorflow_cc.so.2` and `libtensorflow_framework.so.2`. */
  directory: string;
  /** TensorFlow's version; absent for `TENSORFLOW_LIB`, where only the loaded library can say. */
  version?: string;
  /** How it was found. */
  source: "TENSORFLOW_LIB" | "python" | "cache" | "download";
}

/** What tests replace. */
export interface LibraryOptions {
  /** Value of `TENSORFLOW_LIB`. */
  named?: string;
  /** The wheel to fetch. */
  wheel?: Wheel;
  /** Names of Python. */
  pythons?: string[];
}

/** The stamp in a complete folder: written last, so whoever finds it finds the rest. */
interface Stamp {
  /** SHA-256 of the wheel that the files came from. */
  wheel: string;
  /** Bytes of each file. */
  sizes: Record<string, number>;
}

const STAMP = "complete.json";

/**
 * Finds the library, fetching it on the first call ever.
 *
 * @throws {UserError} one message that says why there is none and the ways to get one
 */
export async function findLibrary(options: LibraryOptions = {}): Promise<Library> {
  const { named = Deno.env.get("TENSORFLOW_LIB"), wheel = TENSORFLOW, pythons = PYTHONS } = options;
  if (named) return { directory: namedLibrary(named), source: "TENSORFLOW_LIB" };
  const folder = `tensorflow-${wheel.version}`;
  const directory = join(cacheHome(), folder, "lib");
  if (isComplete(directory, wheel)) return { directory, version: wheel.version, source: "cache" };
  const installed = await installedTensorFlow(pythons);
  if (installed && versionFits(installed.version)) {
    return { directory: installed.directory, version: installed.version, source: "python" };
  }
  if (installed) {
    console.error(`The TensorFlow of ${installed.python} is ${installed.version}, ${wheel.version} is needed.`);
  }
  try {
    const cache = await cacheFolder(folder);
    await using _lock = await waitForLock(join(cache, "lock"), "The cache of TensorFlow", { onWait: console.error });
    if (isComplete(directory, wheel)) return { directory, version: wheel.version, source: "cache" };
    await fetchLibrary(wheel, cache, directory, pythons);
    return { directory, version: wheel.version, source: "download" };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(
      `TensorFlow ${wheel.version} is not there and could not be fetched. ${error.message} ` +
        `To mend it: run again with a network that pip can use; or pip install ${wheel.name}==${wheel.version}; ` +
        `or set TENSORFLOW_LIB to a folder that holds ${LIBRARIES.join(" and ")}. ` +
        `BACKMIX_HOME moves the cache.`,
      { cause: error.cause },
    );
  }
}

/**
 * Whether the engine can use a TensorFlow of this version: 2.21, any patch release. The C API is stable by intent, but
 * operations, their attributes and the C API's eager part move with the minor version; the binding is tried on this one.
 *
 * @param version such as `2.21.0`
 *
 * @example
 * ```ts
 * import { versionFits } from "./library.ts";
 * versionFits("2.21.1"); // true
 * versionFits("2.22.0"); // false
 * ```
 */
export function versionFits(version: string): boolean {
  const [major, minor] = WANTED_VERSION.split(".");
  return new RegExp(`^${major}\\.${minor}\\.\\d+$`).test(version);
}

/**
 * Sets what TensorFlow reads from the environment while it loads; what the user has set stays.
 *
 * oneDNN's kernels double the speed of a training step on AVX2, where TensorFlow does not choose them by itself; log
 * level 3 keeps all but fatal messages off the terminal.
 */
export function libraryEnvironment(): void {
  for (const [name, value] of [["TF_ENABLE_ONEDNN_OPTS", "1"], ["TF_CPP_MIN_LOG_LEVEL", "3"]]) {
    if (Deno.env.get(name) === undefined) Deno.env.set(name, value);
  }
}

/** The folder that `TENSORFLOW_LIB` means: a folder, or the file `libtensorflow_cc.so.2` in it. */
function namedLibrary(named: string): string {
  const directory = resolve(basename(named).startsWith("libtensorflow_cc") ? dirname(named) : named);
  const missing = LIBRARIES.filter((name) => sizeOf(join(directory, name)) === undefined);
  if (missing.length > 0) {
    throw new UserError(
      `TENSORFLOW_LIB: ${directory} does not hold ${missing.join(" and ")}. Set it to the folder tensorflow/ of an ` +
        `unpacked wheel of ${TENSORFLOW.name} ${WANTED_VERSION} for Linux, or unset it to have the library found.`,
    );
  }
  return directory;
}

/** Fetches and unpacks the wheel; the caller holds the lock. What an interrupted attempt left is removed first. */
async function fetchLibrary(wheel: Wheel, cache: string, directory: string, pythons: string[]): Promise<void> {
  const part = join(cache, "part");
  const fresh = join(part, "lib");
  try {
    remove(part);
    Deno.mkdirSync(fresh, { recursive: true });
    console.error(`Fetching TensorFlow ${wheel.version} into ${cache}, once.`);
    const path = await pipDownload(wheel, part, pythons);
    console.error(`Unpacking ${LIBRARIES.join(" and ")}.`);
    const sizes = await unpackLibraries(path, wheel.libraries, fresh);
    const stamp: Stamp = { wheel: wheel.sha256, sizes };
    Deno.writeTextFileSync(join(fresh, STAMP), JSON.stringify(stamp, null, 2) + "\n");
    remove(directory); // one that is not complete: files were taken out or cut off
    Deno.renameSync(fresh, directory);
  } catch (error) {
    throw fileError(error, "write", cache);
  } finally {
    remove(part);
  }
}

function isComplete(directory: string, wheel: Wheel): boolean {
  try {
    const stamp: Stamp = JSON.parse(Deno.readTextFileSync(join(directory, STAMP)));
    return stamp.wheel === wheel.sha256 &&
      wheel.libraries.map((path) => basename(path)).every((name) =>
        stamp.sizes[name] !== undefined && stamp.sizes[name] === sizeOf(join(directory, name))
      );
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return false; // absent or damaged, which is mended alike
  }
}

function sizeOf(path: string): number | undefined {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return undefined;
  }
}

function remove(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
