/**
 * classifier32, the network of the open set literature (Neal et al., ECCV 2018; `models/models.py` of ARPL): nine 3x3
 * convolutions, each followed by batch normalisation and LeakyReLU, then the mean over the last map. At 32 px the map is
 * 4x4, at 64 px 8x8. The reference's linear layer is a parameter of the Softmax method here; its tenth batch
 * normalisation, which it never uses, is left out.
 */
import { constant, normal } from "../engine/host_array.ts";
import { tf } from "../engine/tensorflow.ts";
import type { Backbone, Layers } from "./backbone.ts";
import { dropMaps, leakyRelu } from "./layers.ts";
import { beginPass } from "./pass.ts";

/** Channels out, stride, and whether dropout comes before. */
const TABLE: { name: string; channels: number; stride: 1 | 2; dropout: boolean }[] = [
  { name: "conv1", channels: 64, stride: 1, dropout: true },
  { name: "conv2", channels: 64, stride: 1, dropout: false },
  { name: "conv3", channels: 128, stride: 2, dropout: false },
  { name: "conv4", channels: 128, stride: 1, dropout: true },
  { name: "conv5", channels: 128, stride: 1, dropout: false },
  { name: "conv6", channels: 128, stride: 2, dropout: false },
  { name: "conv7", channels: 128, stride: 1, dropout: true },
  { name: "conv8", channels: 128, stride: 1, dropout: false },
  { name: "conv9", channels: 128, stride: 2, dropout: false },
];

const SLOPE = 0.2;

/**
 * The network at a given width.
 *
 * @param options.width factor on the numbers of channels; 1 as published
 * @param options.dropout share of the maps that training clears before the first, fourth and seventh convolution
 *
 * @example
 * ```ts ignore
 * const { apply, init } = classifier32();
 * const { map, feature } = apply(params, state, images, { training: false }); // [B, 4, 4, 128], [B, 128]
 * ```
 */
export function classifier32({ width = 1, dropout = 0.2 } = {}): Backbone {
  const table = TABLE.map((layer) => ({ ...layer, channels: Math.round(width * layer.channels) }));

  return {
    name: "classifier32",
    channels: table[table.length - 1].channels,

    init(random) {
      const params: Layers<ReturnType<typeof normal>> = {};
      const state: typeof params = {};
      let from = 3;
      for (const { name, channels } of table) {
        params[name] = {
          kernel: normal(random, [3, 3, from, channels], 0.05),
          gamma: normal(random, [channels], 0.02, 1),
          beta: constant([channels], 0),
        };
        state[name] = { mean: constant([channels], 0), variance: constant([channels], 1) };
        from = channels;
      }
      return { params, state };
    },

    apply(params, state, images, mode) {
      const pass = beginPass(params, state, mode, 0.1);
      let x = images; // [B, side, side, 3]
      for (const [i, layer] of table.entries()) {
        if (mode.training && layer.dropout) x = dropMaps(x, dropout, tf.add(mode.seed, tf.tensor1d([0, i], "int32")));
        x = leakyRelu(pass.convolution(layer.name, x, layer.stride), SLOPE);
      }
      return { map: x, feature: tf.mean(x, [1, 2]), state: pass.state };
    },
  };
}
