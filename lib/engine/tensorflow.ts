/**
 * TensorFlow as a tfjs backend inside Deno: tfjs-node-gpu's own kernels on TensorFlow's C library, without its addon.
 *
 *     await startTensorFlow({ threads: 2 });
 *     tf.add(1, 2).print();
 */
import * as tf from "@tensorflow/tfjs";
import util from "node:util";
import { UserError } from "../files/user_error.ts";
import { type Binding, createBinding } from "./binding.ts";
import { openTensorFlow, type TensorFlow } from "./c_api.ts";
import { contextConfig, type Device, gpuNumbers, MOST_REPLICAS } from "./device.ts";
import { nameDisposed } from "./disposed.ts";
import { registerFileModels } from "./file_models.ts";
import { freeForgotten } from "./forgotten.ts";
import { registerKernels } from "./kernels/register.ts";
import { findLibrary, libraryEnvironment, versionFits, WANTED_VERSION } from "./library.ts";
import { buildFor } from "./library_builds.ts";
import { checkMachine, machineFacts } from "./library_machine.ts";
import { checkGpu, nvidiaDriver } from "./nvidia.ts";
import { quietly } from "./quiet.ts";
import type { TensorMetadata } from "./tensor_table.ts";
import type { Tensor } from "./tensors.ts";

export { tf };

/** How the engine starts. */
export interface EngineOptions {
  /** How many threads to use; default: one for each core. Results repeat to the bit only with the same number. */
  threads?: number;
  /** What operations run on: default "cpu", or "gpu:0" for the first of NVIDIA's GPUs. */
  device?: Device;
  /**
   * Over how many devices `dataParallel` shares a batch; default 1. On GPUs: so many, from `device` on. On the processor
   * they are virtual and share its threads, which is no faster, but shows on any machine that a program is right.
   */
  replicas?: number;
}

/** What tfjs asks of any backend. */
export type KernelBackend = tf.KernelBackend;

/** The part of tfjs-node's backend that this project calls. */
export type TensorFlowBackend = KernelBackend & {
  /** What it runs on. */
  readonly binding: Binding;
  /** The numbers of tensors in the binding; values that were not handed over yet are. */
  getInputTensorIds(tensors: Tensor[]): number[];
  /** Wraps a tensor of the binding. */
  createOutputTensor(metadata: TensorMetadata): Tensor;
  /** Runs an operation with one result. */
  executeSingleOutput(name: string, attributes: unknown[], inputs: Tensor[]): Tensor;
  /** Runs an operation with several results. */
  executeMultipleOutputs(name: string, attributes: unknown[], inputs: Tensor[], outputs: number): Tensor[];
  /** A writer of event files, not open yet. */
  summaryWriter(directory: string): Tensor;
  /** Opens a writer. */
  createSummaryFileWriter(writer: Tensor, directory: string): void;
  /** Adds a number. */
  writeScalarSummary(writer: Tensor, step: number, name: string, value: number): void;
  /** Writes what was added. */
  flushSummaryWriter(writer: Tensor): void;
};

/** The running engine, as far as results describe it. */
export interface Engine {
  /** TensorFlow's version. */
  version: string;
  /** How many threads an operation uses. */
  threads: number;
  /** Where operations run. */
  device: "cpu" | "gpu";
  /** Name of the GPU, of several the first; absent on the processor. */
  gpu?: string;
  /** Over how many devices `dataParallel` shares a batch. */
  replicas: number;
}

/** The running engine, as far as this room uses it. */
export interface RunningEngine extends Engine {
  /** Tensors and operations by number and name. */
  binding: Binding;
  /** tfjs's backend on the binding. */
  backend: TensorFlowBackend;
}

let starting: { running: Promise<RunningEngine>; device: Device } | undefined;
let started: RunningEngine | undefined;

/**
 * Finds and loads TensorFlow, once in a process, and makes it tfjs's backend.
 *
 * @throws {UserError} if the library is not there, does not fit this machine, or is of another version; if there is no
 * such GPU; or if the engine runs already with another number of threads, or on other devices
 */
export async function startTensorFlow({ threads, device, replicas }: EngineOptions = {}): Promise<Engine> {
  if (starting === undefined) {
    const running = start(threads ?? navigator.hardwareConcurrency, device ?? "cpu", replicas ?? 1);
    starting = { running, device: device ?? "cpu" };
    running.catch(() => starting = undefined); // what was missing may be there at the next call
  }
  const running = await starting.running;
  if (threads !== undefined && threads !== running.threads) {
    throw new UserError(`TensorFlow runs with ${running.threads} threads in this process, not ${threads}.`);
  }
  if (device !== undefined && device !== starting.device) {
    throw new UserError(`TensorFlow runs on ${starting.device} in this process, not on ${device}.`);
  }
  if (replicas !== undefined && replicas !== running.replicas) {
    throw new UserError(`TensorFlow runs with ${running.replicas} replicas in this process, not ${replicas}.`);
  }
  return running;
}

