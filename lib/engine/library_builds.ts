/**
 * Which wheels hold TensorFlow for a machine: Linux on x86-64 and ARM, macOS on Apple's processors, and the CUDA build for
 * NVIDIA's GPUs with the wheels that its extra `and-cuda` names. Windows' wheel holds no C library.
 *
 * Sizes and SHA-256 are the package index's. The Python that a wheel is for does not matter: no Python loads it.
 */
import type { Device } from "./device.ts";
import type { Wheel } from "./library_wheel.ts";

/** A machine, as far as it decides which wheel fits. */
export interface Platform {
  /** Operating system as Deno names it, such as `linux`. */
  os: string;
  /** Architecture as Deno names it, such as `x86_64`. */
  arch: string;
}

/** TensorFlow for one kind of machine. */
export interface Build {
  /** Its folder in the cache. */
  folder: string;
  /** TensorFlow's version. */
  version: string;
  /** What pip would be asked to install instead. */
  requirement: string;
  /** What is fetched; TensorFlow's own wheel first. */
  wheels: Wheel[];
  /** Names of the two libraries. */
  libraries: string[];
  /** Where they lie, below the folder that the wheels are unpacked into; "" for directly in it. */
  directory: string;
}

/** The version of TensorFlow that the engine is written against. */
export const WANTED_VERSION = "2.21.0";

/** Names of the two libraries; the first is the one to open, its RUNPATH finds the other beside it. */
export function libraryNames(os: string = Deno.build.os): string[] {
  const ending = os === "darwin" ? ".2.dylib" : ".so.2";
  return ["libtensorflow_cc", "libtensorflow_framework"].map((name) => name + ending);
}

const FOR_PROCESSORS: Record<string, Pick<Wheel, "name" | "platform" | "bytes" | "sha256">> = {
  "linux x86_64": {
    name: "tensorflow-cpu",
    platform: "manylinux_2_27_x86_64",
    bytes: 273_829_956,
    sha256: "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c",
  },
  "linux aarch64": {
    name: "tensorflow",
    platform: "manylinux_2_27_aarch64",
    bytes: 281_828_020,
    sha256: "4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c",
  },
  "darwin aarch64": {
    name: "tensorflow",
    platform: "macosx_12_0_arm64",
    bytes: 223_405_849,
    sha256: "51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88",
  },
};

const CUDA: Pick<Wheel, "name" | "platform" | "bytes" | "sha256"> = {
  name: "tensorflow",
  platform: "manylinux_2_27_x86_64",
  bytes: 572_440_367,
  sha256: "9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124",
};

/**
 * NVIDIA's libraries: the newest that the extra `and-cuda` of this TensorFlow allows. Each wheel `nvidia-NAME-cu12` holds a
 * folder `nvidia/NAME`, of whose parts TensorFlow loads `lib`; of the compiler it runs `ptxas` and reads `libdevice`.
 */
// deno-fmt-ignore
const NVIDIA: [name: string, version: string, platform: string, bytes: number, sha256: string, parts?: string[]][] = [
  ["cublas", "12.9.3.13", "manylinux_2_27_x86_64", 581_217_458,
    "d7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72"],
  ["cuda-cupti", "12.9.79", "manylinux_2_25_x86_64", 10_814_997,
    "096bcf334f13e1984ba36685ad4c1d6347db214de03dbb6eebb237b41d9d934f"],
  ["cuda-nvcc", "12.9.86", "manylinux2010_x86_64", 40_546_229,
    "5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0", ["bin", "nvvm"]],
  ["cuda-nvrtc", "12.9.86", "manylinux2010_x86_64", 89_568_129,
    "210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4"],
  ["cuda-runtime", "12.9.79", "manylinux2014_x86_64", 3_493_179,
    "25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3"],
  ["cudnn", "9.28.0.42", "manylinux_2_27_x86_64", 716_538_495,
    "9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375"],
  ["cufft", "11.4.1.4", "manylinux2014_x86_64", 200_877_592,
    "c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28"],
  ["curand", "10.3.10.19", "manylinux_2_27_x86_64", 68_295_626,
    "49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e"],
  ["cusolver", "11.7.5.82", "manylinux_2_27_x86_64", 338_117_415,
    "15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88"],
  ["cusparse", "12.5.10.65", "manylinux2014_x86_64", 366_465_088,
    "73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78"],
  ["nccl", "2.32.3", "manylinux_2_27_x86_64", 351_526_311,
    "bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c"],
  ["nvjitlink", "12.9.86", "manylinux2010_x86_64", 39_748_338,
    "e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9"],
];

/**
 * The build for a machine.
 *
 * @param device what it is to run on
 * @returns undefined if there is none: TensorFlow has no C library, or no CUDA build, for such a machine
 *
 * @example
 * ```ts
 * import { buildFor } from "./library_builds.ts";
 * buildFor({ os: "darwin", arch: "aarch64" })!.libraries[0]; // libtensorflow_cc.2.dylib
 * buildFor({ os: "windows", arch: "x86_64" }); // undefined
 * ```
 */
export function buildFor({ os, arch }: Platform = Deno.build, device: Device = "cpu"): Build | undefined {
  const libraries = libraryNames(os);
  const version = WANTED_VERSION;
  if (device !== "cpu") {
    if (os !== "linux" || arch !== "x86_64") return undefined;
    const wheels = [tensorflow(CUDA, libraries, ""), ...NVIDIA.map(nvidia)];
    // as in site-packages, where TensorFlow's RUNPATH looks for ../nvidia/*/lib: no LD_LIBRARY_PATH is needed
    return {
      folder: `tensorflow-${version}-cuda`,
      version,
      requirement: `tensorflow[and-cuda]==${version}`,
      wheels,
      libraries,
      directory: "tensorflow",
    };
  }
  const found = FOR_PROCESSORS[`${os} ${arch}`];
  if (found === undefined) return undefined;
  return {
    folder: `tensorflow-${version}`,
    version,
    requirement: `${found.name}==${version}`,
    wheels: [tensorflow(found, libraries, "tensorflow/")],
    libraries,
    directory: "",
  };
}

/** Size of all wheels of a build together, in bytes. */
export function wheelBytesOf({ wheels }: Build): number {
  return wheels.reduce((sum, { bytes }) => sum + bytes, 0);
}

/**
 * Room that fetching a build takes at most, in bytes: what is unpacked, beside one wheel at a time. Measured, TensorFlow's
 * libraries are 3.1 times the wheel of `tensorflow-cpu`; NVIDIA's, of kernels that are packed already, are allowed twice.
 */
export function roomFor({ wheels: [tensorflow, ...others] }: Build): number {
  const largest = Math.max(...[tensorflow, ...others].map(({ bytes }) => bytes));
  return 3.2 * tensorflow.bytes + others.reduce((sum, { bytes }) => sum + 2 * bytes, 0) + largest;
}

function tensorflow(wheel: typeof CUDA, libraries: string[], leftOff: string): Wheel {
  const files = libraries.map((name) => `tensorflow/${name}`);
  return { ...wheel, version: WANTED_VERSION, python: "3.11", abi: "cp311", files, leftOff };
}

function nvidia([name, version, platform, bytes, sha256, parts = ["lib"]]: (typeof NVIDIA)[number]): Wheel {
  const folder = `nvidia/${name.replaceAll("-", "_")}`;
  return {
    name: `nvidia-${name}-cu12`,
    version,
    python: "3.11",
    abi: "none",
    platform,
    bytes,
    sha256,
    files: parts.map((part) => `${folder}/${part}/`),
    leftOff: "",
  };
}
