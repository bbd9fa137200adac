/**
 * Checkpoints: all that a run needs to go on as if it had never stopped, in one sealed safetensors file. Random numbers
 * come from streams that are named by the step, so the step is the only counter that must be kept; no times are stored,
 * so equal runs give equal files.
 */
import type { BankState, Update } from "../backmix/cam_bank.ts";
import type { tf } from "../engine/tensorflow.ts";
import type { HostArray } from "../engine/host_array.ts";
import { leavesOf, mapTree } from "../engine/tree.ts";
import { writeAtomic } from "../files/atomic.ts";
import { fileError } from "../files/file_error.ts";
import { type NamedArray, openSealedSafetensors, type Safetensors, sealSafetensors } from "../files/safetensors.ts";
import { UserError } from "../files/user_error.ts";
import { flatten } from "./recipe.ts";
import { toTensors } from "./step.ts";

/**
 * What a run is: it goes on only as the same. Plain data. The member `about` is not compared: it says for a reader what
 * other members stand for, and runs of older versions lack it.
 */
export type RunIdentity = Readonly<Record<string, unknown>>;

/** The state between two steps. */
export interface Checkpoint<Network> {
  /** Steps done. */
  step: number;
  /** Sum of the losses of the current epoch's steps. */
  lossSum: number;
  /** Training images of the current epoch that were classified rightly. */
  correct: number;
  /** Parameters, moments, running statistics: a tree of tensors. */
  network: Network;
  /** The CAM bank; null without BackMix. */
  bank: BankState | null;
}

/** What a checkpoint's metadata calls its layout. */
export const CHECKPOINT_FORMAT = "backmix-lab checkpoint 1";

/**
 * Writes a checkpoint as a whole or not at all.
 *
 * @throws {UserError} if the disk is full or the place cannot be written; the old file stays
 */
export async function saveCheckpoint<Network>(
  path: string,
  checkpoint: Checkpoint<Network>,
  identity: RunIdentity,
): Promise<void> {
  const arrays = new Map<string, NamedArray>();
  for (const [name, tensor] of leavesOf<tf.Tensor>(checkpoint.network)) {
    arrays.set(`network.${name}`, { dtype: "F32", shape: tensor.shape, data: tensor.dataSync() as Float32Array });
  }
  const { bank } = checkpoint;
  if (bank !== null) {
    arrays.set("bank.maps", { dtype: "F32", shape: [bank.maps.length / 64, 8, 8], data: bank.maps });
    bank.waiting.forEach(({ images, maps, partners }, i) => {
      arrays.set(`bank.waiting.${i}.images`, { dtype: "I32", shape: [images.length], data: images });
      arrays.set(`bank.waiting.${i}.maps`, { dtype: "F32", shape: [images.length, 8, 8], data: maps });
      arrays.set(`bank.waiting.${i}.partners`, { dtype: "I32", shape: [partners.length], data: partners });
    });
  }
  const { step, lossSum, correct } = checkpoint;
  const state = { step, lossSum, correct, waiting: bank?.waiting.length ?? null };
  const metadata = { format: CHECKPOINT_FORMAT, run: JSON.stringify(identity), state: JSON.stringify(state) };
  await writeAtomic(path, sealSafetensors(arrays, metadata));
}

/**
 * Reads what run a checkpoint is of, and how many steps it has done.
 *
 * @returns null if there is no file
 * @throws {UserError} if the file is damaged, or no checkpoint
 */
export async function readIdentity(path: string): Promise<{ identity: RunIdentity; step: number } | null> {
  const { metadata } = await openedIfThere(path) ?? {};
  return metadata === undefined ? null : { identity: JSON.parse(metadata.run), step: JSON.parse(metadata.state).step };
}

/**
 * Reads a checkpoint.
 *
 * @param network a tree of the form that the stored network has; its leaves are not changed
 * @param identity of the run that wants to go on
 * @returns null if there is no file
 * @throws {UserError} if the file is damaged, no checkpoint, or of another run: then with what differs
 */
export async function loadCheckpoint<Network>(
  path: string,
  network: Network,
  identity: RunIdentity,
): Promise<Checkpoint<Network> | null> {
  const file = await openedIfThere(path);
  if (file === null) return null;
  const { arrays, metadata } = file;
  refuseOtherRun(path, JSON.parse(metadata.run), identity);
  const { step, lossSum, correct, waiting } = JSON.parse(metadata.state);
  const changed = ". Backbone or method have changed since this run: undo the change, or choose another --out.";
  const array = (name: string): NamedArray => {
    const found = arrays.get(name);
    if (found === undefined) throw new UserError(`${path}: ${name} is missing${changed}`);
    return found;
  };
  const stored = mapTree(network, (leaf, name) => {
    const found = array(`network.${name}`);
    if (found.shape.join() === leaf.shape.join()) return found as HostArray;
    throw new UserError(`${path}: network.${name} is [${found.shape}], expected [${leaf.shape}]${changed}`);
  });
  return {
    step,
    lossSum,
    correct,
    network: toTensors(stored) as Network,
    bank: waiting === null ? null : {
      maps: array("bank.maps").data as Float32Array,
      waiting: Array.from({ length: waiting }, (_, i): Update => ({
        images: array(`bank.waiting.${i}.images`).data as Int32Array,
        maps: array(`bank.waiting.${i}.maps`).data as Float32Array,
        partners: array(`bank.waiting.${i}.partners`).data as Int32Array,
      })),
    },
  };
}

/**
 * The class activation maps of a run's training images, as its checkpoint has them.
 *
 * @returns `[images, 8, 8]`; null if there is no file, or the run has no BackMix
 * @throws {UserError} if the file is damaged, or no checkpoint
 */
export async function bankMaps(path: string): Promise<Float32Array | null> {
  return ((await openedIfThere(path))?.arrays.get("bank.maps")?.data as Float32Array | undefined) ?? null;
}

async function openedIfThere(path: string): Promise<Safetensors | null> {
  const bytes = await readIfThere(path);
  if (bytes === null) return null;
  const file = opened(bytes, path);
  if (file.metadata.format === CHECKPOINT_FORMAT) return file;
  throw new UserError(`${path}: this is no checkpoint of this version. Move it away, or choose another --out.`);
}

function opened(bytes: Uint8Array, path: string): Safetensors {
  try {
    return openSealedSafetensors(bytes, path);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    throw new UserError(
      `${path}: this checkpoint is damaged. Delete it to start the run from its beginning, or put back a copy.`,
      { cause: error },
    );
  }
}

async function readIfThere(path: string): Promise<Uint8Array | null> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw fileError(error, "read", path);
  }
}

function refuseOtherRun(path: string, stored: RunIdentity, wanted: RunIdentity): void {
  const here = flatten(JSON.parse(JSON.stringify({ ...wanted, about: null })));
  const there = flatten({ ...stored, about: null });
  const names = [...new Set([...here.keys(), ...there.keys()])].filter((name) => here.get(name) !== there.get(name));
  if (names.length === 0) return;
  const what = names.map((name) => `${name} ${there.get(name) ?? "absent"} there, ${here.get(name) ?? "absent"} here`);
  throw new UserError(
    `${path}: the checkpoint is of another run (${
      what.join("; ")
    }). Run with the same options, or choose another --out.`,
  );
}
