/**
 * safetensors (https://github.com/huggingface/safetensors): named arrays behind a JSON header, readable from PyTorch,
 * NumPy and JAX. The reader is strict, since the file may come from anywhere; the writer gives equal bytes for equal
 * arrays.
 *
 *     8 bytes   length of the header, little-endian
 *     header    {"__metadata__": {name: text}, name: {"dtype", "shape", "data_offsets": [begin, end]}, ...}, spaces
 *     data      the arrays, each from begin to end, without gaps
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { arrayFrom, bytesEach, bytesOf, checkArray, type Dtype, dtypes, type NamedArray, sizeOf } from "./arrays.ts";
import { UserError } from "./user_error.ts";

export type { Dtype, NamedArray, TypedArray } from "./arrays.ts";

/** The content of a file. */
export interface Safetensors {
  /** Arrays by name, in the order of their data. */
  arrays: Map<string, NamedArray>;
  /** Texts by name. */
  metadata: Record<string, string>;
}

/** Name of the seal among the metadata. */
const seal = "sha256";
/** Name of the metadata among the arrays. */
const texts = "__metadata__";
const noDigest = "0".repeat(64);

/**
 * The parts of a safetensors file, in order. Wide number types come first, then names in order, so that each array is
 * aligned.
 *
 * @param arrays by name; not copied
 * @param metadata texts by name
 * @throws {RangeError} if an array's shape does not fit its data, or its name is `__metadata__`
 *
 * @example
 * ```ts
 * import { decodeSafetensors, encodeSafetensors } from "./safetensors.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const weight = { dtype: "F32" as const, shape: [1, 2], data: Float32Array.of(3, 4) };
 * const file = encodeSafetensors(new Map([["weight", weight]]), { note: "tiny" });
 * const bytes = new Uint8Array(await new Blob(file as BlobPart[]).arrayBuffer());
 * assertEquals(decodeSafetensors(bytes, "tiny.safetensors").arrays.get("weight"), weight);
 * ```
 */
export function encodeSafetensors(
  arrays: ReadonlyMap<string, NamedArray>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const sorted = [...arrays].sort(([a, x], [b, y]) => bytesEach(y.dtype) - bytesEach(x.dtype) || (a < b ? -1 : 1));
  if (arrays.has(texts)) throw new RangeError(`${texts} is the metadata's name`);
  let end = 0;
  const entries = sorted.map(([name, array]): [string, unknown] => {
    checkArray(name, array);
    const { dtype, shape, data } = array;
    return [name, { dtype, shape, data_offsets: [end, end += data.byteLength] }];
  });
  const sortedTexts = Object.entries(metadata).sort(([a], [b]) => a < b ? -1 : 1);
  if (sortedTexts.length > 0) entries.unshift([texts, Object.fromEntries(sortedTexts)]);

  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const head = new Uint8Array(8 + Math.ceil(json.length / 8) * 8).fill(0x20); // padded with spaces
  new DataView(head.buffer).setBigUint64(0, BigInt(head.length - 8), true);
  head.set(json, 8);
  return [head, ...sorted.map(([, array]) => bytesOf(array))];
}

/**
 * Reads a safetensors file.
 *
 * @param bytes the whole file
 * @param where its path, for messages
 * @throws {UserError} if it is damaged in any way that the format shows, or holds a number type that is not supported
 */
