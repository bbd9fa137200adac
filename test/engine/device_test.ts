import { assertEquals, assertThrows } from "@std/assert";
import { contextConfig, deviceOf } from "../../lib/engine/device.ts";
import { UserError } from "../../lib/files/user_error.ts";

Deno.test("a device is cpu, or gpu: with a number", () => {
  assertEquals(["cpu", "gpu:0", "gpu:12"].map(deviceOf), ["cpu", "gpu:0", "gpu:12"]);
  for (const text of ["", "gpu", "gpu:", "gpu:-1", "gpu:01", "gpu:1.5", "gpu:100", "GPU:0", "cuda:0"]) {
    assertThrows(() => deviceOf(text), UserError, `--device ${text}: give cpu`);
  }
});

/** As Python's protobuf 7 writes these fields of `ConfigProto`. */
const written = {
  cpu: "0a070a0343505510010a070a03475055100010022801",
  "cpu twice": "0a070a0343505510020a070a03475055100010022802",
  "gpu:12": "107f2801320620012a023132",
  "gpu:1 to gpu:3": "10022803320920012a05312c322c33",
};

Deno.test("TensorFlow's settings are the bytes that protobuf writes", () => {
  assertEquals(contextConfig(2, "cpu").toHex(), written.cpu);
  assertEquals(contextConfig(2, "cpu", 2).toHex(), written["cpu twice"]);
  assertEquals(contextConfig(127, "gpu:12").toHex(), written["gpu:12"]);
  assertEquals(contextConfig(2, "gpu:1", 3).toHex(), written["gpu:1 to gpu:3"]);
});
