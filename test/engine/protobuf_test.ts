import { assertEquals, assertThrows } from "@std/assert";
import { Message } from "../../lib/engine/protobuf.ts";

const message = (...bytes: number[]) => new Message(Uint8Array.of(...bytes));

Deno.test("a message reads as the protocol buffers' own guide encodes it", () => {
  assertEquals(message(0x08, 0x96, 0x01).number(1), 150); // "A Simple Message"
  assertEquals(message(0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67).text(2), "testing");
  assertEquals(message(0x1a, 0x03, 0x08, 0x96, 0x01).messages(3).map((m) => m.number(1)), [150]);
  const minusTwo = message(0x08, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01);
  assertEquals(minusTwo.number(1), -2);
});

Deno.test("a field that is left out is zero, empty or none, and the last of several counts", () => {
  const none = message();
  assertEquals([none.integer(1), none.text(2), none.messages(3)], [0n, "", []]);
  assertEquals(message(0x08, 1, 0x08, 2).number(1), 2);
});

Deno.test("fields of fixed size are passed over", () => {
  const bytes = [0x0d, 1, 2, 3, 4, 0x11, 1, 2, 3, 4, 5, 6, 7, 8, 0x18, 7]; // fixed32, fixed64, then field 3
  assertEquals(message(...bytes).number(3), 7);
});

Deno.test("bytes that are no message are refused", () => {
  assertThrows(() => message(0x12, 7, 0x74), RangeError, "a field of 7 bytes is cut off");
  assertThrows(() => message(0x08), RangeError);
  assertThrows(() => message(0x0b), RangeError, "a field of kind 3");
});
