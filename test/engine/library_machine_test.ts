import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import {
  checkMachine,
  features,
  type MachineFacts,
  machineFacts,
  processor,
} from "../../lib/engine/library_machine.ts";
import { UserError } from "../../lib/files/user_error.ts";

/** From `/proc/cpuinfo` of an AMD EPYC 9004 (Zen 4), shortened. */
const ZEN4 = `processor\t: 0
vendor_id\t: AuthenticAMD
model name\t: AMD EPYC 9R14
flags\t\t: fpu sse4_2 fma avx f16c avx2 bmi2 avx512f avx512dq avx512bw avx512_bf16 avx512vbmi

processor\t: 1
model name\t: another
flags\t\t: fpu
`;
/** From `/proc/cpuinfo` of an AWS Graviton3 (Neoverse V1), shortened. */
const GRAVITON = "processor\t: 0\nFeatures\t: fp asimd aes crc32 sve bf16 i8mm\nCPU part\t: 0xd40\n";
const good: MachineFacts = { os: "linux", arch: "x86_64", glibc: "2.36", cpuinfo: ZEN4 };

const refused: [string, Partial<MachineFacts>, RegExp][] = [
  ["another operating system", { os: "freebsd" }, /freebsd on x86_64/],
  ["another architecture", { arch: "riscv64" }, /linux on riscv64/],
  ["macOS on Intel's processors", { os: "darwin" }, /darwin on x86_64/],
  ["Windows", { os: "windows" }, /WSL/],
  ["Linux on ARM without glibc", { arch: "aarch64", glibc: undefined }, /no glibc/],
  ["a system without glibc", { glibc: undefined }, /no glibc/],
  ["glibc 2.26", { glibc: "2.26" }, /glibc 2\.26; .* needs 2\.27/],
  ["glibc 2.9, which is older than 2.27", { glibc: "2.9" }, /glibc 2\.9/],
  ["a processor without AVX", { cpuinfo: ZEN4.replaceAll(/ avx\S*/g, "") }, /AMD EPYC 9R14\) has no AVX/],
];
for (const [what, facts, message] of refused) {
  Deno.test(`${what} is refused with one plain message that says what to do`, () => {
    const error = assertThrows(() => checkMachine({ ...good, ...facts }), UserError);
    assertMatch(error.message, message);
    assertMatch(error.message, /: (run|use) .*\.$/);
    assertEquals(error.message.includes("\n"), false);
  });
}

Deno.test("a GPU is refused where TensorFlow has no CUDA build, before any driver is looked for", () => {
  const mac: MachineFacts = { os: "darwin", arch: "aarch64", cpuinfo: "" };
  const { message } = assertThrows(() => checkMachine(mac, "gpu:0"), UserError);
  assertMatch(message, /--device gpu:0: this machine is darwin on aarch64; .* run without --device/);
  checkMachine(good, "gpu:0");
});

Deno.test("macOS on Apple's processors, and Linux on ARM, are accepted without AVX", () => {
  checkMachine({ os: "darwin", arch: "aarch64", cpuinfo: "" });
  checkMachine({ os: "linux", arch: "aarch64", glibc: "2.36", cpuinfo: GRAVITON });
});

Deno.test("what speeds TensorFlow up is told by its usual name, for x86-64 and ARM", () => {
  assertEquals(features(good), { has: ["AVX", "AVX2", "AVX-512", "AVX512_BF16"], lacks: ["AMX"] });
  assertEquals(features({ arch: "aarch64", cpuinfo: GRAVITON }), { has: ["NEON", "SVE", "BF16"], lacks: [] });
  assertEquals(features({ arch: "x86_64", cpuinfo: "" }), { has: [], lacks: [] });
});

Deno.test("a machine that has all, or whose processor cannot be read, is accepted", () => {
  for (const facts of [{}, { cpuinfo: "" }, { glibc: "2.27" }, { glibc: "3.0" }]) checkMachine({ ...good, ...facts });
});

Deno.test("the processor is read from the first record of /proc/cpuinfo", () => {
  assertEquals(processor(good), { model: "AMD EPYC 9R14", avx2: true, avx512: true, avx512Bf16: true });
  const haswell = { cpuinfo: "model name : Intel(R) Core(TM) i7-4770\nflags : sse4_2 avx avx2\n" };
  assertEquals(processor(haswell), {
    model: "Intel(R) Core(TM) i7-4770",
    avx2: true,
    avx512: false,
    avx512Bf16: false,
  });
  assertEquals(processor({ cpuinfo: "" }), { model: "unknown", avx2: false, avx512: false, avx512Bf16: false });
});

Deno.test("the facts of this machine are read, the C library's version as the system itself tells it", async () => {
  const facts = machineFacts();
  assertEquals([facts.os, facts.arch], [Deno.build.os, Deno.build.arch]);
  const python = "import os; print(os.confstr('CS_GNU_LIBC_VERSION').split()[1])";
  const { stdout } = await new Deno.Command("python3", { args: ["-c", python] }).output();
  assertEquals(facts.glibc, new TextDecoder().decode(stdout).trim());
  assertMatch(facts.cpuinfo, /^model name\s*:/m);
});
