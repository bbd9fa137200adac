/**
 * Traces in a file, so that a second start need not trace again.
 *
 * A trace is what a function did once. One that is taken for a function that would do something else today computes wrong
 * numbers, and nobody notices; so a file is used only if all is the same that can be told from here (the function's own
 * text, the options, TensorFlow, tfjs, the devices) and the caller's key for all that cannot. And what was not read as it
 * was written is no trace: any other file is ignored, with a note.
 */
import { createHash } from "node:crypto";
import { writeTextAtomic } from "../files/atomic.ts";
import { fileError } from "../files/file_error.ts";
import type { JitOptions } from "./jit_options.ts";
import { engine, tf } from "./tensorflow.ts";

/** A trace as it is kept. */
export interface SavedTrace {
  /** Forms, shapes and types of the arguments. */
  signature: string;
  /** Shapes and types of the arguments. */
  specs: unknown[];
  /** The function's name. */
  name: string;
  /** The form of the result. */
  form: unknown;
  /** How many tensors that is. */
  outputs: number;
  /** Its functions as TensorFlow writes them, in base64, those that others call first. */
  functions: Record<string, string>;
}

/** Of this file's layout; goes up when it changes. */
const LAYOUT = 1;

/** What a trace depends on, as a digest. */
// deno-lint-ignore ban-types
export function identityOf(fn: Function, key: string, options: JitOptions): string {
  const { version, device, replicas } = engine();
  return digest(JSON.stringify([LAYOUT, key, fn.toString(), options, version, tf.version_core, device, replicas]));
}

/**
 * Writes traces.
 *
 * @throws {UserError} if the file cannot be written
 */
export async function writeTraces(path: string, identity: string, traces: SavedTrace[]): Promise<void> {
  const body = JSON.stringify({ identity, traces });
  await writeTextAtomic(path, `${digest(body)}\n${body}`);
}

/**
 * Reads traces.
 *
 * @returns none if there is no such file, it is damaged, or made by something else; of the latter two a note is printed
 * @throws {UserError} if the file is there but cannot be read
 */
export async function readTraces(path: string, identity: string): Promise<SavedTrace[]> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw fileError(error, "read", path);
  }
  const end = text.indexOf("\n");
  const body = text.slice(end + 1);
  if (text.slice(0, Math.max(0, end)) !== digest(body)) return ignored(path, "it is damaged, or no file of traces");
  const saved: { identity: string; traces: SavedTrace[] } = JSON.parse(body);
  if (saved.identity !== identity) return ignored(path, "other code, options, devices or versions made it");
  return saved.traces;
}

/** Says why a file is not used. */
export function ignored(path: string, why: string): [] {
  console.error(`${path}: ${why}; the function is traced again.`);
  return [];
}

const digest = (text: string) => createHash("sha256").update(text).digest("hex");
