/**
 * A wheel: which one, and how the wanted files come out of it.
 *
 * A wheel is a zip archive (PEP 427). TensorFlow's holds some 15,000 files; only `libtensorflow_cc` (the whole C API and
 * XLA) and `libtensorflow_framework` are wanted. They are streamed to disk, so that memory stays small.
 */
import { ZipReader } from "@zip.js/zip.js";
import { dirname, join } from "node:path";
import { writeAll } from "../files/atomic.ts";
import { UserError } from "../files/user_error.ts";
import { FileReader } from "../files/zip.ts";

/** A wheel and what to take out of it. */
export interface Wheel {
  /** Name of the package. */
  name: string;
  /** Its version. */
  version: string;
  /** Tag of the wheel's Python; another Python's pip can fetch it too, since the tag is named. */
  python: string;
  /** Tag of the wheel's binary interface: such as `cp311`, or `none` where any Python will do. */
  abi: string;
  /** Platform's tag of the wheel. */
  platform: string;
  /** SHA-256 of the wheel's file, hexadecimal. */
  sha256: string;
  /** Size of the wheel's file. */
  bytes: number;
  /** Paths in the wheel of what is unpacked; one that ends with "/" stands for all that lies below. */
  files: string[];
  /** The folder that is left off the unpacked paths, such as `tensorflow/`; "" for none. */
  leftOff: string;
}

/**
 * Unpacks what is wanted of a wheel and checks the CRC-32 of each file.
 *
 * @param path the wheel's file
 * @param wheel what to take out of it
 * @param folder an existing folder
 * @returns size of each file by its path below the folder
 * @throws {UserError} if the wheel lacks a file, or is damaged
 */
export async function unpackWheel(
  path: string,
  wheel: Pick<Wheel, "files" | "leftOff">,
  folder: string,
): Promise<Record<string, number>> {
  using file = Deno.openSync(path);
  const zip = new ZipReader(new FileReader(file), { useWebWorkers: false, checkCrc32: true });
  const sizes: Record<string, number> = {};
  const met = new Set<string>();
  try {
    for await (const entry of zip.getEntriesGenerator()) {
      const wanted = wheel.files.find((file) => covers(file, entry.filename));
      if (entry.directory || wanted === undefined) continue;
      const name = entry.filename.slice(wheel.leftOff.length);
      Deno.mkdirSync(dirname(join(folder, name)), { recursive: true });
      using out = Deno.openSync(join(folder, name), {
        write: true,
        create: true,
        truncate: true, // an attempt that was interrupted may have left a part of it
        mode: entry.executable ? 0o755 : 0o644, // TensorFlow runs the compiler's ptxas
      });
      await entry.getData(writableTo(out));
      await out.sync();
      sizes[name] = out.statSync().size;
      met.add(wanted);
    }
  } catch (error) {
    // The file system's errors carry a code and are the caller's; what is left is zip.js's word on the archive.
    if (!(error instanceof Error) || "code" in error || error instanceof TypeError) throw error;
    throw new UserError(`${path} cannot be unpacked (${error.message}): delete it and fetch it again.`);
  }
  const missing = wheel.files.filter((file) => !met.has(file));
  if (missing.length > 0) throw new UserError(`${path} does not hold ${missing.join(" and ")}: it is another wheel.`);
  return sizes;
}

function covers(file: string, path: string): boolean {
  return file.endsWith("/") ? path.startsWith(file) : path === file;
}

/** A stream into a file that stays open at its end, so that it can still be synced. */
function writableTo(file: Deno.FsFile): WritableStream<Uint8Array> {
  return new WritableStream({ write: (chunk) => writeAll(file, chunk) });
}
