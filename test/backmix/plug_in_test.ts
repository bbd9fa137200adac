import { assert, assertAlmostEquals, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { CENTRED } from "../../lib/augment/pixels.ts";
import { layersModelCam } from "../../lib/backmix/layers_model.ts";
import { BackMix } from "../../lib/backmix/plug_in.ts";
import { stream } from "../../lib/engine/streams.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { UserError } from "../../lib/files/user_error.ts";

await startTensorFlow({ threads: 2 });
const SIDE = 16;
const random = stream(0, "plug_in_test");
/** Five images of one grey each: 10, 60, 110, 160, 210. */
const images = Uint8Array.from({ length: 5 * SIDE * SIDE * 3 }, (_, i) => 10 + 50 * Math.floor(i / (SIDE * SIDE * 3)));

/** Levels of each image of a batch, as whole numbers. */
function levels(batch: tf.Tensor4D): number[][] {
  const values = Array.from(batch.dataSync(), (v) => Math.round(v * 255));
  const size = SIDE * SIDE * 3;
  return Array.from({ length: batch.shape[0] }, (_, k) => [...new Set(values.slice(k * size, (k + 1) * size))]);
}

Deno.test("a mixed image keeps its own pixels but for a window of another's; the raw one keeps all", () => {
  const backmix = new BackMix({ images, side: SIDE, seed: 0, settings: { foreground: 0 } });
  const { mixed, raw } = backmix.mix([4, 0, 2]);
  assertEquals([mixed.shape, raw.shape], [[3, SIDE, SIDE, 3], [3, SIDE, SIDE, 3]]);
  assertEquals(levels(raw), [[210], [10], [110]]);
  for (const [k, own] of [210, 10, 110].entries()) {
    const seen = levels(mixed)[k];
    assert(seen.includes(own) && seen.length <= 2, `image ${k} shows ${seen}`);
  }
  assert(levels(mixed).some((seen) => seen.length === 2)); // not all of them drew themselves as partner
});

Deno.test("mixing draws anew each time, and the same again for the same seed", () => {
  const [a, b] = [0, 0].map((seed) => new BackMix({ images, side: SIDE, seed }));
  const mixed = (backmix: BackMix) => backmix.mix([0, 1, 2, 3, 4]).mixed.dataSync();
  const first = mixed(a);
  assertEquals(mixed(b), first);
  const second = mixed(a);
  assertNotEquals(second, first);
  assertEquals(mixed(b), second);
  assertNotEquals(mixed(new BackMix({ images, side: SIDE, seed: 1 })), first);
});

Deno.test("maps move the bank of the batch that was mixed last, and then what is foreground turns grey", () => {
  const backmix = new BackMix({
    images,
    side: SIDE,
    seed: 0,
    normalisation: CENTRED,
    settings: { partner: "own", window: 0.9, foreground: 0.5 },
  });
  backmix.mix([3, 1]);
  const left = Float32Array.from({ length: 2 * 64 }, (_, i) => (i % 8 < 4 ? 1 : 0));
  backmix.update(tf.tensor3d(left, [2, 8, 8]));
  const { maps } = backmix.bank.state();
  assertEquals([maps[1 * 64], maps[1 * 64 + 7], maps[2 * 64]], [Math.fround(0.55), Math.fround(0.45), 0.5]);
  backmix.update(left.subarray(64), [2]);
  assertEquals(backmix.bank.state().maps[2 * 64], Math.fround(0.55));

  const { mixed, raw } = backmix.mix([3]); // its own window, whose left half is grey: 0 in this normalisation
  const grey = Array.from(mixed.dataSync()).filter((v) => v === 0).length;
  assert(grey > 0 && Array.from(raw.dataSync()).every((v) => v !== 0));
});

Deno.test("what is no image, no map or no setting is refused with what is wanted", () => {
  const refused = (make: () => unknown) => assertThrows(make, UserError).message;
  const floats = new Float32Array(SIDE * SIDE * 3) as unknown as Uint8Array;
  const wanted = `Give all of them as one Uint8Array, [n, 16, 16, 3], each value 0 to 255.`;
  assertEquals(
    refused(() => new BackMix({ images: floats, side: SIDE, seed: 0 })),
    `BackMix: 768 values are no images of 16 px. ${wanted}`,
  );
  assertEquals(
    refused(() => new BackMix({ images: images.subarray(1), side: SIDE, seed: 0 })),
    `BackMix: 3839 values are no images of 16 px. ${wanted}`,
  );
  assertEquals(
    refused(() => new BackMix({ images, side: 20, seed: 0 })),
    "BackMix: images of 20 px. Give a side that is a multiple of 8.",
  );
  refused(() => new BackMix({ images, side: SIDE, seed: 0, settings: { momentum: 0 } }));
  const backmix = new BackMix({ images, side: SIDE, seed: 0 });
  backmix.mix([0]);
  assertEquals(
    refused(() => backmix.update(new Float32Array(64).fill(NaN))),
    "BackMix: a map holds NaN. Give values from 0 to 1, as layersModelCam and classActivationMaps make them.",
  );
  assertThrows(() => backmix.update(new Float32Array(128)), RangeError);
});

const { conv2d, globalAveragePooling2d, dense, dropout, flatten, activation } = tf.layers;
const first = () => conv2d({ inputShape: [SIDE, SIDE, 3], filters: 4, kernelSize: 3, strides: 2, activation: "relu" });
const batch = tf.tensor4d(Float32Array.from({ length: 2 * SIDE * SIDE * 3 }, random.uniform), [2, SIDE, SIDE, 3]);

Deno.test("a layers model's maps follow its weights, through dropout and whatever activation", () => {
  const head = dense({ units: 3 });
  const model = tf.sequential({
    layers: [first(), globalAveragePooling2d({}), dropout({ rate: 0.5 }), head, activation({ activation: "softmax" })],
  });
  const cam = layersModelCam(model);
  const held = tf.memory().numTensors;
  const [before, again] = [cam(batch, [2, 0]), cam(batch, [2, 0])];
  assertEquals(tf.memory().numTensors, held);
  assertEquals([before.length, before], [2 * 64, again]);
  assert(before.every((value) => value >= 0 && value <= 1));
  const [kernel, bias] = head.getWeights();
  head.setWeights([tf.neg(kernel), bias]);
  cam(batch, [2, 0]).forEach((value, i) => assertAlmostEquals(value, 1 - before[i], 1e-5));
  assertNotEquals(cam(batch, [1, 0]), cam(batch, [2, 0]));
});

Deno.test("a model that ends in another way is refused, with what is needed", () => {
  const refused = (...layers: tf.layers.Layer[]) =>
    assertThrows(() => layersModelCam(tf.sequential({ name: "mine", layers: [first(), ...layers] })), UserError)
      .message;
  const needs =
    "its class activation maps need globalAveragePooling2d and one dense layer. With another ending, pass " +
    "maps of your own to update.";
  assertEquals(
    refused(flatten({ name: "flat" }), dense({ units: 3, name: "head" })),
    `mine: ends in flat and head; ${needs}`,
  );
  assertEquals(
    refused(globalAveragePooling2d({}), dense({ units: 8, name: "hidden" }), dense({ units: 3, name: "head" })),
    `mine: ends in hidden and head; ${needs}`,
  );
});
