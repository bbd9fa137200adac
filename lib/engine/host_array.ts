/**
 * Arrays of JavaScript's side: what parameters are before they become tensors, so that they can be drawn from a named
 * stream and saved without the engine.
 */
import type { Stream } from "./streams.ts";

/** Numbers and their shape, flat in row-major order. */
export interface HostArray {
  /** Its sizes, outermost first. */
  shape: number[];
  /** Its numbers. */
  data: Float32Array;
}

/** Draws from a normal distribution. */
export function normal(random: Stream, shape: number[], deviation: number, mean = 0): HostArray {
  return filled(shape, () => mean + deviation * random.normal());
}

/** Draws from the uniform distribution between -scale and scale. */
export function uniform(random: Stream, shape: number[], scale: number): HostArray {
  return filled(shape, () => scale * (2 * random.uniform() - 1));
}

/** The same number everywhere. */
export function constant(shape: number[], value: number): HostArray {
  return filled(shape, () => value);
}

function filled(shape: number[], number: () => number): HostArray {
  return { shape, data: Float32Array.from({ length: shape.reduce((product, n) => product * n, 1) }, number) };
}
