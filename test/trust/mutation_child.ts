/**
 * Reads damaged files in a process of its own, so that a crash is seen and not suffered:
 * `mutation_child.ts SEED COUNT READER AT` reads COUNT damaged files by each reader, from the AT-th of the READER-th on.
 * Writes a line of JSON for each fault, and one now and then that tells how far it is.
 *
 * Needs all permissions: Linux tells and forgets a process's peak memory under `/proc`, which Deno opens to nobody with
 * less.
 */
import { join } from "node:path";
import { startTensorFlow } from "../../lib/engine/tensorflow.ts";
import { type Stream, stream } from "../../lib/engine/streams.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { processMemory } from "../process_memory.ts";
import { mutatedBytes, mutatedJson } from "./mutate.ts";
import { type Line, type Reader, readers } from "./readers.ts";

/** A reader may take so long, in milliseconds, and so much memory beyond its input, in bytes. */
const LONGEST = 1000, MOST = 200e6;
/** Milliseconds between two lines that tell how far it is. */
const PAUSE = 500;

const tell = (line: Line) => console.log(JSON.stringify(line));
const isJson = (bytes: Uint8Array) => {
  try {
    return typeof JSON.parse(new TextDecoder().decode(bytes)) === "object";
  } catch {
    return false;
  }
};

/** A sample, damaged. */
function damaged(whole: Uint8Array, json: boolean, random: Stream): Uint8Array {
  if (!json || random.int(2) === 0) return mutatedBytes(whole, random);
  const lines = isJson(whole) ? [whole] : new TextDecoder().decode(whole).trimEnd().split("\n");
  const texts = lines.map((line) => typeof line === "string" ? line : new TextDecoder().decode(line));
  const changed = random.int(texts.length);
  texts[changed] = mutatedJson(texts[changed], random);
  return new TextEncoder().encode(texts.join("\n") + (lines.length > 1 ? "\n" : ""));
}

/** What is wrong with how an input is read; null if it is refused, or read as it must be. */
async function faultOf(
  reader: Reader,
  folder: string,
  bytes: Uint8Array,
  whole: unknown,
): Promise<string | null> {
  Deno.writeTextFileSync("/proc/self/clear_refs", "5"); // forgets the highest
  const [before, began] = [processMemory("VmRSS"), performance.now()];
  let fault: string | null;
  try {
    fault = reader.accepts(await reader.read(bytes, folder), whole);
  } catch (error) {
    fault = error instanceof UserError ? null : `${error instanceof Error ? error.stack : error}`;
  }
  const [milliseconds, more] = [performance.now() - began, processMemory("VmHWM") - before - bytes.length];
  if (fault !== null) return fault;
  if (milliseconds > LONGEST) return `took ${Math.round(milliseconds)} ms`;
  return more > MOST ? `took ${Math.round(more / 1e6)} MB beyond its input` : null;
}

/** Reads by one reader. */
async function readDamaged(reader: Reader, place: number, seed: number, from: number, count: number): Promise<void> {
  const folder = await Deno.makeTempDir();
  Deno.env.set("BACKMIX_HOME", join(folder, "cache"));
  const samples = await reader.samples(folder);
  const wholes: unknown[] = [];
  for (const sample of samples) {
    // some are sound files of a form that is refused
    wholes.push(await Promise.try(() => reader.read(sample, folder)).catch(() => undefined));
  }
  let told = -Infinity;
  for (let at = from; at < count; at++) {
    if (performance.now() - told > PAUSE) {
      told = performance.now();
      tell({ reader: place, at });
    }
    const random = stream(seed, reader.name, at), sample = random.int(samples.length);
    const bytes = damaged(samples[sample], reader.json ?? false, random);
    let fault = await faultOf(reader, folder, bytes, wholes[sample]);
    // a busy machine, or what earlier inputs left behind, may make one slow or large: then not twice
    if (fault?.startsWith("took ")) fault = await faultOf(reader, folder, bytes, wholes[sample]);
    if (fault !== null) tell({ reader: place, at, fault });
  }
  await Deno.remove(folder, { recursive: true });
}

const [seed, count, first, at] = Deno.args.map(Number);
await startTensorFlow({ threads: 1 }); // from the user's own cache: readDamaged sets another
for (const [place, reader] of readers.entries()) {
  if (place >= first) await readDamaged(reader, place, seed, place === first ? at : 0, count);
}
Deno.exit(0);
