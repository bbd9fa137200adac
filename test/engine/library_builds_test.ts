import { assert, assertEquals, assertMatch } from "@std/assert";
import { buildFor, libraryNames, type Platform, wheelBytesOf } from "../../lib/engine/library_builds.ts";

/** File names and sizes as the package index lists them for TensorFlow 2.21.0 and Python 3.11. */
const wheels: [Platform, requirement: string, file: string, bytes: number, libraries: string[]][] = [
  [
    { os: "linux", arch: "x86_64" },
    "tensorflow-cpu==2.21.0",
    "tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl",
    273829956,
    ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"],
  ],
  [
    { os: "linux", arch: "aarch64" },
    "tensorflow==2.21.0",
    "tensorflow-2.21.0-cp311-cp311-manylinux_2_27_aarch64.whl",
    281828020,
    ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"],
  ],
  [
    { os: "darwin", arch: "aarch64" },
    "tensorflow==2.21.0",
    "tensorflow-2.21.0-cp311-cp311-macosx_12_0_arm64.whl",
    223405849,
    ["libtensorflow_cc.2.dylib", "libtensorflow_framework.2.dylib"],
  ],
];
for (const [platform, requirement, file, bytes, libraries] of wheels) {
  Deno.test(`${platform.os} on ${platform.arch} gets its wheel, and the libraries by their names there`, () => {
    const build = buildFor(platform)!;
    const [{ name, version, abi, platform: tag, files }] = build.wheels;
    assertEquals(`${name.replaceAll("-", "_")}-${version}-${abi}-${abi}-${tag}.whl`, file);
    assertEquals([wheelBytesOf(build), build.requirement, build.libraries], [bytes, requirement, libraries]);
    assertEquals(files, libraries.map((library) => `tensorflow/${library}`));
    assertEquals(libraryNames(platform.os), libraries);
  });
}

Deno.test("Windows, macOS on Intel's processors and other systems have no build", () => {
  for (const [os, arch] of [["windows", "x86_64"], ["darwin", "x86_64"], ["freebsd", "x86_64"], ["linux", "riscv64"]]) {
    assertEquals(buildFor({ os, arch }), undefined);
  }
});

Deno.test("the CUDA build is for Linux on x86-64 only", () => {
  assertEquals(buildFor({ os: "linux", arch: "aarch64" }, "gpu:0"), undefined);
  assertEquals(buildFor({ os: "darwin", arch: "aarch64" }, "gpu:0"), undefined);
});

Deno.test("the CUDA build is TensorFlow and the twelve wheels that its extra and-cuda names, 3.4 GB to fetch", () => {
  const build = buildFor({ os: "linux", arch: "x86_64" }, "gpu:0")!;
  assertEquals(build.wheels.map(({ name, version }) => `${name} ${version}`), [
    "tensorflow 2.21.0",
    "nvidia-cublas-cu12 12.9.3.13",
    "nvidia-cuda-cupti-cu12 12.9.79",
    "nvidia-cuda-nvcc-cu12 12.9.86",
    "nvidia-cuda-nvrtc-cu12 12.9.86",
    "nvidia-cuda-runtime-cu12 12.9.79",
    "nvidia-cudnn-cu12 9.28.0.42",
    "nvidia-cufft-cu12 11.4.1.4",
    "nvidia-curand-cu12 10.3.10.19",
    "nvidia-cusolver-cu12 11.7.5.82",
    "nvidia-cusparse-cu12 12.5.10.65",
    "nvidia-nccl-cu12 2.32.3",
    "nvidia-nvjitlink-cu12 12.9.86",
  ]);
  assertEquals((wheelBytesOf(build) / 1e9).toFixed(2), "3.38");
  assertEquals(build.requirement, "tensorflow[and-cuda]==2.21.0");
  assertEquals(new Set(build.wheels.map(({ sha256 }) => sha256)).size, 13);
  for (const { sha256, abi, name } of build.wheels) {
    assertMatch(sha256, /^[0-9a-f]{64}$/);
    assert(name === "tensorflow" || abi === "none", name);
  }
});

Deno.test("each build has a folder of its own in the cache, and one wheel's stays where it was", () => {
  const linux = { os: "linux", arch: "x86_64" };
  assertEquals([buildFor(linux)!.folder, buildFor(linux)!.directory], ["tensorflow-2.21.0", ""]);
  assertEquals([buildFor(linux, "gpu:1")!.folder, buildFor(linux, "gpu:1")!.directory], [
    "tensorflow-2.21.0-cuda",
    "tensorflow",
  ]);
});
