/**
 * The ten background families of *priors*: textures between two colours. None turns into another when an image is
 * mirrored left to right or shifted, which augmentation does.
 *
 * Only + - * / and square roots occur here, which IEEE 754 fixes to the last bit: every machine draws the same bytes.
 */
import type { Stream } from "../engine/streams.ts";

/** A family of textures. */
export interface Background {
  /** The family's name. */
  name: string;
  /** Draws one texture: the share of the second colour in pixel (x, y), which the user cuts to [0, 1]. */
  texture(random: Stream, side: number): (x: number, y: number) => number;
}

/** A wave of period 1 between -1 and 1, of parabolas: within 0.06 of the sine, and exact everywhere. */
function wave(t: number): number {
  const s = t - Math.floor(t);
  return s < 0.5 ? 16 * s * (0.5 - s) : -16 * (s - 0.5) * (1 - s);
}

/** A zigzag of period 1 between 0 and 1. */
function zigzag(t: number): number {
  return Math.abs(2 * (t - Math.floor(t)) - 1);
}

const half = (value: number): number => 0.5 + 0.5 * value;

/** A period between 4 and 6.5 px, as waves per pixel. */
const frequency = (random: Stream): number => 1 / (4 + 2.5 * random.uniform());

/** The ten families; a shape's own family has the shape's class number. */
export const backgrounds: readonly Background[] = [
  {
    name: "columns",
    texture(random) {
      const [f, at] = [frequency(random), random.uniform()];
      return (x) => half(wave(f * x + at));
    },
  },
  {
    name: "rows",
    texture(random) {
      const [f, at] = [frequency(random), random.uniform()];
      return (_, y) => half(wave(f * y + at));
    },
  },
  {
    name: "diagonals",
    texture(random) {
      const [f, at] = [frequency(random) * Math.SQRT1_2, random.uniform()];
      const way = random.int(2) === 0 ? 1 : -1;
      return (x, y) => half(wave(f * (x + way * y) + at));
    },
  },
  {
    name: "checks",
    texture(random) {
      const [f, atX, atY] = [frequency(random) * 0.7, random.uniform(), random.uniform()];
      return (x, y) => half(3 * wave(f * x + atX) * wave(f * y + atY));
    },
  },
  {
    name: "ripples",
    texture(random, side) {
      const [f, at] = [frequency(random), random.uniform()];
      const [x0, y0] = [side * random.uniform(), side * random.uniform()];
      return (x, y) => half(wave(f * Math.sqrt((x - x0) ** 2 + (y - y0) ** 2) + at));
    },
  },
  {
    name: "grain",
    texture: (random) => () => half(1.6 * random.uniform() - 0.8),
  },
  {
    name: "zigzags",
    texture(random) {
      const [f, at] = [frequency(random), random.uniform()];
      const [g, to] = [frequency(random) * 0.6, random.uniform()];
      return (x, y) => half(wave(f * y + 0.9 * zigzag(g * x + to) + at));
    },
  },
  {
    name: "dots",
    texture(random) {
      const [f, atX, atY] = [frequency(random), random.uniform(), random.uniform()];
      return (x, y) => 2.2 * (wave(f * x + atX) + wave(f * y + atY)) - 2;
    },
  },
  {
    name: "gradient",
    texture(random, side) {
      const [a, b] = [random.uniform() - 0.5, random.uniform() - 0.5];
      const scale = 1 / (side * Math.max(Math.abs(a) + Math.abs(b), 1e-9));
      return (x, y) => half(2 * scale * (a * (x - side / 2) + b * (y - side / 2)));
    },
  },
  {
    name: "blocks",
    texture(random, side) {
      const across = Math.ceil(side / 4);
      const values = Float64Array.from({ length: across * across }, () => half(1.6 * random.uniform() - 0.8));
      return (x, y) => values[Math.floor(y / 4) * across + Math.floor(x / 4)];
    },
  },
];
