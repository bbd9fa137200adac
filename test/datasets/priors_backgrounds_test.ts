import { assert, assertEquals } from "@std/assert";
import { backgrounds } from "../../lib/datasets/priors_backgrounds.ts";
import { stream } from "../../lib/engine/streams.ts";

const side = 32;

function pixels(family: number, step: number): number[] {
  const texture = backgrounds[family].texture(stream(0, "texture", step), side);
  return Array.from({ length: side * side }, (_, at) => texture(at % side, Math.floor(at / side)))
    .map((value) => Math.min(1, Math.max(0, value)));
}

Deno.test("there are ten families, and each uses both of its colours", () => {
  assertEquals(new Set(backgrounds.map((family) => family.name)).size, 10);
  for (let family = 0; family < 10; family++) {
    for (let step = 0; step < 20; step++) {
      const values = pixels(family, step);
      assert(Math.min(...values) < 0.25 && Math.max(...values) > 0.75, backgrounds[family].name);
    }
  }
});

Deno.test("a texture depends on its stream alone", () => {
  for (let family = 0; family < 10; family++) {
    assertEquals(pixels(family, 3), pixels(family, 3));
    assert(pixels(family, 3).some((value, at) => value !== pixels(family, 4)[at]));
  }
});

Deno.test("columns do not vary down, rows not across", () => {
  const [columns, rows] = [pixels(0, 0), pixels(1, 0)];
  for (let at = 0; at < side * side; at++) {
    assertEquals(columns[at], columns[at % side]);
    assertEquals(rows[at], rows[at - at % side]);
  }
});
