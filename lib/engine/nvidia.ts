/**
 * What NVIDIA's driver tells of the machine's GPUs, asked of its library `libcuda` (the CUDA Driver API) before gigabytes
 * are fetched for them. The driver is the machine's; only CUDA's other libraries come in wheels.
 */
import { UserError } from "../files/user_error.ts";
import { text } from "./c_api.ts";
import type { Device } from "./device.ts";

/** The part of the driver's interface that is used here. Each function returns 0 where it succeeds. */
const symbols = {
  cuInit: { parameters: ["u32"], result: "i32" },
  cuDriverGetVersion: { parameters: ["buffer"], result: "i32" },
  cuDeviceGetCount: { parameters: ["buffer"], result: "i32" },
  cuDeviceGet: { parameters: ["buffer", "i32"], result: "i32" },
  cuDeviceGetName: { parameters: ["buffer", "i32", "i32"], result: "i32" },
  cuDeviceTotalMem_v2: { parameters: ["buffer", "i32"], result: "i32" },
} as const;

/** The driver's functions. */
export type Cuda = Deno.DynamicLibrary<typeof symbols>["symbols"];

/** A driver, and what it sees. */
export interface NvidiaDriver {
  /** The newest CUDA that it can run, such as `12.4`. */
  cuda: string;
  /** Names of the GPUs, by number. */
  gpus: string[];
}

/**
 * Memory of each GPU in bytes, by the number that `--device` names it by.
 *
 * @param open opens the driver's library
 * @returns none if there is no driver, or it sees no GPU
 */
export function gpuMemory(open: () => Cuda = openCuda): number[] {
  const count = nvidiaDriver(open)?.gpus.length ?? 0;
  const cuda = count > 0 ? open() : null;
  return Array.from({ length: count }, (_, number) => memoryOf(cuda!, number));
}

/** The CUDA that TensorFlow's build needs: 12, of which any driver since runs every minor version. */
const LEAST_CUDA = 12;

/**
 * Asks the driver.
 *
 * @param open opens its library
 * @returns null if there is none
 */
export function nvidiaDriver(open: () => Cuda = openCuda): NvidiaDriver | null {
  let cuda: Cuda;
  try {
    cuda = open();
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return null;
  }
  const number = new Int32Array(1);
  const version = cuda.cuDriverGetVersion(number) === 0 ? number[0] : 0; // 12040 for 12.4
  const gpus: string[] = [];
  const count = cuda.cuInit(0) === 0 && cuda.cuDeviceGetCount(number) === 0 ? number[0] : 0;
  for (let i = 0; i < count; i++) gpus.push(nameOf(cuda, i));
  return { cuda: `${Math.floor(version / 1000)}.${Math.floor(version % 1000 / 10)}`, gpus };
}

/**
 * Throws if there is no driver for a device, or no such GPU.
 *
 * @throws {UserError} what is missing, and what to do
 */
export function checkGpu(device: Device, driver: NvidiaDriver | null = nvidiaDriver()): void {
  const number = Number(device.slice("gpu:".length));
  const instead = "or leave --device out to run on the processor.";
  if (driver === null) {
    throw new UserError(
      `--device ${device}: no NVIDIA driver: libcuda.so.1 cannot be loaded. Install the driver until nvidia-smi lists the ` +
        `GPU, start a container with its GPUs (--gpus all), ${instead}`,
    );
  }
  if (parseInt(driver.cuda) < LEAST_CUDA) {
    throw new UserError(
      `--device ${device}: the NVIDIA driver runs CUDA up to ${driver.cuda}; TensorFlow needs ${LEAST_CUDA}. Update the ` +
        `driver to 525 or newer, ${instead}`,
    );
  }
  if (number < driver.gpus.length) return;
  const seen = driver.gpus.map((name, i) => `gpu:${i} (${name})`).join(", ") || "none";
  throw new UserError(
    `--device ${device}: the NVIDIA driver sees no such GPU; it sees: ${seen}. Look into CUDA_VISIBLE_DEVICES, ` +
      `choose another, ${instead}`,
  );
}

function nameOf(cuda: Cuda, number: number): string {
  const device = new Int32Array(1);
  const name = new Uint8Array(256);
  if (cuda.cuDeviceGet(device, number) !== 0 || cuda.cuDeviceGetName(name, name.length, device[0]) !== 0) {
    return "unknown";
  }
  return text(Deno.UnsafePointer.of(name));
}

function memoryOf(cuda: Cuda, number: number): number {
  const device = new Int32Array(1);
  const bytes = new BigUint64Array(1);
  if (cuda.cuDeviceGet(device, number) !== 0 || cuda.cuDeviceTotalMem_v2(bytes, device[0]) !== 0) return 0;
  return Number(bytes[0]);
}

/** Stays open: TensorFlow loads the same library. */
function openCuda(): Cuda {
  return Deno.dlopen("libcuda.so.1", symbols).symbols;
}
