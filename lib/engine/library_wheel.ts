/**
 * The TensorFlow wheel: which one we use, and how its two libraries come out of it.
 *
 * A wheel is a zip archive (PEP 427). This one holds some 15,000 files; only `libtensorflow_cc.so.2` (the whole C API
 * and XLA) and `libtensorflow_framework.so.2` are wanted. They are streamed to disk, so that memory stays small.
 */
import { ZipReader } from "@zip.js/zip.js";
import { basename, join } from "node:path";
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
  /** Platform's tag of the wheel. */
  platform: string;
  /** SHA-256 of the wheel's file, hexadecimal. */
  sha256: string;
  /** Size of the wheel's file. */
  bytes: number;
  /** Paths in the wheel of what is unpacked. */
  libraries: string[];
}

/** The version of TensorFlow that the engine is written against. */
export const WANTED_VERSION = "2.21.0";

/** Names of the two libraries; the first is the one to open, its RUNPATH finds the other beside it. */
export const LIBRARIES: string[] = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"];

/** The wheel of TensorFlow for processors, Linux on x86-64. The Python it is for does not matter: no Python loads it. */
export const TENSORFLOW: Wheel = {
  name: "tensorflow-cpu",
  version: WANTED_VERSION,
  python: "3.11",
  platform: "manylinux_2_27_x86_64",
  sha256: "2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c",
  bytes: 273_829_956,
  libraries: LIBRARIES.map((name) => `tensorflow/${name}`),
};

/**
 * Unpacks a wheel's libraries into a folder and checks the CRC-32 of each.
 *
 * @param path the wheel's file
 * @param libraries paths in the wheel
 * @param folder an existing folder; each file lies directly in it afterwards
 * @returns size of each file by its name
 * @throws {UserError} if the wheel lacks one, or is damaged
 */
export async function unpackLibraries(
  path: string,
  libraries: string[],
  folder: string,
): Promise<Record<string, number>> {
  using file = Deno.openSync(path);
  const zip = new ZipReader(new FileReader(file), { useWebWorkers: false, checkCrc32: true });
  const sizes: Record<string, number> = {};
  try {
    for await (const entry of zip.getEntriesGenerator()) {
      if (entry.directory || !libraries.includes(entry.filename)) continue;
      const name = basename(entry.filename);
      using out = Deno.openSync(join(folder, name), { write: true, createNew: true });
      await entry.getData(writableTo(out));
      await out.sync();
      sizes[name] = out.statSync().size;
    }
  } catch (error) {
    // The file system's errors carry a code and are the caller's; what is left is zip.js's word on the archive.
    if (!(error instanceof Error) || "code" in error || error instanceof TypeError) throw error;
    throw new UserError(`${path} cannot be unpacked (${error.message}): delete it and fetch it again.`);
  }
  const missing = libraries.filter((library) => !(basename(library) in sizes));
  if (missing.length > 0) throw new UserError(`${path} does not hold ${missing.join(" and ")}: it is another wheel.`);
  return sizes;
}

/** A stream into a file that stays open at its end, so that it can still be synced. */
function writableTo(file: Deno.FsFile): WritableStream<Uint8Array> {
  return new WritableStream({ write: (chunk) => writeAll(file, chunk) });
}
