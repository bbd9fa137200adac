/**
 * Reads wanted files of a zip archive in place: of the rest only the directory is read. Strict: sizes are checked before
 * anything is unpacked, and an archive that could write outside its folder, if someone unpacked it, is not trusted.
 */
import { type FileEntry, Reader, Uint8ArrayWriter, ZipReader } from "@zip.js/zip.js";
import { Buffer } from "node:buffer";
import { fileError } from "./file_error.ts";
import { UserError } from "./user_error.ts";

/** Deflate makes data at most this much smaller (zlib's manual); an entry that claims more is damaged. */
export const MOST_DEFLATED = 1032;

/** An open archive. */
export interface ZipArchive extends Disposable {
  /** Paths of its files, with `/`, in the archive's order. */
  names: ReadonlySet<string>;
  /**
   * Unpacks a file and checks its CRC-32.
   *
   * @throws {UserError} if the archive does not hold it, or it is damaged
   */
  read(name: string): Promise<Uint8Array>;
}

/**
 * Opens an archive.
 *
 * @param path the archive
 * @param most no file that is read may have more bytes unpacked
 * @throws {UserError} if it is not there, cut off or damaged, or names a path outside itself or a file twice
 */
export async function openZip(path: string, most: number): Promise<ZipArchive> {
  const file = await Deno.open(path).catch((error) => {
    throw fileError(error, "read", path);
  });
  const damaged = (what: string) => new UserError(`${path}: ${what}. Delete the archive and get it again.`);
  const said = (error: unknown) => error instanceof Error ? error.message : String(error);
  const entries = new Map<string, FileEntry>();
  const files = new FileReader(file);
  try {
    const zip = new ZipReader(files, {
      checkCrc32: true,
      filenameValidation: "tolerant", // checked below, with an error that names the entry
      useWebWorkers: false,
    });
    for await (const entry of zip.getEntriesGenerator()) {
      if (entry.directory) continue;
      const { filename: name } = entry;
      if (name.startsWith("/") || name.split(/[/\\]/).includes("..")) {
        throw new UserError(
          `${path}: its entry "${name}" leads out of its folder. The archive is not trusted: get it from its official ` +
            "source.",
        );
      }
      if (entries.has(name)) throw damaged(`holds ${name} twice`);
      entries.set(name, entry);
    }
  } catch (error) {
    file.close();
    throw error instanceof UserError ? error : damaged(`cut off or damaged (${said(error)})`);
  }
  return {
    names: new Set(entries.keys()),
    async read(name) {
      const entry = entries.get(name);
      if (entry === undefined) throw damaged(`${name} not in it`);
      const { uncompressedSize: bytes, compressedSize } = entry;
      if (bytes > most || bytes > compressedSize * MOST_DEFLATED + 64) throw damaged(`${name} claims ${bytes} bytes`);
      if (entry.encrypted) throw damaged(`${name} is encrypted`);
      if (!(entry.offset >= 0)) throw damaged(`${name} begins before the archive`);
      const start = await files.readUint8Array(entry.offset, LOCAL_HEADER + entry.rawFilename.length);
      if (!isNamed(start, entry)) throw damaged(`${name} has another name in the directory than before its data`);
      const data = await entry.getData(new Uint8ArrayWriter()).catch((error) => {
        throw damaged(`${name} is damaged (${said(error)})`);
      });
      if (data.length !== bytes) throw damaged(`${name} has a wrong size`);
      return data;
    },
    [Symbol.dispose]: () => file.close(),
  };
}

/** Size of what stands before an entry's name and data. */
const LOCAL_HEADER = 30;

/**
 * Whether an entry has the name before its data that the directory gives it: no checksum is over names, and zip.js takes
 * the directory's word.
 *
 * @param start the archive from the entry's `offset` on
 */
export function isNamed(start: Uint8Array, { rawFilename }: Pick<FileEntry, "rawFilename">): boolean {
  const name = start.subarray(LOCAL_HEADER, LOCAL_HEADER + rawFilename.length);
  return start[26] + 256 * start[27] === rawFilename.length && Buffer.compare(name, rawFilename) === 0;
}

/** Lets zip.js read pieces of a file. */
export class FileReader extends Reader<Deno.FsFile> {
  readonly #file: Deno.FsFile;

  /** The file stays the caller's to close. */
  constructor(file: Deno.FsFile) {
    super(file);
    this.#file = file;
    this.size = file.statSync().size;
  }

  /** Reads up to `length` bytes from `offset` on. */
  override readUint8Array(offset: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, this.size - offset)));
    let filled = 0;
    this.#file.seekSync(offset, Deno.SeekMode.Start); // with the reads in one turn: entries may be read at once
    while (filled < bytes.length) {
      const count = this.#file.readSync(bytes.subarray(filled));
      if (count === null) break;
      filled += count;
    }
    return Promise.resolve(bytes.subarray(0, filled));
  }
}
