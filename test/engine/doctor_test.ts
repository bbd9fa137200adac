import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { doctorText, missing } from "../../lib/engine/doctor.ts";
import { type DoctorFacts, Fault } from "../../lib/engine/doctor_facts.ts";
import { findLibrary } from "../../lib/engine/library.ts";
import { checkMachine, type MachineFacts } from "../../lib/engine/library_machine.ts";
import { newFolder } from "./fake_wheel.ts";

const machine: MachineFacts = {
  os: "linux",
  arch: "x86_64",
  glibc: "2.36",
  cpuinfo: "model name : AMD EPYC 9R14\nflags : avx avx2 avx512f avx512_bf16\n",
};
const library = { directory: "/cache/lib", version: "2.21.0", source: "cache" } as const;
/** A machine on which all is there. */
const well: DoctorFacts = {
  machine,
  unfit: null,
  cores: 4,
  memory: 15.6,
  deno: "2.9.6",
  python: { program: "python3", version: "3.11.7", pip: "23.2.1" },
  cache: "/cache",
  named: undefined,
  library,
  computed: { version: "2.21.0", threads: 4 },
  onednn: undefined,
  driver: null,
  cuda: null,
  release: 'ID=ubuntu\nID_LIKE="debian"\n',
};

Deno.test("where all is there, each thing stands on an aligned line, and nothing is missing", () => {
  assertEquals(
    doctorText({ ...well, driver: { cuda: "12.4", gpus: ["NVIDIA H200"] } }),
    `System      linux on x86_64, glibc 2.36
Processor   AMD EPYC 9R14, AVX, AVX2, AVX-512, AVX512_BF16, no AMX, 4 cores
Memory      16 GiB
Deno        2.9.6
Python      3.11.7 (python3), pip 23.2.1
Cache       /cache, can be written
Library     /cache/lib (from cache)
TensorFlow  2.21.0 loads and computes, 4 threads
oneDNN      on
GPU         gpu:0 NVIDIA H200; driver for CUDA up to 12.4
CUDA build  not there; --device gpu:0 fetches it once (3380 MB)

TensorFlow runs: nothing is missing.`,
  );
  assertEquals(missing(well), null);
});

const none = { library: null, computed: null };
const ill: [what: string, facts: Partial<DoctorFacts>, said: RegExp, command: string | undefined][] = [
  ["no library yet", none, /not there yet \(274 MB/, "deno task demo"],
  ["no library and no Python", { ...none, python: null }, /no Python/, "apt install python3-pip"],
  [
    "no library and no pip on Fedora",
    { ...none, python: { program: "python3", version: "3.12.1", pip: null }, release: "ID=fedora\n" },
    /python3 has no pip/,
    "dnf install python3-pip",
  ],
  [
    "no library and no Python on macOS",
    { ...none, python: null, machine: { os: "darwin", arch: "aarch64", cpuinfo: "" }, release: "" },
    /no Python/,
    "xcode-select --install",
  ],
  ["no library and no Python on an unknown Linux", { ...none, python: null, release: "ID=nixos" }, /Python/, undefined],
  [
    "a cache that cannot be written",
    { ...none, cache: new Fault("/cache: cannot write: the file system is read-only.") },
    /not there yet, and \/cache: cannot write/,
    "export BACKMIX_HOME=DIR",
  ],
  [
    "a TENSORFLOW_LIB that names nothing",
    { library: new Fault("TENSORFLOW_LIB: /x does not hold it."), named: "/x", computed: null },
    /TENSORFLOW_LIB: \/x/,
    "unset TENSORFLOW_LIB",
  ],
  [
    "a damaged library in the cache",
    { computed: new Fault("invalid ELF header") },
    /does not run: invalid ELF/,
    "deno task cache --clear",
  ],
  [
    "a damaged library in Python",
    { computed: new Fault("invalid ELF header"), library: { ...library, source: "python" } },
    /does not run/,
    "python3 -m pip install --force-reinstall tensorflow-cpu==2.21.0",
  ],
  [
    "a system without C++'s library",
    { computed: new Fault("libstdc++.so.6: cannot open shared object file") },
    /libstdc/,
    "apt install libstdc++6 libgcc-s1",
  ],
  [
    "a missing permission",
    { memory: new Fault("needs sys", true), ...none },
    /permissions: needs sys/,
    "deno task doctor",
  ],
];
for (const [what, facts, said, command] of ill) {
  Deno.test(`${what} is told, with the one command that repairs it`, () => {
    const found = missing({ ...well, ...facts })!;
    assertMatch(found.what, said);
    assertEquals(found.command, command);
    assertMatch(doctorText({ ...well, ...facts }), /\n\nMissing: [^\n]+(\nRepair: {2}[^\n]+)?$/);
  });
}

Deno.test("a machine that TensorFlow's library is not for is told so; on Windows the command adds WSL", () => {
  for (const [os, command] of [["windows", "wsl --install"], ["freebsd", undefined]] as const) {
    const facts = { ...well, ...none, machine: { ...machine, os }, unfit: unfitness({ ...machine, os }) };
    assertEquals(missing(facts)!.command, command);
  }
});

function unfitness(machine: MachineFacts): Fault | null {
  try {
    checkMachine(machine);
    return null;
  } catch (error) {
    return new Fault((error as Error).message);
  }
}

const PERMISSIONS = ["ffi", "run", "sys", "read", "write", "env"].map((name) => `--allow-${name}`);

/** Runs the doctor in a process of its own. */
async function doctor(env: Record<string, string>, permissions = PERMISSIONS, args: string[] = []) {
  const here = (path: string) => new URL(path, import.meta.url).pathname;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--no-prompt", `--config=${here("../../deno.json")}`, ...permissions]
      .concat(here("../../lib/engine/doctor_task.ts"), args),
    env: { TENSORFLOW_LIB: "", NO_COLOR: "1", DEBUG: "", ...env },
  }).output();
  const text = new TextDecoder();
  const output = text.decode(stdout), errors = text.decode(stderr);
  assertEquals(/\n\s+at /.test(output + errors), false, `a stack trace:\n${output}${errors}`);
  return { code, output, errors };
}

