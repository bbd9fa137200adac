import { assertEquals, assertThrows } from "@std/assert";
import { createHash } from "node:crypto";
import { decodeJpeg } from "../../lib/datasets/jpeg.ts";
import { engine, startTensorFlow } from "../../lib/engine/tensorflow.ts";
import { UserError } from "../../lib/files/user_error.ts";

await startTensorFlow({ threads: 2 });

const file = (name: string) => Deno.readFile(new URL(`fixtures/${name}`, import.meta.url));

// what fixtures/make.py prints: the pixels as Pillow decodes them
for (
  const [name, height, width, sha256] of [
    ["colours.JPEG", 64, 64, "06b749ef48704f7903320a3a6269669e97f1eb2ecd8a8bb67e0927dc2e17ee6e"],
    ["grey.JPEG", 64, 64, "33ef83512dc40c40ae29b16df48e83adc1414d47622f85aebff22cfdf59d5580"],
    ["small.JPEG", 32, 48, "bcf5f810f0aec5a140761a3feb4ab093e465e4fe0c39741d4ef1b6b506db3c7e"],
  ] as const
) {
  Deno.test(`${name} has the pixels that Pillow decodes, to the bit`, async () => {
    const image = decodeJpeg(await file(name), name);
    assertEquals([image.height, image.width, image.pixels.length], [height, width, height * width * 3]);
    assertEquals(createHash("sha256").update(image.pixels).digest("hex"), sha256);
  });
}

Deno.test("what is no JPEG image, or cut off, is refused by its name", async () => {
  const bytes = await file("colours.JPEG");
  for (const broken of [new Uint8Array(0), new TextEncoder().encode("GIF89a"), bytes.subarray(0, bytes.length / 2)]) {
    assertThrows(
      () => decodeJpeg(broken, "val_3.JPEG"),
      UserError,
      "val_3.JPEG: not a JPEG image that can be decoded (",
    );
  }
  assertEquals(engine().binding.getNumOfTensors(), 0);
});

Deno.test("a size that so few bytes cannot hold is refused before room is made for it", async () => {
  const bytes = await file("colours.JPEG");
  const frame = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xc0); // baseline: height, width at 5
  new DataView(bytes.buffer).setUint32(frame + 5, 0xff00_ff00);
  assertThrows(() => decodeJpeg(bytes, "a.jpg"), UserError, "(claims 65280 x 65280 pixels in 1525 bytes)");
  assertEquals(engine().binding.getNumOfTensors(), 0);
});
