import { assertEquals, assertThrows } from "@std/assert";
import { type BackboneName, backboneOf } from "../../lib/backbones/table.ts";
import { UserError } from "../../lib/files/user_error.ts";

const CHANNELS: Record<BackboneName, number> = {
  classifier32: 128,
  wide_resnet40_4: 256,
  resnet18: 512,
  resnet34: 512,
};

Deno.test("each name of a recipe gives the backbone of this name", () => {
  for (const [name, channels] of Object.entries(CHANNELS) as [BackboneName, number][]) {
    const backbone = backboneOf({ name, width: 0.5 });
    assertEquals([backbone.name, backbone.channels], [name, channels / 2]);
  }
});

Deno.test("a recipe that gives dropout to a backbone without dropout is refused", () => {
  assertThrows(() => backboneOf({ name: "resnet18", dropout: 0.2 }), UserError, "resnet18 a dropout of 0.2");
  assertEquals(backboneOf({ name: "resnet18", dropout: 0 }).name, "resnet18");
});
