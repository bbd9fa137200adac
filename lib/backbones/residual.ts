/**
 * The residual networks of the tables, one row of data each.
 *
 * - `wide_resnet40_4`, WRN-40-4 (Zagoruyko and Komodakis, BMVC 2016; `methods/wideresnet.py` of CSSR), for 32 px.
 *   Normalisation and LeakyReLU stand before each convolution (He et al., ECCV 2016), except that the first block of a
 *   stage gets its input as it is; there the published code makes a normalisation in stages 2 and 3 which nothing uses,
 *   and which is left out here.
 * - `resnet18` (He et al., CVPR 2016; `methods/resnet.py` of CSSR), for 64 px: its first convolution has stride 1 and no
 *   pooling follows.
 * - `resnet34` (`models/resnet.py` of ARPL), for 32 px. The reference's linear layer belongs to the method here.
 */
import { constant, type HostArray, normal, uniform } from "../engine/host_array.ts";
import type { Stream } from "../engine/streams.ts";
import { tf } from "../engine/tensorflow.ts";
import type { Backbone, Layers } from "./backbone.ts";
import { leakyRelu } from "./layers.ts";
import { beginPass } from "./pass.ts";

/** Names of the networks. */
export type ResidualName = "wide_resnet40_4" | "resnet18" | "resnet34";

/** What distinguishes a network. */
interface Row {
  /** Where a block normalises: before its convolutions, or after them and then clears what is negative in its sum. */
  normalised: "before" | "after";
  /** Channels of the convolution in front of the blocks. */
  stem: number;
  /** Each stage's channels and blocks; from the second stage on the first block halves the side. */
  stages: [channels: number, blocks: number][];
  /** Slope of the LeakyReLU in stem and blocks. */
  slope: number;
  /** Weight of the batch's statistics in the running ones. */
  weight: number;
  /** Draws a kernel of the shape `[side, side, in, out]`. */
  kernel: (random: Stream, shape: number[]) => HostArray;
}

const TABLE: Record<ResidualName, Row> = {
  wide_resnet40_4: {
    normalised: "before",
    stem: 16,
    stages: [[64, 6], [128, 6], [256, 6]],
    slope: 0.1,
    weight: 0.001,
    kernel: normalByOutput,
  },
  resnet18: {
    normalised: "after",
    stem: 64,
    stages: [[64, 2], [128, 2], [256, 2], [512, 2]],
    slope: 0.01,
    weight: 0.1,
    kernel: uniformByInput,
  },
  resnet34: {
    normalised: "after",
    stem: 64,
    stages: [[64, 3], [128, 4], [256, 6], [512, 3]],
    slope: 0,
    weight: 0.1,
    kernel: uniformByInput,
  },
};

/** Normal with the deviation sqrt(2 / (cells of the kernel * channels out)), as CSSR's WRN draws. */
function normalByOutput(random: Stream, shape: number[]): HostArray {
  const [height, width, , out] = shape;
  return normal(random, shape, Math.sqrt(2 / (height * width * out)));
}

/** Uniform within 1 / sqrt(cells of the kernel * channels in), as PyTorch draws where it is told nothing. */
function uniformByInput(random: Stream, shape: number[]): HostArray {
  const [height, width, into] = shape;
  return uniform(random, shape, 1 / Math.sqrt(height * width * into));
}

/** A block; `into` and `out` are numbers of channels. */
interface Block {
  name: string;
  into: number;
  out: number;
  stride: 1 | 2;
  /** Whether it begins a stage. */
  first: boolean;
  /** Whether a 1x1 convolution brings its input to the form of its output. */
  shortcut: boolean;
}

/** The blocks of a network, such as `stage2.0`: stages count from 1 and blocks from 0, as in the published code. */
function blocksOf({ stem, stages }: Row): Block[] {
  const blocks: Block[] = [];
  let into = stem;
  for (const [stage, [out, count]] of stages.entries()) {
    for (let block = 0; block < count; block++) {
      const first = block === 0;
      const stride = first && stage > 0 ? 2 : 1;
      const shortcut = stride === 2 || into !== out;
      blocks.push({ name: `stage${stage + 1}.${block}`, into, out, stride, first, shortcut });
      into = out;
    }
  }
  return blocks;
}

/** The same network with each number of channels multiplied. */
function widened(row: Row, width: number): Row {
  const wide = (channels: number) => Math.round(width * channels);
  return { ...row, stem: wide(row.stem), stages: row.stages.map(([channels, blocks]) => [wide(channels), blocks]) };
}

/**
 * A residual network at a given width.
 *
 * @param options.width factor on the numbers of channels; 1 as published
 *
 * @example
 * ```ts ignore
 * const { apply, init } = residual("wide_resnet40_4");
 * const { map, feature } = apply(params, state, images, { training: false }); // [B, 8, 8, 256], [B, 256] at 32 px
 * ```
 */
export function residual(name: ResidualName, { width = 1 } = {}): Backbone {
  const row = widened(TABLE[name], width);
  const { stem, slope, weight, kernel } = row;
  const before = row.normalised === "before";
  const blocks = blocksOf(row);
  const channels = blocks[blocks.length - 1].out;

  return {
    name,
    channels,

    init(random) {
      const params: Layers<HostArray> = {};
      const state: Layers<HostArray> = {};
      function normalise(layer: string, channels: number) {
        params[layer] = { ...params[layer], gamma: constant([channels], 1), beta: constant([channels], 0) };
        state[layer] = { mean: constant([channels], 0), variance: constant([channels], 1) };
      }
      function convolve(layer: string, side: 1 | 3, into: number, out: number, normalised: boolean) {
        params[layer] = { kernel: kernel(random, [side, side, into, out]) };
        if (normalised) normalise(layer, out);
      }

      convolve("stem", 3, 3, stem, true);
      for (const { name, into, out, first, shortcut } of blocks) {
        if (before && !first) normalise(`${name}.norm`, into);
        convolve(`${name}.conv1`, 3, into, out, true);
        convolve(`${name}.conv2`, 3, out, out, !before);
        if (shortcut) convolve(`${name}.shortcut`, 1, into, out, !before);
      }
      if (before) normalise("last", channels);
      return { params, state };
    },

    apply(params, state, images, mode) {
      const pass = beginPass(params, state, mode, weight);
      let x = leakyRelu(pass.convolution("stem", images), slope); // [B, side, side, stem]
      for (const { name, stride, first, shortcut } of blocks) {
        let y = before && !first ? leakyRelu(pass.normalisation(`${name}.norm`, x), slope) : x;
        y = leakyRelu(pass.convolution(`${name}.conv1`, y, stride), slope); // [B, side / stride, side / stride, out]
        y = pass.convolution(`${name}.conv2`, y);
        y = tf.add(y, shortcut ? pass.convolution(`${name}.shortcut`, x, stride) : x);
        x = before ? y : leakyRelu(y, 0);
      }
      if (before) x = leakyRelu(pass.normalisation("last", x), slope);
      return { map: x, feature: tf.mean(x, [1, 2]), state: pass.state };
    },
  };
}
