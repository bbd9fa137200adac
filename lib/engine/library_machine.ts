/**
 * What the machine is: whether TensorFlow's library can run here, told before it is loaded (it would end the whole
 * process with a signal), and which processor a result was measured on.
 *
 * The demands are those of TensorFlow's wheels: on Linux glibc 2.27 (the tag `manylinux_2_27`), and on x86-64 AVX (the
 * code uses it everywhere, and aborts where it is missing); on macOS one of Apple's own processors.
 *
 * Deno reads nothing under `/proc` without all permissions, and the glibc version in `node:process`'s report is a
 * constant there; both are asked of the C library instead, through the FFI that the engine needs anyway.
 */
import { UserError } from "../files/user_error.ts";
import type { Device } from "./device.ts";
import { buildFor, type Platform } from "./library_builds.ts";

/** What is known of the machine; {@link machineFacts} collects it. */
export interface MachineFacts extends Platform {
  /** Version of glibc, such as `2.36`; absent where the C library is another one (musl). */
  glibc?: string;
  /** Text of `/proc/cpuinfo`, at least its first processor; empty where it cannot be read. */
  cpuinfo: string;
}

/** The processor, as a result file names it. */
export interface Processor {
  /** Its name as the system tells it. */
  model: string;
  /** It has AVX2. */
  avx2: boolean;
  /** It has AVX-512 (Foundation). */
  avx512: boolean;
  /** It multiplies bfloat16 (AVX512_BF16): without it, bfloat16 is ten times slower than float32, not faster. */
  avx512Bf16: boolean;
}

const MIN_GLIBC = "2.27";
/** The first processor's record is two to three thousand bytes long. */
const CPUINFO_BYTES = 16_384;

/** Collects the facts of this machine. Needs the permission to load libraries (`--allow-ffi`). */
export function machineFacts(): MachineFacts {
  const facts = { os: Deno.build.os, arch: Deno.build.arch, cpuinfo: "" };
  if (facts.os !== "linux") return facts;
  let libc;
  try {
    libc = Deno.dlopen("libc.so.6", {
      gnu_get_libc_version: { parameters: [], result: "pointer" },
      open: { parameters: ["buffer", "i32"], result: "i32" },
      read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
      close: { parameters: ["i32"], result: "i32" },
    });
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return facts; // no glibc
  }
  const { gnu_get_libc_version, open, read, close } = libc.symbols;
  const glibc = Deno.UnsafePointerView.getCString(gnu_get_libc_version()!);
  const bytes = new Uint8Array(CPUINFO_BYTES);
  let filled = 0;
  const file = open(new TextEncoder().encode("/proc/cpuinfo\0"), 0); // 0 = O_RDONLY
  if (file >= 0) {
    while (filled < bytes.length) {
      const count = Number(read(file, bytes.subarray(filled), BigInt(bytes.length - filled)));
      if (count <= 0) break;
      filled += count;
    }
    close(file);
  }
  libc.close();
  return { ...facts, glibc, cpuinfo: new TextDecoder().decode(bytes.subarray(0, filled)) };
}

/**
 * Throws if TensorFlow's library cannot run on this machine.
 *
 * A processor whose abilities cannot be read passes.
 *
 * @param facts what is known of the machine
 * @param device what it is to run on
 * @throws {UserError} one sentence that says what is missing and what to do
 *
 * @example
 * ```ts
 * import { checkMachine } from "./library_machine.ts";
 * checkMachine({ os: "linux", arch: "x86_64", glibc: "2.36", cpuinfo: "flags : sse4_2 avx avx2" });
 * ```
 */
