/**
 * Animated PNG (W3C, PNG third edition): frames of one size, shown one after another without end. A viewer that does not know
 * it shows the first frame.
 */
import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";

/** A frame. */
export interface Frame {
  /** A PNG file; all frames have one size and one colour type. */
  png: Uint8Array;
  /** How long it is shown, in milliseconds. */
  milliseconds: number;
}

interface Chunk {
  type: string;
  data: Uint8Array;
}

/**
 * Puts frames together.
 *
 * @param frames at least one
 * @throws {RangeError} if their headers differ
 */
export function animatedPng(frames: readonly Frame[]): Uint8Array {
  const read = frames.map(({ png }) => chunksOf(png));
  const [header] = read[0];
  const [width, height] = [0, 4].map((at) => Buffer.from(header.data).readUInt32BE(at));
  const parts: Uint8Array[] = [frames[0].png.subarray(0, 8), chunk("IHDR", header.data)];
  parts.push(chunk("acTL", numbers([4, frames.length], [4, 0]))); // 0: without end
  let sequence = 0;
  read.forEach((chunks, k) => {
    if (Buffer.compare(chunks[0].data, header.data) !== 0) throw new RangeError(`frame ${k} has another header`);
    const place = [[4, sequence++], [4, width], [4, height], [4, 0], [4, 0]] as const;
    const control = [[2, frames[k].milliseconds], [2, 1000], [1, 0], [1, 0]] as const; // drawn over what was there
    parts.push(chunk("fcTL", numbers(...place, ...control)));
    for (const { type, data } of chunks) {
      if (type !== "IDAT") continue;
      parts.push(k === 0 ? chunk("IDAT", data) : chunk("fdAT", Buffer.concat([numbers([4, sequence++]), data])));
    }
  });
  parts.push(chunk("IEND", new Uint8Array()));
  return new Uint8Array(Buffer.concat(parts));
}

/** The chunks of a PNG file, the header first. */
function chunksOf(png: Uint8Array): Chunk[] {
  const bytes = Buffer.from(png);
  const chunks: Chunk[] = [];
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    chunks.push({ type: bytes.toString("latin1", at + 4, at + 8), data: bytes.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  return chunks;
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  return Buffer.concat([numbers([4, data.length]), body, numbers([4, crc32(body)])]);
}

/** Big-endian numbers, each of so many bytes. */
function numbers(...values: (readonly [bytes: number, value: number])[]): Uint8Array {
  const all = Buffer.alloc(values.reduce((sum, [bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [bytes, value] of values) at = all.writeUIntBE(value, at, bytes);
  return all;
}
