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
import { UserError } from "../files/user_error.ts";
import type { JitOptions } from "./jit_options.ts";
import { engine, tf } from "./tensorflow.ts";
import { type Jitted, kept, partsOf, tracedForm } from "./traced_form.ts";

/** A trace as it is kept. */
interface SavedTrace {
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

/** `jit.save`: see there. */
export async function save<Arguments extends unknown[], Result>(
  jitted: Jitted<Arguments, Result>,
  path: string,
  key: string,
): Promise<void> {
  const { fn, options, cache, trace } = partsOf(jitted);
  const { binding } = engine();
  const who = fn.name || "the function";
  if (options.donate !== undefined) {
    throw new UserError(`jit.save: arguments are given away to ${who}, which only this process can. Leave out donate.`);
  }
  const traces = [...cache].map(([signature, { specs }]): SavedTrace => {
    // values that JavaScript held outside are constants of a first trace, which handed them over; a second captures them
    const { name, captured, form, outputs, functions } = trace(specs);
    if (captured.length > 0) {
      throw new UserError(
        `jit.save: ${who} uses ${captured.length} tensors from outside, which a file does not hold. Pass them as arguments.`,
      );
    }
    const definitions = functions.map((name) => [name, binding.functionDefinition(name).toBase64()]);
    return { signature, specs, name, form, outputs, functions: Object.fromEntries(definitions) };
  });
  await writeTraces(path, identityOf(fn, key, options), traces);
}

/** `jit.load`: see there. */
export async function load<Arguments extends unknown[], Result>(
  fn: (...trees: Arguments) => Result,
  path: string,
  key: string,
  options: JitOptions = {},
): Promise<Jitted<Arguments, Result>> {
  const { binding } = engine();
  const jitted = tracedForm(fn, options);
  const { cache } = partsOf(jitted);
  for (
    const { signature, specs, name, form, outputs, functions } of await readTraces(path, identityOf(fn, key, options))
  ) {
    try {
      for (const definition of Object.values(functions)) binding.addFunction(Uint8Array.fromBase64(definition));
    } catch (error) {
      ignored(path, `TensorFlow does not take it (${(error as Error).message})`);
      break;
    }
    const traced = kept({ name, captured: [], form, outputs, functions: Object.keys(functions) });
    cache.set(signature, { traced, specs });
  }
  return jitted;
}

/** What a trace depends on, as a digest. */
// deno-lint-ignore ban-types
function identityOf(fn: Function, key: string, options: JitOptions): string {
  const { version, device, replicas } = engine();
  return digest(JSON.stringify([LAYOUT, key, fn.toString(), options, version, tf.version_core, device, replicas]));
}

async function writeTraces(path: string, identity: string, traces: SavedTrace[]): Promise<void> {
  const body = JSON.stringify({ identity, traces });
  await writeTextAtomic(path, `${digest(body)}\n${body}`);
}

/** None if there is no such file, it is damaged, or made by something else; of the latter two a note is printed. */
async function readTraces(path: string, identity: string): Promise<SavedTrace[]> {
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
function ignored(path: string, why: string): [] {
  console.error(`${path}: ${why}; the function is traced again.`);
  return [];
}

const digest = (text: string) => createHash("sha256").update(text).digest("hex");
