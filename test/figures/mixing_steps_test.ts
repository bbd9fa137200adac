import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { PNG } from "pngjs";
import { mixingFrames, mixingSteps } from "../../lib/figures/mixing_steps.ts";

const plain = (level: number) => new Uint8Array(32 * 32 * 3).fill(level);
const step = (level: number) => ({
  image: plain(level),
  map: new Float32Array(64),
  partner: plain(1),
  partnerImage: plain(level + 1),
  partnerMap: new Float32Array(64).fill(1),
  source: { y: 8, x: 16 },
  mixed: plain(2),
  destination: { y: 24, x: 0 },
  window: 8,
});
const steps = [step(100), step(50)];
const TILE = 128, GAP = 14, HEAD = 42;

Deno.test("each picture shows its step: image above, partner below, one column each", () => {
  const frames = mixingFrames(steps, 32);
  const grey = Math.round(0.6 * 253 + 0.4 * 101); // viridis(1) over the partner, red
  const shown = [[100, 101], [100, grey], [100, 1], [100, 1], [2, 1], [2, 1]];
  frames.forEach(({ png }, k) => {
    const { width, height, data } = PNG.sync.read(Buffer.from(png));
    assertEquals([width, height], [GAP + 2 * (TILE + GAP), HEAD + 2 * (TILE + GAP)]);
    const at = (row: number, y: number, x: number) => {
      const place = 4 * ((HEAD + row * (TILE + GAP) + y) * width + GAP + x);
      return [...data.subarray(place, place + 3)];
    };
    assertEquals([at(0, 64, 64)[0], at(1, 4, 4)[0]], shown[k], `picture ${k}`);
    const red = [255, 64, 64];
    const framed = (colour: number[]) => colour.join() === red.join();
    assertEquals(
      [framed(at(0, 96 - 1, 8)), framed(at(1, 32 - 1, 64 + 8))],
      [k === 4, k === 3 || k === 4],
      `frames of ${k}`,
    );
  });
  assertEquals(frames.map(({ caption }) => caption)[2], "the foreground turns grey");
});

Deno.test("the animation holds them all, and the same steps give the same bytes", () => {
  const file = mixingSteps(steps, 32);
  assertEquals(Buffer.from(file).toString("latin1").split("fcTL").length - 1, 6);
  assertEquals(PNG.sync.read(Buffer.from(file)).data, PNG.sync.read(Buffer.from(mixingFrames(steps, 32)[0].png)).data);
  assertEquals(mixingSteps(steps, 32), file);
});
