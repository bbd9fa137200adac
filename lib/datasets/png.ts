/** PNG images as bytes, by pngjs, which lets pass what is damaged in ways that the format can tell. */
import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import { PNG } from "pngjs";
import { UserError } from "../files/user_error.ts";
import { MOST_DEFLATED } from "../files/zip.ts";

/** Bytes of a chunk beside its data: length, type, checksum. */
const FRAME = 12;
const MARK = 8;

/**
 * Decodes an image as RGB; what is transparent counts as it is coloured.
 *
 * @param bytes the file
 * @param where its path, for messages
 * @returns pixels `[height, width, 3]`
 * @throws {UserError} if it cannot be decoded
 */
export function decodePng(bytes: Uint8Array, where: string): { height: number; width: number; pixels: Uint8Array } {
  try {
    if (bytes[0] === 0x89) checkChunks(bytes); // else pngjs has its words for what is none
    const { height, width, data } = PNG.sync.read(Buffer.from(bytes));
    const pixels = new Uint8Array(height * width * 3);
    for (let i = 0; i < height * width; i++) {
      for (let channel = 0; channel < 3; channel++) pixels[3 * i + channel] = data[4 * i + channel];
    }
    return { height, width, pixels };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`${where}: not a PNG image that can be decoded (${reason}). Get the file again.`);
  }
}

/** Checks each chunk, of unknown type too: pngjs passes over those, and takes an image without pixels for a black one. */
function checkChunks(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const types: string[] = [];
  for (let at = MARK; types.at(-1) !== "IEND";) {
    const length = at + FRAME > bytes.length ? NaN : view.getUint32(at);
    const end = at + FRAME + length;
    if (!(end <= bytes.length)) throw new Error(`cut off in chunk ${types.length}`);
    if (view.getUint32(end - 4) !== crc32(bytes.subarray(at + 4, end - 4))) {
      throw new Error(`chunk ${types.length} does not fit its checksum`);
    }
    types.push(String.fromCharCode(...bytes.subarray(at + 4, at + 8)));
    if (types.length === 1) checkClaim(view, bytes.length, types[0], length);
    at = end;
  }
  if (!types.includes("IDAT")) throw new Error("without pixels");
}

/** Refuses more pixels than deflate could have packed into so few bytes: room would be made for them first. */
function checkClaim(view: DataView, bytes: number, type: string, length: number): void {
  if (type !== "IHDR" || length < 8) throw new Error("without a header");
  const [width, height] = [view.getUint32(MARK + 8), view.getUint32(MARK + 12)];
  const least = height * (1 + width / 8); // a byte for the filter, a bit a pixel
  if (width > 0 && height > 0 && least <= bytes * MOST_DEFLATED) return;
  throw new Error(`claims ${width} x ${height} pixels in ${bytes} bytes`);
}
