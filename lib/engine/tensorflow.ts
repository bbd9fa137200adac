/**
 * TensorFlow as a tfjs backend inside Deno: tfjs-node-gpu's own kernels on TensorFlow's C library, without its addon.
 *
 *     await startTensorFlow({ threads: 2 });
 *     tf.add(1, 2).print();
 */
import * as tf from "@tensorflow/tfjs";
import util from "node:util";
import { UserError } from "../files/user_error.ts";
import { type Binding, createBinding, type TensorMetadata } from "./binding.ts";
import { openTensorFlow, type TensorFlow } from "./c_api.ts";
import { freeForgotten } from "./forgotten.ts";
import { registerKernels } from "./kernels/register.ts";
import { findLibrary, libraryEnvironment, versionFits, WANTED_VERSION } from "./library.ts";
import { checkMachine } from "./library_machine.ts";
import { quietly } from "./quiet.ts";
import type { Tensor } from "./tensors.ts";

export { tf };

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
}

/** The running engine, as far as this room uses it. */
export interface RunningEngine extends Engine {
  /** Tensors and operations by number and name. */
  binding: Binding;
  /** tfjs's backend on the binding. */
  backend: TensorFlowBackend;
}

let starting: Promise<RunningEngine> | undefined;
let started: RunningEngine | undefined;

/**
 * Finds and loads TensorFlow, once in a process, and makes it tfjs's backend.
 *
 * @param options.threads how many threads to use; default: one for each core. Results repeat to the bit only with the
 * same number.
 * @throws {UserError} if the library is not there, does not fit this machine, or is of another version; or if the
 * engine runs already with another number of threads
 */
export async function startTensorFlow(options: { threads?: number } = {}): Promise<Engine> {
  const running = await (starting ??= start(options.threads ?? navigator.hardwareConcurrency));
  if (options.threads !== undefined && options.threads !== running.threads) {
    throw new UserError(`TensorFlow runs with ${running.threads} threads in this process, not ${options.threads}.`);
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

async function start(threads: number): Promise<RunningEngine> {
  if (!Number.isInteger(threads) || threads < 1 || threads > 127) {
    throw new UserError(`--threads ${threads}: give a whole number from 1 to 127.`);
  }
  checkMachine();
  const { directory } = await findLibrary();
  libraryEnvironment();
  const tensorflow = load(directory);
  const version = tensorflow.version();
  if (!versionFits(version)) {
    throw new UserError(
      `${directory}: this is TensorFlow ${version}, BackMix Lab needs ${WANTED_VERSION}. Unset TENSORFLOW_LIB to have ` +
        `the right one fetched, or run pip install tensorflow-cpu==${WANTED_VERSION}.`,
    );
  }
  const binding = quietly(() => createBinding(tensorflow, threads));
  const backend = await register(binding);
  started = { binding, backend, version, threads, device: binding.isUsingGpuDevice() ? "gpu" : "cpu" };
  return started;
}

function load(directory: string): TensorFlow {
  try {
    return quietly(() => openTensorFlow(directory));
  } catch (error) {
    throw new UserError(
      `${directory}: TensorFlow's library cannot be loaded: ${
        (error as Error).message
      }. If it says that another library is ` +
        "missing, install that one (Debian: apt install libstdc++6 libgcc-s1); if this one is damaged, fetch it again " +
        "after deno task cache --clear.",
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
  registerKernels();
  return backend as unknown as TensorFlowBackend;
}