export function checkMachine(facts: MachineFacts = machineFacts(), device: Device = "cpu"): void {
  const { os, arch, glibc, cpuinfo } = facts;
  if (buildFor(facts, device) === undefined) throw noBuild(facts, device);
  if (os !== "linux") return;
  if (glibc === undefined) {
    throw new UserError(
      `This Linux has no glibc (libc.so.6; Alpine has musl instead), which TensorFlow's library is built on: ` +
        `use a Debian, Ubuntu or Fedora system or container.`,
    );
  }
  if (isOlder(glibc, MIN_GLIBC)) {
    throw new UserError(
      `This system's C library is glibc ${glibc}; TensorFlow's library needs ${MIN_GLIBC} or newer: ` +
        `use a system from 2018 or later (Ubuntu 18.04, Debian 10, RHEL 8), or such a container.`,
    );
  }
  const flags = flagsOf(cpuinfo);
  if (arch === "x86_64" && flags.size > 0 && !flags.has("avx")) {
    throw new UserError(
      `This processor (${processor(facts).model}) has no AVX, which TensorFlow's library is compiled for: ` +
        `use a processor from 2011 or later; in a virtual machine, pass the host's processor through.`,
    );
  }
}

/** What to tell where TensorFlow has no library for a machine and device. */
export function noBuild({ os, arch }: Platform, device: Device): UserError {
  if (os === "windows") {
    return new UserError(
      "TensorFlow for Windows has no C library: run BackMix Lab in WSL, the Linux in Windows that wsl --install adds.",
    );
  }
  if (device !== "cpu") {
    return new UserError(
      `--device ${device}: this machine is ${os} on ${arch}; TensorFlow's CUDA build is there for linux on x86_64 only: ` +
        `run without --device, on the processor.`,
    );
  }
  return new UserError(
    `This machine is ${os} on ${arch}; TensorFlow's library is there for linux on x86_64 and aarch64, and for macOS on ` +
      `Apple's processors, only: run on such a machine, or in a container for linux.`,
  );
}

/** The processor of this machine, from `/proc/cpuinfo`; what cannot be read there is `unknown` and false. */
export function processor({ cpuinfo }: Pick<MachineFacts, "cpuinfo"> = machineFacts()): Processor {
  const flags = flagsOf(cpuinfo);
  return {
    model: field(cpuinfo, "model name") ?? "unknown",
    avx2: flags.has("avx2"),
    avx512: flags.has("avx512f"),
    avx512Bf16: flags.has("avx512_bf16"),
  };
}

/** What speeds TensorFlow up, under its usual name, by the processor's own word for it. */
const FEATURES: Record<string, string> = {
  avx: "AVX",
  avx2: "AVX2",
  avx512f: "AVX-512",
  avx512_bf16: "AVX512_BF16",
  amx_bf16: "AMX",
  asimd: "NEON",
  sve: "SVE",
  bf16: "BF16",
};

/** What the processor has of what speeds TensorFlow up, and what it has not; both empty where it cannot be read. */
export function features(
  { arch, cpuinfo }: Pick<MachineFacts, "arch" | "cpuinfo">,
): { has: string[]; lacks: string[] } {
  const flags = flagsOf(cpuinfo);
  if (flags.size === 0) return { has: [], lacks: [] };
  const arm = ["asimd", "sve", "bf16"];
  const asked = Object.keys(FEATURES).filter((flag) => arm.includes(flag) === (arch === "aarch64"));
  const named = (has: boolean) => asked.filter((flag) => flags.has(flag) === has).map((flag) => FEATURES[flag]);
  return { has: named(true), lacks: named(false) };
}

/** ARM's processors list theirs as `Features`. */
function flagsOf(cpuinfo: string): Set<string> {
  return new Set((field(cpuinfo, "flags") ?? field(cpuinfo, "Features"))?.split(" "));
}

/** Value of the first line `name : value`. */
function field(cpuinfo: string, name: string): string | undefined {
  return cpuinfo.match(new RegExp(`^${name}\\s*: (.+)$`, "m"))?.[1].trim();
}

/** Compares versions of two numbers, such as 2.9 < 2.27. */
function isOlder(version: string, least: string): boolean {
  const [major, minor] = version.split(".").map(Number);
  const [leastMajor, leastMinor] = least.split(".").map(Number);
  return major < leastMajor || (major === leastMajor && minor < leastMinor);
}
