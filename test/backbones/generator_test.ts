import { assert, assertEquals } from "@std/assert";
import { discriminate, initDiscriminator } from "../../lib/backbones/discriminator.ts";
import { generate, GENERATED_SIDES, initGenerator } from "../../lib/backbones/generator.ts";
import { stream } from "../../lib/engine/streams.ts";
import { startTensorFlow, tf } from "../../lib/engine/tensorflow.ts";
import { toTensors } from "../../lib/training/step.ts";

await startTensorFlow();

const BATCH = 3;
const random = stream(0, "generator_test");
const noise = tf.tensor2d(Float32Array.from({ length: BATCH * 5 }, () => random.normal()), [BATCH, 5]);

for (const side of GENERATED_SIDES) {
  Deno.test(`at ${side} px a generator makes images between 0 and 1, which a discriminator judges`, () => {
    const generator = toTensors(initGenerator({ side, noise: 5, channels: 2 }, random));
    const discriminator = toTensors(initDiscriminator(2, random));
    for (const training of [true, false]) {
      const { images } = generate(generator.params, generator.state, noise, training);
      assertEquals(images.shape, [BATCH, side, side, 3]);
      assert(images.dataSync().every((value) => value > 0 && value < 1));
      const { logit } = discriminate(discriminator.params, discriminator.state, images, training);
      assertEquals(logit.shape, [BATCH]);
    }
  });
}