/**
 * The engine that {@linkcode startTensorFlow} started.
 *
 * @throws {Error} if it was not started
 */
export function engine(): RunningEngine {
  if (started === undefined) throw new Error("TensorFlow is not started: call startTensorFlow() first.");
  return started;
}

async function start(threads: number, device: Device, replicas: number): Promise<RunningEngine> {
  try {
    return await startOnce(threads, device, replicas);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotCapable)) throw error;
    throw new UserError(
      `TensorFlow may not start: ${error.message}. Deno's permission --allow-ffi calls it; --allow-read and --allow-env ` +
        "find it; --allow-run=python3 and --allow-write fetch it once.",
      { cause: error },
    );
  }
}

async function startOnce(threads: number, device: Device, replicas: number): Promise<RunningEngine> {
  if (!Number.isInteger(threads) || threads < 1 || threads > 127) {
    throw new UserError(`--threads ${threads}: give a whole number from 1 to 127.`);
  }
  if (!Number.isInteger(replicas) || replicas < 1 || replicas > MOST_REPLICAS) {
    throw new UserError(`replicas: ${replicas}: give a whole number from 1 to ${MOST_REPLICAS}.`);
  }
  checkMachine(machineFacts(), device);
  if (device !== "cpu") { // before gigabytes are fetched for it
    for (const number of gpuNumbers(device, replicas)) checkGpu(`gpu:${number}`);
  }
  const { directory } = await findLibrary({ device });
  libraryEnvironment(device);
  const tensorflow = load(directory);
  const version = tensorflow.version();
  if (!versionFits(version)) {
    throw new UserError(
      `${directory}: this is TensorFlow ${version}, BackMix Lab needs ${WANTED_VERSION}. Unset TENSORFLOW_LIB to have ` +
        `the right one fetched, or run pip install ${buildFor()?.requirement}.`,
    );
  }
  const binding = quietly(() => createBinding(tensorflow, contextConfig(threads, device, replicas)));
  if (device !== "cpu" && !binding.isUsingGpuDevice()) {
    throw new UserError(
      `--device ${device}: TensorFlow of ${directory} cannot use the GPU, though the driver shows it; run with DEBUG=1 ` +
        "TF_CPP_MIN_LOG_LEVEL=0 to see why. A library without CUDA (TENSORFLOW_LIB, or tensorflow-cpu) never can.",
    );
  }
  const backend = await register(binding);
  const runs = { binding, backend, version, threads, replicas };
  if (device === "cpu") started = { ...runs, device };
  else started = { ...runs, device: "gpu", gpu: nvidiaDriver()!.gpus[gpuNumbers(device, 1)[0]] };
  return started;
}

function load(directory: string): TensorFlow {
  try {
    return quietly(() => openTensorFlow(directory));
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    const { message } = error as Error;
    const [, symbol] = message.match(/Failed to register symbol (\w+)/) ?? []; // Deno's own words, on every system
    if (symbol !== undefined) {
      throw new UserError(
        `${directory}: this TensorFlow lacks ${symbol}; the engine works with ${WANTED_VERSION} and later patch releases ` +
          `of it. Unset TENSORFLOW_LIB to have it fetched, or run pip install ${buildFor()?.requirement}.`,
        { cause: error },
      );
    }
    throw new UserError(
      `${directory}: TensorFlow's library cannot be loaded: ${message}. If it says that another library is missing, ` +
        "install that one (Debian: apt install libstdc++6 libgcc-s1); if this one is damaged, fetch it again after " +
        "deno task cache --clear.",
      { cause: error },
    );
  }
}

async function register(binding: Binding): Promise<TensorFlowBackend> {
  // tfjs-node 4.22 still calls two helpers that current runtimes no longer have
  // deno-lint-ignore no-explicit-any
  const legacy = util as any;
  legacy.isNullOrUndefined ??= (x: unknown) => x === null || x === undefined;
  legacy.isArray ??= Array.isArray;
  await import("@tensorflow/tfjs-node-gpu/dist/register_all_kernels.js");
  const { default: node } = await import("@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js");
  const name = binding.isUsingGpuDevice() ? "@tensorflow/tfjs-node-gpu" : "@tensorflow/tfjs-node";
  const backend = new node.NodeJSKernelBackend(binding as never, name);
  freeForgotten(binding, backend as never);
  tf.registerBackend("tensorflow", () => backend, 3);
  await tf.setBackend("tensorflow");
  nameDisposed(backend as unknown as TensorFlowBackend);
  registerKernels();
  registerFileModels();
  return backend as unknown as TensorFlowBackend;
}
