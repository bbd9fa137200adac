import { assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { PNG } from "pngjs";
import { mixingSteps } from "../../lib/figures/mixing_steps.ts";

const plain = (level: number) => new Uint8Array(32 * 32 * 3).fill(level);

Deno.test("the animation begins with the images and their partners, one column each", () => {
  const step = (level: number) => ({
    image: plain(level),
    map: new Float32Array(64),
    partner: plain(1),
    partnerImage: plain(level + 1),
    partnerMap: new Float32Array(64),
    source: { y: 0, x: 0 },
    mixed: plain(2),
    destination: { y: 8, x: 8 },
    window: 8,
  });
  const file = mixingSteps([step(100), step(50)], 32);
  const { width, height, data } = PNG.sync.read(Buffer.from(file));
  const tile = 128, gap = 14, head = 42;
  assertEquals([width, height], [gap + 2 * (tile + gap), head + 2 * (tile + gap)]);
  const at = (column: number, row: number) =>
    data[4 * ((head + row * (tile + gap)) * width + gap + column * (tile + gap))];
  assertEquals([at(0, 0), at(0, 1), at(1, 0), at(1, 1)], [100, 101, 50, 51]);
  assertEquals(Buffer.from(file).toString("latin1").split("fcTL").length - 1, 6);
  assertEquals(mixingSteps([step(100), step(50)], 32), file);
});
