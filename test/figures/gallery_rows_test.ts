import { assert, assertEquals } from "@std/assert";
import { DESCRIBED } from "../../lib/backmix/mix.ts";
import { openSet } from "../../lib/datasets/open_set.ts";
import { priors, priorsSplit } from "../../lib/datasets/priors.ts";
import { galleryRows } from "../../lib/figures/gallery_rows.ts";

const { train } = openSet(priors({ seed: 0, train: 30, test: 6 }), priorsSplit(0));
const SIZE = 32 * 32 * 3;
/** Every image's foreground is the upper left quarter of the cells. */
const maps = Float32Array.from({ length: 30 * 64 }, (_, i) => i % 8 < 4 && Math.floor(i / 8) % 8 < 4 ? 1 : 0);

Deno.test("a gallery shows an image of each class, mixed from its partner's grey and background", () => {
  const rows = galleryRows(train, maps, DESCRIBED, 6, 0);
  assertEquals(rows.length, 6);
  rows.forEach(({ image, map, partner, source, mixed, destination, window }, label) => {
    const first = train.labels.indexOf(label);
    assertEquals(image, train.images.slice(first * SIZE, (first + 1) * SIZE));
    assertEquals(map, maps.slice(first * 64, (first + 1) * 64));
    assertEquals(window, 8);
    for (let y = 0; y < 16; y++) assert(partner.subarray(y * 96, y * 96 + 48).every((v) => v === 128), "masked");
    for (let at = 0; at < SIZE; at++) {
      const [y, x] = [Math.floor(at / 96), Math.floor(at / 3) % 32];
      const [dy, dx] = [y - destination.y, x - destination.x];
      const inside = dy >= 0 && dy < window && dx >= 0 && dx < window;
      const from = ((source.y + dy) * 32 + source.x + dx) * 3 + at % 3;
      assertEquals(mixed[at], inside ? partner[from] : image[at]);
    }
  });
  assertEquals(galleryRows(train, maps, DESCRIBED, 6, 0), rows);
});
