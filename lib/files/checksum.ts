/** Checksums of files, read in pieces so that a file may be larger than memory. */
import { createHash } from "node:crypto";
import { fileError } from "./file_error.ts";

/**
 * The checksum of a file.
 *
 * @param path the file
 * @param algorithm MD5 where a data set publishes nothing better, else SHA-256
 * @param onProgress called with the bytes read so far
 * @returns lower-case hexadecimal
 * @throws {UserError} if the file cannot be read
 *
 * @example
 * ```ts
 * import { fileDigest } from "./checksum.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile();
 * assertEquals(await fileDigest(path, "md5"), "d41d8cd98f00b204e9800998ecf8427e"); // of nothing
 * ```
 */
export async function fileDigest(
  path: string,
  algorithm: "md5" | "sha256",
  onProgress?: (bytes: number) => void,
): Promise<string> {
  const hash = createHash(algorithm), piece = new Uint8Array(1 << 20);
  try {
    using file = await Deno.open(path);
    for (let done = 0, read; (read = await file.read(piece)) !== null;) {
      hash.update(piece.subarray(0, read));
      onProgress?.(done += read);
    }
  } catch (error) {
    throw fileError(error, "read", path);
  }
  return hash.digest("hex");
}
