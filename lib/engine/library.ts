/**
 * Finds TensorFlow's library, and fetches it where it is not there: the two shared objects that the engine opens.
 *
 * In this order, the quickest and most deliberate first:
 *
 * 1. the folder that `TENSORFLOW_LIB` names;
 * 2. the cache;
 * 3. a TensorFlow that is installed in the user's Python, if its version fits;
 * 4. the wheels, fetched once by the user's pip and unpacked into the cache.
 */
import { basename, dirname, join, resolve } from "node:path";
import { UserError } from "../files/user_error.ts";
import type { Device } from "./device.ts";
import { type Build, buildFor, libraryNames, WANTED_VERSION } from "./library_builds.ts";
import { cachedLibrary, fetchLibrary, sizeOf } from "./library_cache.ts";
import { noBuild } from "./library_machine.ts";
import { installedTensorFlow, PYTHONS } from "./library_python.ts";

export { WANTED_VERSION } from "./library_builds.ts";

/** Where the library was found. */
export interface Library {
  /** The folder that holds `libtensorflow_cc` and `libtensorflow_framework`. */
  directory: string;
  /** TensorFlow's version; absent for `TENSORFLOW_LIB`, where only the loaded library can say. */
  version?: string;
  /** How it was found. */
  source: "TENSORFLOW_LIB" | "python" | "cache" | "download";
}

/** What to look for, and what tests replace. */
export interface LibraryOptions {
  /** What it is to run on; default: the processor. */
  device?: Device;
  /** Value of `TENSORFLOW_LIB`. */
  named?: string;
  /** The build to fetch. */
  build?: Build;
  /** Names of Python. */
  pythons?: string[];
}

/**
 * Finds the library, fetching it on the first call ever.
 *
 * @throws {UserError} one message that says why there is none and the ways to get one
 */
export async function findLibrary(options: LibraryOptions = {}): Promise<Library> {
  const { build = buildOf(options), pythons = PYTHONS } = options;
  const present = await presentLibrary({ ...options, build });
  if (present !== undefined) return present;
  try {
    return { ...await fetchLibrary(build, pythons), version: build.version };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(
      `TensorFlow ${build.version} is not there and could not be fetched. ${error.message} ` +
        `To mend it: run again with a network that pip can use; or pip install ${build.requirement}; ` +
        `or set TENSORFLOW_LIB to a folder that holds ${build.libraries.join(" and ")}. ` +
        `BACKMIX_HOME moves the cache.`,
      { cause: error.cause },
    );
  }
}

/**
 * Finds the library where it is there already; fetches nothing.
 *
 * @returns undefined if it is not there
 * @throws {UserError} if `TENSORFLOW_LIB` names a folder without it
 */
export async function presentLibrary(options: LibraryOptions = {}): Promise<Library | undefined> {
  const { named = Deno.env.get("TENSORFLOW_LIB"), device = "cpu", build = buildOf(options), pythons = PYTHONS } =
    options;
  if (named) return { directory: namedLibrary(named), source: "TENSORFLOW_LIB" };
  const cached = cachedLibrary(build);
  if (cached !== undefined) return { directory: cached, version: build.version, source: "cache" };
  const installed = await installedTensorFlow(pythons);
  if (installed === undefined) return undefined;
  const { version, directory, python } = installed;
  if (!versionFits(version)) {
    console.error(`The TensorFlow of ${python} is ${version}, ${build.version} is needed.`);
    return undefined;
  }
  if (device !== "cpu" && !hasCudaBeside(directory)) {
    console.error(`The TensorFlow of ${python} has no CUDA libraries beside it, which ${device} needs.`);
    return undefined;
  }
  return { directory, version, source: "python" };
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
 * level 3 keeps all but fatal messages off the terminal; on a GPU only kernels that repeat to the bit are taken, which on
 * the processor all are.
 */
export function libraryEnvironment(device: Device = "cpu"): void {
  const wanted = [["TF_ENABLE_ONEDNN_OPTS", "1"], ["TF_CPP_MIN_LOG_LEVEL", "3"]];
  if (device !== "cpu") wanted.push(["TF_DETERMINISTIC_OPS", "1"]);
  for (const [name, value] of wanted) {
    if (Deno.env.get(name) === undefined) Deno.env.set(name, value);
  }
}

/** The build for this machine. */
function buildOf({ device = "cpu" }: LibraryOptions): Build {
  const build = buildFor(Deno.build, device);
  if (build === undefined) throw noBuild(Deno.build, device);
  return build;
}

/** The folder that `TENSORFLOW_LIB` means: a folder, or the file `libtensorflow_cc` in it. */
function namedLibrary(named: string): string {
  const directory = resolve(basename(named).startsWith("libtensorflow_cc") ? dirname(named) : named);
  const missing = libraryNames().filter((name) => sizeOf(join(directory, name)) === undefined);
  if (missing.length > 0) {
    const requirement = buildFor()?.requirement ?? `tensorflow==${WANTED_VERSION}`;
    throw new UserError(
      `TENSORFLOW_LIB: ${directory} does not hold ${missing.join(" and ")}. Set it to the folder tensorflow/ of an ` +
        `unpacked wheel of ${requirement} for this system, or unset it to have the library found.`,
    );
  }
  return directory;
}

/** Whether NVIDIA's libraries lie where a TensorFlow in site-packages looks for them. */
function hasCudaBeside(directory: string): boolean {
  return sizeOf(join(directory, "..", "nvidia", "cudnn", "lib")) !== undefined;
}
