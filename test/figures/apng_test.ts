/** Animated PNG, taken apart by the specification's chunk layout. */
import { assertEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import { PNG } from "pngjs";
import { animatedPng } from "../../lib/figures/apng.ts";
import { picture, type Rgb } from "../../lib/figures/picture.ts";

const plain = (colour: Rgb, width = 5) => picture(width, 3, colour).png();

function chunksOf(file: Uint8Array): { type: string; data: Buffer }[] {
  const bytes = Buffer.from(file);
  const chunks = [];
  for (let at = 8; at < bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const body = bytes.subarray(at + 4, at + 8 + length);
    assertEquals(bytes.readUInt32BE(at + 8 + length), crc32(body), "checksum");
    chunks.push({ type: body.toString("latin1", 0, 4), data: body.subarray(4) });
    at += 12 + length;
  }
  return chunks;
}

Deno.test("each frame comes out as it went in, for its time, in order, without end", () => {
  const colours: Rgb[] = [[255, 0, 0], [0, 255, 0], [0, 0, 255]];
  const file = animatedPng(colours.map((colour, k) => ({ png: plain(colour), milliseconds: 100 * (k + 1) })));
  const chunks = chunksOf(file);
  assertEquals(chunks.map(({ type }) => type), [
    ...["IHDR", "acTL", "fcTL", "IDAT", "fcTL", "fdAT", "fcTL", "fdAT", "IEND"],
  ]);
  assertEquals([...chunks[1].data], [0, 0, 0, 3, 0, 0, 0, 0]);
  const controls = chunks.filter(({ type }) => type === "fcTL").map(({ data }) => data);
  assertEquals(controls.map((data) => [4, 8, 12, 16].map((at) => data.readUInt32BE(at))), [
    ...[[5, 3, 0, 0], [5, 3, 0, 0], [5, 3, 0, 0]],
  ]);
  assertEquals(controls.map((data) => data.readUInt16BE(20) / data.readUInt16BE(22)), [0.1, 0.2, 0.3]); // seconds
  const numbered = chunks.filter(({ type }) => /^f/.test(type)).map(({ data }) => data.readUInt32BE(0));
  assertEquals(numbered, [0, 1, 2, 3, 4]);

  assertEquals([...PNG.sync.read(Buffer.from(file)).data.subarray(0, 4)], [255, 0, 0, 255]); // the first, for who knows no more
  chunks.filter(({ type }) => type === "fdAT").forEach(({ data }, k) => {
    const whole = Buffer.from(plain(colours[0])); // the same header around the frame's data
    const [header] = chunksOf(whole);
    const of = (type: string, data: Uint8Array) => {
      const body = Buffer.concat([Buffer.from(type), data]);
      const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
      length.writeUInt32BE(data.length);
      check.writeUInt32BE(crc32(body));
      return Buffer.concat([length, body, check]);
    };
    const png = Buffer.concat([
      ...[whole.subarray(0, 8), of("IHDR", header.data), of("IDAT", data.subarray(4)), of("IEND", new Uint8Array())],
    ]);
    assertEquals([...PNG.sync.read(png).data.subarray(0, 3)], [...colours[k + 1]]);
  });
});

Deno.test("frames of another size are refused", () => {
  const frames = [5, 6].map((width) => ({ png: plain([0, 0, 0], width), milliseconds: 100 }));
  assertThrows(() => animatedPng(frames), RangeError, "frame 1 has another header");
});
