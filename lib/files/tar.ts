/**
 * Reads wanted files out of a `.tar.gz`, into memory. Strict: an archive that could write outside its folder, if someone
 * unpacked it, is not trusted with anything.
 */
import { type Extract, extract, type Header } from "tar-stream";
import { fileError } from "./file_error.ts";
import { UserError } from "./user_error.ts";

/** A file of an archive. */
export interface TarFile {
  /** Its path in the archive, with `/`. */
  name: string;
  /** Its content. */
  data: Uint8Array;
}

/** No file may claim more bytes: it is read into memory. */
const largest = 1 << 30;
/** An archive ends with so many zeros (POSIX ustar: two blocks). */
const endMark = 1024;

/**
 * Reads the wanted files of a `.tar.gz` in the archive's order, and the whole archive to its end, so that a cut-off one
 * is found.
 *
 * @param path the archive
 * @param wanted which files to read, by their path in the archive
 * @throws {UserError} if the archive is cut off or damaged, or names a path outside itself or a link
 */
export async function* readTarGz(path: string, wanted: (name: string) => boolean): AsyncGenerator<TarFile> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch (error) {
    throw fileError(error, "read", path);
  }
  const entries = extract();
  const pumped = pump(file.readable.pipeThrough(new DecompressionStream("gzip")), entries);
  try {
    for await (const entry of entries) {
      const { name, size } = checked(path, entry.header);
      if (entry.header.type !== "file" || !wanted(name)) entry.resume();
      else yield { name, data: await contentOf(entry as AsyncIterable<Uint8Array>, size) };
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`${path}: cut off or damaged (${reason}). Delete the archive and get it again.`);
  } finally {
    entries.destroy();
    await pumped;
  }
}

/** Feeds the archive to its reader, which learns of each error here; ends early where the reader does. */
async function pump(bytes: ReadableStream<Uint8Array>, into: Extract): Promise<void> {
  let zeros = 0;
  try {
    for await (const chunk of bytes) {
      const last = chunk.findLastIndex((byte) => byte !== 0);
      zeros = last < 0 ? zeros + chunk.length : chunk.length - 1 - last;
      if (into.destroyed) return;
      if (!into.write(chunk)) await new Promise<void>((go) => void into.once("drain", go).once("close", go));
    }
    if (zeros < endMark) throw new Error("no end mark");
    into.end(null);
  } catch (error) {
    into.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

/** An entry that may be trusted. */
function checked(path: string, { name, type, size }: Header): { name: string; size: number } {
  const refuse = (why: string) =>
    new UserError(`${path}: its entry "${name}" ${why}. The archive is not trusted: get it from its official source.`);
  if (type !== "file" && type !== "directory") throw refuse(`is a ${type ?? "thing of unknown kind"}`);
  if (name.startsWith("/") || name.split("/").includes("..")) throw refuse("leads out of its folder");
  if (size > largest) throw refuse(`claims ${size} bytes`);
  return { name, size };
}

/** The content of an entry; a piece that never comes is an error of the archive's reader. */
async function contentOf(entry: AsyncIterable<Uint8Array>, size: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of entry) pieces.push(piece);
  const data = new Uint8Array(size);
  pieces.reduce((at, piece) => (data.set(piece, at), at + piece.length), 0);
  return data;
}
