import { assertEquals } from "@std/assert";
import { type ImageSet, select } from "../../lib/datasets/image_set.ts";

const set: ImageSet = {
  name: "all",
  side: 1,
  images: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9),
  labels: Int32Array.of(7, 8, 9),
  index: Int32Array.of(10, 20, 30),
  foreground: Uint8Array.of(100, 150, 200),
  background: Int32Array.of(0, 1, 2),
};

Deno.test("select copies images with all that belongs to them, in the order given", () => {
  assertEquals(select(set, [2, 0], "some", (old) => old - 7), {
    name: "some",
    side: 1,
    images: Uint8Array.of(7, 8, 9, 1, 2, 3),
    labels: Int32Array.of(2, 0),
    index: Int32Array.of(30, 10),
    foreground: Uint8Array.of(200, 100),
    background: Int32Array.of(2, 0),
  });
});

Deno.test("select leaves out what the set does not know", () => {
  const { foreground: _, background: __, ...plain } = set;
  assertEquals(Object.keys(select(plain, [1], "some")), ["name", "side", "images", "labels", "index"]);
});
