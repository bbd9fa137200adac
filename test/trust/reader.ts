/** A reader of files under test: good input for it, and what of damage it must find. */
import { createHash } from "node:crypto";

/** A reader. */
export interface Reader {
  /** What it reads, for the table. */
  name: string;
  /** Its input is JSON, one document a file or a line: then half of the damage is to values, not to bytes. */
  json?: true;
  /**
   * Good inputs.
   *
   * @param folder an empty one, where the reader may keep what lies beside its input
   */
  samples(folder: string): Promise<Uint8Array[]>;
  /**
   * Reads an input.
   *
   * @param folder the one of `samples`
   * @throws {UserError} if the input is found damaged; anything else that is thrown is a fault of the reader
   */
  read(bytes: Uint8Array, folder: string): unknown;
  /**
   * What is wrong with what a damaged input was read as; null if nothing is that could be told.
   *
   * @param found what `read` gave
   * @param whole what it gives of the undamaged input
   */
  accepts(found: unknown, whole: unknown): string | null;
}

/** For formats with a checksum: what is read is what was written. */
export function unchanged(found: unknown, whole: unknown): string | null {
  return fingerprint(found) === fingerprint(whole) ? null : "other content was read, and nobody was told";
}

/** For formats that cannot tell, whose content may be anything that the reader's own checks let through. */
export function anything(): string | null {
  return null;
}

/** A digest of data: arrays, typed arrays, maps, plain objects and what they hold. */
function fingerprint(value: unknown): string {
  const hash = createHash("sha256");
  const add = (value: unknown): void => {
    if (ArrayBuffer.isView(value)) {
      hash.update(`${value.constructor.name} ${value.byteLength}:`);
      hash.update(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    } else if (value instanceof Map) {
      add([...value].sort(([a], [b]) => a < b ? -1 : 1));
    } else if (Array.isArray(value)) {
      hash.update(`[${value.length}:`);
      value.forEach(add);
    } else if (typeof value === "object" && value !== null) {
      add(Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1));
    } else {
      hash.update(`${typeof value} ${value};`);
    }
  };
  add(value);
  return hash.digest("hex");
}

/** Writes an input where its reader looks for it. */
export async function placed(bytes: Uint8Array, path: string): Promise<string> {
  await Deno.writeFile(path, bytes);
  return path;
}

/** Parts of a file in one. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  parts.reduce((at, part) => (all.set(part, at), at + part.length), 0);
  return all;
}
