/** What the doctor makes of what it saw: a line for each thing, and what is missing with the one command that repairs it. */
import { type DoctorFacts, Fault } from "./doctor_facts.ts";
import { buildFor, wheelBytesOf } from "./library_builds.ts";
import { features, processor } from "./library_machine.ts";

/** What keeps TensorFlow from running. */
export interface Missing {
  /** What is missing, in a sentence or two. */
  what: string;
  /** The command that repairs it; absent where none can. */
  command?: string;
}

/**
 * What is missing, the first thing first: what comes behind it may be there or not.
 *
 * @returns null if TensorFlow runs
 */
export function missing(facts: DoctorFacts): Missing | null {
  const { machine, unfit, python, cache, named, library, computed } = facts;
  const faults = [machine, facts.memory, python, cache, named, library, computed].filter((f) => f instanceof Fault);
  const forbidden = faults.find(({ permission }) => permission);
  if (forbidden) return { what: `Deno's permissions: ${forbidden.message}`, command: "deno task doctor" };
  if (unfit) return { what: unfit.message, ...(runsOn("windows", facts) && { command: "wsl --install" }) };
  if (library instanceof Fault && named) return { what: library.message, command: "unset TENSORFLOW_LIB" };
  if (library instanceof Fault) return { what: library.message, command: "export BACKMIX_HOME=DIR" };
  if (library === null) {
    const what = "TensorFlow's library is not there yet";
    if (cache instanceof Fault) return { what: `${what}, and ${cache.message}`, command: "export BACKMIX_HOME=DIR" };
    if (python === null || python instanceof Fault) {
      return { what: `${what}, and no Python, whose pip would fetch it.`, command: installPip(facts) };
    }
    if (python.pip === null) {
      return { what: `${what}, and ${python.program} has no pip to fetch it.`, command: installPip(facts) };
    }
    return {
      what: `${what} (${megabytes("cpu")}, fetched once by the first task that needs it).`,
      command: "deno task demo",
    };
  }
  if (!(computed instanceof Fault)) return null;
  const what = `TensorFlow does not run: ${computed.message}`;
  if (/lib(stdc\+\+|gcc_s)\S*: cannot open/.test(computed.message)) {
    return { what, command: "apt install libstdc++6 libgcc-s1" };
  }
  const commands = {
    TENSORFLOW_LIB: "unset TENSORFLOW_LIB",
    python: `python3 -m pip install --force-reinstall ${buildFor()?.requirement}`,
    cache: "deno task cache --clear",
    download: "deno task cache --clear",
  };
  return { what, command: commands[library.source] };
}

/** The report: aligned lines, and the verdict. */
export function doctorText(facts: DoctorFacts): string {
  const rows = rowsOf(facts);
  const width = Math.max(...rows.map(([name]) => name.length)) + 2;
  const found = missing(facts);
  const verdict = found === null
    ? ["TensorFlow runs: nothing is missing."]
    : [`Missing: ${found.what}`, ...(found.command ? [`Repair:  ${found.command}`] : [])];
  return [...rows.map(([name, text]) => name.padEnd(width) + text), "", ...verdict].join("\n");
}

function rowsOf(facts: DoctorFacts): [string, string][] {
  const { machine, cores, memory, python, cache, library, computed, onednn, driver, cuda } = facts;
  const or = <T>(fact: T | Fault, text: (fact: T) => string): string =>
    fact instanceof Fault ? `not known: ${fact.message}` : text(fact);
  return [
    ["System", or(machine, ({ os, arch, glibc }) => `${os} on ${arch}${glibc ? `, glibc ${glibc}` : ""}`)],
    ["Processor", `${or(machine, processorText)}, ${cores} cores`],
    ["Memory", or(memory, (gib) => `${gib.toFixed(0)} GiB`)],
    ["Deno", facts.deno],
    [
      "Python",
      or(python, (found) => {
        if (found === null) return "none";
        return `${found.version} (${found.program}), ${found.pip === null ? "without pip" : `pip ${found.pip}`}`;
      }),
    ],
    ["Cache", cache instanceof Fault ? cache.message : `${cache}, can be written`],
    ["Library", or(library, (found) => found === null ? "none" : `${found.directory} (from ${found.source})`)],
    [
      "TensorFlow",
      or(computed, (found) => {
        return found === null ? "not loaded" : `${found.version} loads and computes, ${found.threads} threads`;
      }),
    ],
    ["oneDNN", or(onednn, (value) => value === undefined ? "on" : `TF_ENABLE_ONEDNN_OPTS=${value}`)],
    [
      "GPU",
      or(driver, (found) => {
        if (found === null) return "no NVIDIA driver (libcuda.so.1)";
        const names = found.gpus.map((name, i) => `gpu:${i} ${name}`).join(", ") || "none";
        return `${names}; driver for CUDA up to ${found.cuda}`;
      }),
    ],
    [
      "CUDA build",
      or(cuda, (found) => {
        if (found === undefined) return "none for this machine";
        return found ?? `not there; --device gpu:0 fetches it once (${megabytes("gpu:0")})`;
      }),
    ],
  ];
}

function processorText(machine: Exclude<DoctorFacts["machine"], Fault>): string {
  const { has, lacks } = features(machine);
  const words = [has.join(", "), lacks.length > 0 ? `no ${lacks.join(", no ")}` : ""].filter((text) => text !== "");
  return [processor(machine).model, ...words].join(", ");
}

function runsOn(os: string, { machine }: DoctorFacts): boolean {
  return !(machine instanceof Fault) && machine.os === os;
}

/** How pip comes onto this system; undefined where that is not known. */
function installPip(facts: DoctorFacts): string | undefined {
  if (runsOn("darwin", facts)) return "xcode-select --install";
  const names = [...facts.release.matchAll(/^ID(?:_LIKE)?=(.*)$/gm)];
  const ids = names.flatMap(([, value]) => value.replaceAll('"', "").split(" "));
  if (ids.includes("debian")) return "apt install python3-pip";
  if (ids.includes("fedora") || ids.includes("rhel")) return "dnf install python3-pip";
  if (ids.includes("arch")) return "pacman -S python-pip";
}

function megabytes(device: "cpu" | "gpu:0"): string {
  const build = buildFor(undefined, device);
  return build ? `${(wheelBytesOf(build) / 1e6).toFixed(0)} MB` : "";
}
