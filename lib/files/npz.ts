/** NumPy's `.npz`: a zip archive of `.npy` files, one an array (`numpy.savez_compressed`). */
import { type Entry, Uint8ArrayReader, Uint8ArrayWriter, ZipReader, ZipWriter } from "@zip.js/zip.js";
import { Buffer } from "node:buffer";
import type { NamedArray } from "./arrays.ts";
import { decodeNpy, encodeNpy } from "./npy.ts";
import { UserError } from "./user_error.ts";
import { isNamed, MOST_DEFLATED } from "./zip.ts";

/** What an archive ends with; its fields are full of ones where the archive is larger than 4 GiB (zip64). */
const END = { mark: Uint8Array.of(0x50, 0x4b, 5, 6), size: 12, offset: 16, full: 0xffffffff };
/** Bytes of a record of the directory beside its texts. */
const RECORD = 46;

/** The earliest time that a zip archive can hold, so that equal arrays give equal bytes. */
const epoch = new Date(1980, 0, 1);

/**
 * The bytes of a compressed `.npz` file: the same for the same arrays.
 *
 * @param arrays by name; NumPy shows them as `file[name]`
 * @throws {RangeError} if an array's shape does not fit its data
 */
export async function encodeNpz(arrays: ReadonlyMap<string, NamedArray>): Promise<Uint8Array> {
  const zip = new ZipWriter(new Uint8ArrayWriter(), {
    lastModDate: epoch,
    extendedTimestamp: false,
    level: 9,
    useWebWorkers: false,
  });
  for (const [name, array] of [...arrays].sort(([a], [b]) => a < b ? -1 : 1)) {
    await zip.add(`${name}.npy`, new Uint8ArrayReader(encodeNpy(array)));
  }
  return await zip.close();
}

/**
 * Reads a `.npz` file, compressed or not.
 *
 * @param bytes the whole file
 * @param where its path, for messages
 * @throws {UserError} if the archive or an array in it is damaged or not supported; names the entry
 */
export async function decodeNpz(bytes: Uint8Array, where: string): Promise<Map<string, NamedArray>> {
  const damaged = (what: string) =>
    new UserError(`${where}: ${what}. The file is damaged or not a .npz file: write it again with numpy.savez.`);
  const zip = new ZipReader(new Uint8ArrayReader(bytes), {
    checkCrc32: true,
    filenameValidation: "tolerant", // names of arrays, never of files
    useWebWorkers: false,
  });
  const arrays = new Map<string, NamedArray>();
  try {
    const entries = await zip.getEntries();
    if (!isWhole(bytes, entries)) throw damaged("its directory has not the size that its end tells");
    for (const entry of entries) {
      const { filename } = entry, name = filename.replace(/\.npy$/, "");
      if (entry.directory || name === filename) throw damaged(`holds ${filename}, which is no array`);
      if (entry.encrypted) throw damaged(`${filename} is encrypted`);
      if (!isNamed(bytes.subarray(entry.offset), entry)) {
        throw damaged(`${filename} has another name in the directory than before its data`);
      }
      if (arrays.has(name)) throw damaged(`holds ${filename} twice`);
      if (entry.uncompressedSize > entry.compressedSize * MOST_DEFLATED + 64) {
        throw damaged(`${filename} has a wrong size`);
      }
      const npy = await entry.getData(new Uint8ArrayWriter());
      if (npy.length !== entry.uncompressedSize) throw damaged(`${filename} has a wrong size`);
      arrays.set(name, decodeNpy(npy, `${where}: ${filename}`));
    }
  } catch (error) {
    throw error instanceof UserError ? error : damaged(error instanceof Error ? error.message : String(error));
  } finally {
    await zip.close();
  }
  return arrays;
}

/** Whether the entries fill the directory, and it ends where the archive's end begins: zip.js reads what is left of one. */
function isWhole(bytes: Uint8Array, entries: readonly Entry[]): boolean {
  const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).lastIndexOf(END.mark);
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  const [size, offset] = [view.getUint32(END.size, true), view.getUint32(END.offset, true)];
  if (size === END.full || offset === END.full) return true;
  const read = entries.reduce(
    (sum, { rawFilename, rawExtraField, rawComment }) =>
      sum + RECORD + rawFilename.length + (rawExtraField?.length ?? 0) + (rawComment?.length ?? 0),
    0,
  );
  return read === size && offset + size === at;
}
