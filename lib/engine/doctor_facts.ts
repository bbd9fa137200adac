/**
 * What the doctor looks at. Each look may fail on its own, on a machine that has nothing or allows nothing, and is then a
 * {@linkcode Fault}; nothing is fetched, and what is written to try the cache goes at once.
 */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheHome } from "../files/cache.ts";
import { fileError } from "../files/file_error.ts";
import { UserError } from "../files/user_error.ts";
import { buildFor } from "./library_builds.ts";
import { cachedLibrary } from "./library_cache.ts";
import { type Library, presentLibrary } from "./library.ts";
import { checkMachine, type MachineFacts, machineFacts } from "./library_machine.ts";
import { type PythonFacts, pythonFacts } from "./library_python.ts";
import { type NvidiaDriver, nvidiaDriver } from "./nvidia.ts";

/** Why something could not be looked at, or is not as it must be. */
export class Fault {
  /**
   * @param message one sentence
   * @param permission whether only Deno's permissions stand in the way
   */
  constructor(readonly message: string, readonly permission: boolean = false) {}
}

/** What the engine's process said. */
export interface Computed {
  /** TensorFlow's version. */
  version: string;
  /** Threads of an operation. */
  threads: number;
}

/** All that the doctor knows. */
export interface DoctorFacts {
  /** The machine. */
  machine: MachineFacts | Fault;
  /** Why TensorFlow's library cannot run on it; null if it can. */
  unfit: Fault | null;
  /** Processors that the system shows. */
  cores: number;
  /** Memory in GiB. */
  memory: number | Fault;
  /** Version of Deno. */
  deno: string;
  /** The user's Python; null if there is none. */
  python: PythonFacts | Fault | null;
  /** Where the cache lies, if it can be written. */
  cache: string | Fault;
  /** Value of `TENSORFLOW_LIB`. */
  named: string | Fault | undefined;
  /** The library that a task would use; null if it would have to be fetched. */
  library: Library | Fault | null;
  /** What came of loading it and adding 1 and 2 in a process of its own; null if there is none to load. */
  computed: Computed | Fault | null;
  /** Value of `TF_ENABLE_ONEDNN_OPTS`. */
  onednn: string | Fault | undefined;
  /** NVIDIA's driver; null if there is none. */
  driver: NvidiaDriver | Fault | null;
  /** Where the CUDA build lies in the cache; null if it does not, undefined if there is none for this machine. */
  cuda: string | Fault | null | undefined;
  /** Text of `/etc/os-release`; empty where there is none. */
  release: string;
}

/** Looks at this machine. */
export async function doctorFacts(): Promise<DoctorFacts> {
  const machine = await attempt(machineFacts);
  const unfit = machine instanceof Fault ? null : await attempt(() => checkMachine(machine)) ?? null;
  const named = await attempt(() => Deno.env.get("TENSORFLOW_LIB"));
  const library = unfit ? null : await attempt(async () => await presentLibrary() ?? null);
  return {
    machine,
    unfit,
    cores: navigator.hardwareConcurrency,
    memory: await attempt(() => Deno.systemMemoryInfo().total / 2 ** 30),
    deno: Deno.version.deno,
    python: await attempt(pythonFacts),
    cache: await attempt(writableCache),
    named,
    library,
    computed: library === null || library instanceof Fault ? null : await attempt(compute),
    onednn: await attempt(() => Deno.env.get("TF_ENABLE_ONEDNN_OPTS")),
    driver: await attempt(nvidiaDriver),
    cuda: await attempt(() => {
      const build = buildFor(Deno.build, "gpu:0");
      return build && (cachedLibrary(build) ?? null);
    }),
    release: await Deno.readTextFile("/etc/os-release").catch(() => ""),
  };
}

async function attempt<T>(look: () => T | Promise<T>): Promise<T | Fault> {
  try {
    return await look();
  } catch (error) {
    const { message } = error instanceof Error ? error : new Error(String(error));
    return new Fault(message.split("\n")[0], error instanceof Deno.errors.NotCapable);
  }
}

/** The cache's folder, after a file was made there or, where it does not exist yet, in the nearest folder above. */
function writableCache(): string {
  const home = cacheHome();
  let nearest = home;
  while (!exists(nearest)) nearest = dirname(nearest);
  try {
    Deno.removeSync(Deno.makeTempFileSync({ dir: nearest, prefix: ".backmix-doctor-" }));
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    throw fileError(error, "write", home);
  }
  return home;
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) return false;
    throw error;
  }
}

/** Loads the library in a process of its own: one that is damaged ends a process by a signal. */
async function compute(): Promise<Computed> {
  const probe = fileURLToPath(new URL("./doctor_probe.ts", import.meta.url));
  const permissions = ["ffi", "read", "env", "run"].map((name) => `--allow-${name}`);
  const { stdout, signal, code } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--no-prompt", ...permissions, probe],
    stdin: "null",
    stderr: "null",
  }).output();
  const said = new TextDecoder().decode(stdout).trim().split("\n").at(-1)!;
  if (!said.startsWith("{")) {
    throw new UserError(
      `the process that loaded it ended by ${signal ?? `exit code ${code}`}: the library is damaged, or not for this ` +
        "processor.",
    );
  }
  const answer: Computed | { fault: string } = JSON.parse(said);
  if ("fault" in answer) throw new UserError(answer.fault);
  return answer;
}