export function decodeSafetensors(bytes: Uint8Array, where: string): Safetensors {
  const damaged = (what: string) =>
    new UserError(`${where}: ${what}. The file is damaged or not a safetensors file: delete it or name another.`);
  if (bytes.length < 8) throw damaged(`${bytes.length} bytes, too short for a header`);
  const headerLength = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (headerLength > bytes.length - 8) throw damaged(`header of ${headerLength} bytes in ${bytes.length}`);
  const header = parseHeader(bytes.subarray(8, 8 + headerLength));
  if (header === null) throw damaged("the header is no JSON object");

  const { [texts]: metadata = {}, ...entries } = header;
  if (!isObject(metadata) || Object.values(metadata).some((text) => typeof text !== "string")) {
    throw damaged("metadata that is not text");
  }
  const data = bytes.subarray(8 + headerLength);
  const arrays = Object.entries(entries).map(([name, entry]) => {
    if (!isEntry(entry)) throw damaged(`"${name}" has no dtype, shape and data_offsets`);
    const { dtype, shape, data_offsets: [begin, end] } = entry;
    if (!Object.hasOwn(dtypes, dtype)) {
      throw new UserError(
        `${where}: "${name}" has dtype ${dtype}; supported are ${Object.keys(dtypes).join(", ")}. Convert it first.`,
      );
    }
    return { name, dtype: dtype as Dtype, shape, begin, end };
  }).sort((a, b) => a.begin - b.begin || a.end - b.end);

  let filled = 0;
  for (const { name, dtype, shape, begin, end } of arrays) {
    if (begin !== filled || end > data.length) {
      throw damaged(`"${name}" lies at ${begin} to ${end}, expected from ${filled}, at most to ${data.length}`);
    }
    if (end - begin !== sizeOf(shape) * bytesEach(dtype)) {
      throw damaged(`"${name}" has ${end - begin} bytes for ${dtype} [${shape}]`);
    }
    filled = end;
  }
  if (filled !== data.length) throw damaged(`${data.length} bytes of data, expected ${filled}`);
  return {
    arrays: new Map(arrays.map(({ name, dtype, shape, begin, end }) => [
      name,
      arrayFrom(dtype, shape, data.subarray(begin, end)),
    ])),
    metadata: metadata as Record<string, string>,
  };
}

/**
 * The same as `encodeSafetensors`, with a seal: `metadata.sha256` is the SHA-256 of the whole file, computed with the
 * digest's 64 digits as zeros. Any safetensors reader opens the file; `openSealedSafetensors` finds each changed bit.
 *
 * @throws {RangeError} if an array's shape does not fit its data, or the metadata holds `sha256` already
 */
export function sealSafetensors(
  arrays: ReadonlyMap<string, NamedArray>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  if (Object.hasOwn(metadata, seal)) throw new RangeError(`metadata.${seal} is the seal's`);
  const parts = encodeSafetensors(arrays, { ...metadata, [seal]: noDigest });
  parts[0].set(new TextEncoder().encode(digestOf(parts)), findDigest(parts[0], noDigest));
  return parts;
}

/**
 * Reads a file of `sealSafetensors`.
 *
 * @param bytes the whole file
 * @param where its path, for messages
 * @returns its content, without the seal
 * @throws {UserError} if the file is damaged, by as little as one bit, or not sealed
 */
export function openSealedSafetensors(bytes: Uint8Array, where: string): Safetensors {
  const { arrays, metadata: { [seal]: digest, ...metadata } } = decodeSafetensors(bytes, where);
  const at = /^[0-9a-f]{64}$/.test(digest ?? "") ? findDigest(bytes, digest) : -1;
  if (at < 0) {
    throw new UserError(`${where}: has no seal (${seal}). It is damaged or not ours: delete it or name another.`);
  }
  const found = digestOf([bytes.subarray(0, at), new TextEncoder().encode(noDigest), bytes.subarray(at + 64)]);
  if (found !== digest) {
    throw new UserError(
      `${where}: its content does not fit its checksum (${seal} ${digest} stored, ${found} found). ` +
        "The file is damaged: delete it or name another.",
    );
  }
  return { arrays, metadata };
}

function digestOf(parts: Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/** Where the 64 digits stand in the file. */
function findDigest(head: Uint8Array, digest: string): number {
  const key = `"${seal}":"`;
  const at = Buffer.from(head.buffer, head.byteOffset, head.length).indexOf(`${key}${digest}"`);
  return at < 0 ? -1 : at + key.length;
}

/** The header's object; null if it is none. */
function parseHeader(bytes: Uint8Array): Record<string, unknown> | null {
  try {
    const header = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
    return isObject(header) ? header : null;
  } catch {
    return null;
  }
}

function isEntry(entry: unknown): entry is { dtype: string; shape: number[]; data_offsets: [number, number] } {
  if (!isObject(entry)) return false;
  const { dtype, shape, data_offsets: offsets } = entry;
  return typeof dtype === "string" && Array.isArray(shape) && !Number.isNaN(sizeOf(shape)) &&
    Array.isArray(offsets) && offsets.length === 2 && offsets.every(Number.isSafeInteger) &&
    0 <= offsets[0] && offsets[0] <= offsets[1];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
