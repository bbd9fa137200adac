/** What operations run on: the processor, or one of NVIDIA's GPUs. */
import { UserError } from "../files/user_error.ts";
import type { Bytes } from "./c_api.ts";

/** The processor, or a GPU by its number. */
export type Device = "cpu" | `gpu:${number}`;

/**
 * Reads a device as a command line names it.
 *
 * @throws {UserError} if it is neither `cpu` nor `gpu:` with a number
 *
 * @example
 * ```ts
 * import { deviceOf } from "./device.ts";
 * deviceOf("gpu:0"); // the first GPU
 * ```
 */
export function deviceOf(text: string): Device {
  if (text === "cpu" || /^gpu:(0|[1-9]\d?)$/.test(text)) return text as Device;
  throw new UserError(`--device ${text}: give cpu, or gpu:0 for the first GPU, gpu:1 for the second.`);
}

/** The most that the one byte of a small number in {@linkcode contextConfig} holds, and more than a machine has. */
export const MOST_REPLICAS = 127;

/**
 * TensorFlow's settings for a device, a serialised `ConfigProto`. On the processor a GPU that is there stays unused; on
 * GPUs only those are seen, and their memory is taken as it is needed.
 *
 *     device_count { key: "CPU" value: 1 } { key: "GPU" value: 0 } = 1
 *                                           or gpu_options { allow_growth = 4  visible_device_list = 5 } = 6
 *     intra_op_parallelism_threads = 2
 *     inter_op_parallelism_threads = 5      operations of a device one after another: side by side they are no faster
 *                                           and hold more
 *
 * @param threads from 1 to 127
 * @param replicas how many devices: virtual processors, or GPUs from this one on
 */
export function contextConfig(threads: number, device: Device, replicas = 1): Bytes {
  const both = [0x10, threads, 0x28, replicas];
  if (device === "cpu") return Uint8Array.of(...deviceCount("CPU", replicas), ...deviceCount("GPU", 0), ...both);
  const numbers = text(gpuNumbers(device, replicas).join());
  return Uint8Array.of(...both, 0x32, 4 + numbers.length, 0x20, 1, 0x2a, numbers.length, ...numbers);
}

/** The GPUs that a device and those after it are, by the driver's numbers. */
export function gpuNumbers(device: Device, replicas: number): number[] {
  const first = Number(device.slice("gpu:".length));
  return Array.from({ length: replicas }, (_, i) => first + i);
}

const deviceCount = (kind: string, count: number) => [0x0a, 7, 0x0a, 3, ...text(kind), 0x10, count];

function text(letters: string): Uint8Array {
  return new TextEncoder().encode(letters);
}