Deno.test("the doctor finds this machine's TensorFlow and sees it compute", async () => {
  await findLibrary(); // the doctor itself fetches nothing
  const { code, output } = await doctor({});
  assertMatch(output, /^TensorFlow +2\.21\.\d+ loads and computes, \d+ threads$/m);
  assertEquals(code, 0, output);
});

Deno.test("on a machine without Python and library the doctor says so, fetches nothing, and ends with 1", async () => {
  const home = await newFolder();
  const { code, output, errors } = await doctor({ BACKMIX_HOME: home, PATH: "/nowhere" });
  assertEquals([code, errors], [1, ""]);
  assertMatch(output, /^Python +none$/m);
  assertMatch(output, /^Library +none$/m);
  assertMatch(output, /^Missing: TensorFlow's library is not there yet, and no Python/m);
  assertEquals([...Deno.readDirSync(home)], []);
});

Deno.test("a cache that is no folder, and a home that is not set, are told and not thrown", async () => {
  const file = join(await newFolder(), "file");
  await Deno.writeTextFile(file, "");
  const { code, output } = await doctor({ BACKMIX_HOME: join(file, "cache"), PATH: "/nowhere" });
  assertEquals(code, 1);
  assertMatch(output, /^Cache +.*file\/cache: cannot write: .*a file, not a folder/m);
  const homeless = await doctor({ BACKMIX_HOME: "", XDG_CACHE_HOME: "", HOME: "", PATH: "/nowhere" });
  assertMatch(homeless.output, /^Cache +There is no place for the cache: HOME is not set/m);
  assertMatch(homeless.output, /^Repair: {2}export BACKMIX_HOME=DIR$/m);
});

Deno.test("a TENSORFLOW_LIB that cannot be loaded is told with what the linker says", async () => {
  const directory = await newFolder();
  for (const name of ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"]) {
    await Deno.writeTextFile(join(directory, name), "not a library");
  }
  const { code, output } = await doctor({ TENSORFLOW_LIB: directory });
  assertEquals(code, 1);
  assertMatch(output, /^Missing: TensorFlow does not run: .*cannot be loaded/m);
  assertMatch(output, /^Repair: {2}unset TENSORFLOW_LIB$/m);
});

Deno.test("without any permission the doctor says what it may not do", async () => {
  const { code, output } = await doctor({}, []);
  assertEquals(code, 1);
  assertMatch(output, /^Missing: Deno's permissions: .*--allow-ffi/m);
  assertMatch(output, /^Repair: {2}deno task doctor$/m);
});

Deno.test("--help says what the doctor does", async () => {
  assertMatch((await doctor({}, [], ["--help"])).output, /one command that repairs it.*Exit code 0/s);
});
