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

/**
 * TensorFlow's settings for a device, a serialised `ConfigProto`. On the processor a GPU that is there stays unused; on a
 * GPU only that one is seen, and its memory is taken as it is needed.
 *
 *     device_count { key: "GPU" value: 0 } = 1             or gpu_options { allow_growth = 4  visible_device_list = 5 } = 6
 *     intra_op_parallelism_threads = 2
 *     inter_op_parallelism_threads = 5      operations one after another: side by side they are no faster and hold more
 *
 * @param threads from 1 to 127
 */
export function contextConfig(threads: number, device: Device): Bytes {
  const both = [0x10, threads, 0x28, 1];
  if (device === "cpu") return Uint8Array.of(0x0a, 7, 0x0a, 3, ...text("GPU"), 0x10, 0, ...both);
  const number = text(device.slice("gpu:".length));
  return Uint8Array.of(...both, 0x32, 4 + number.length, 0x20, 1, 0x2a, number.length, ...number);
}

function text(letters: string): Uint8Array {
  return new TextEncoder().encode(letters);
}
