/**
 * What is drawn of the operations: RandAugment, and CSSR's pool.
 *
 * RandAugment (Cubuk et al., NeurIPS 2020) does N operations, each drawn from 14, at one magnitude M for all. Ranges, bins
 * and signs as torchvision's `RandAugment` has them.
 *
 * CSSR (Huang et al., TPAMI 2023; `methods/augtools.py`, `configs/basic.json`) draws two of ten operations, each with a
 * magnitude of its own, and does each with a chance of one half.
 */
import type { Stream } from "../engine/streams.ts";
import { UserError } from "../files/user_error.ts";
import type { Operation, OperationName } from "./operations.ts";

/** Which operations are drawn for an image, and how strong; part of a recipe. */
export interface PoolOptions {
  /** RandAugment's 14 operations, or CSSR's ten. */
  pool: "rand-augment" | "cssr";
  /** How many are drawn (RandAugment's N), each independently, and done one after another. */
  operations: number;
  /** RandAugment's M, 0 .. 30, for all. CSSR: each draws its own from 1 up to, not including, this one, at most 11. */
  magnitude: number;
}

/** An operation of a pool. */
export interface PoolEntry {
  /** Which. */
  name: OperationName;
  /** The operation's value at a magnitude, for an image of `side` pixels. */
  value: (magnitude: number, side: number, sign: 1 | -1) => number;
  /** Whether the sign is drawn. */
  signed: boolean;
}

/** RandAugment's magnitudes are 0 .. `BINS` - 1. */
export const BINS = 31;

/** RandAugment's operations (torchvision, `RandAugment._augmentation_space` and `_apply_op`). */
export const RAND_AUGMENT: readonly PoolEntry[] = [
  unsigned("Identity", () => 0),
  signed("ShearX", (m, _, sign) => sign * evenly(0, 0.3, m)),
  signed("ShearY", (m, _, sign) => sign * evenly(0, 0.3, m)),
  signed("TranslateX", (m, side, sign) => sign * Math.trunc(evenly(0, 150 / 331 * side, m))),
  signed("TranslateY", (m, side, sign) => sign * Math.trunc(evenly(0, 150 / 331 * side, m))),
  signed("Rotate", (m, _, sign) => sign * evenly(0, 30, m)),
  signed("Brightness", (m, _, sign) => 1 + sign * evenly(0, 0.9, m)),
  signed("Color", (m, _, sign) => 1 + sign * evenly(0, 0.9, m)),
  signed("Contrast", (m, _, sign) => 1 + sign * evenly(0, 0.9, m)),
  signed("Sharpness", (m, _, sign) => 1 + sign * evenly(0, 0.9, m)),
  unsigned("Posterize", (m) => 8 - Math.round(m / 7.5)),
  unsigned("Solarize", (m) => evenly(255, 0, m)),
  unsigned("AutoContrast", () => 0),
  unsigned("Equalize", () => 0),
];

/** CSSR's operations; a magnitude m is m tenths of the range. */
export const CSSR_POOL: readonly PoolEntry[] = [
  unsigned("Brightness", (m) => m * 1.8 / 10 + 0.1),
  unsigned("Color", (m) => m * 0.9 / 10 + 0.05),
  unsigned("Equalize", () => 0),
  unsigned("Identity", () => 0),
  unsigned("Posterize", (m) => Math.trunc(m * 4 / 10) + 4),
  signed("Rotate", (m, _, sign) => sign * Math.trunc(m * 15 / 10)),
  unsigned("Sharpness", (m) => m * 1.8 / 10 + 0.05),
  signed("ShearX", (m, _, sign) => sign * (m * 0.3 / 10)),
  signed("ShearY", (m, _, sign) => sign * (m * 0.3 / 10)),
  unsigned("Solarize", (m) => 256 - Math.trunc(m * 256 / 10)),
];

/**
 * Draws the operations of one image, in their order.
 *
 * For each: which; with CSSR's pool its magnitude, and whether it is done; its sign, where it has one.
 *
 * @param side of the image, in pixels
 */
export function drawOperations(random: Stream, side: number, options: PoolOptions): Operation[] {
  const own = options.pool === "cssr";
  const pool = own ? CSSR_POOL : RAND_AUGMENT;
  const operations: Operation[] = [];
  for (let n = 0; n < options.operations; n++) {
    const drawn = pool[random.int(pool.length)];
    const magnitude = own ? 1 + random.int(options.magnitude - 1) : options.magnitude;
    if (own && random.int(2) === 0) continue;
    const sign = drawn.signed && random.int(2) === 1 ? -1 : 1;
    operations.push({ name: drawn.name, value: drawn.value(magnitude, side, sign) });
  }
  return operations;
}

/**
 * Refuses a pool that cannot be drawn from.
 *
 * @throws {UserError} naming the option
 */
export function checkPool({ pool, operations, magnitude }: PoolOptions): void {
  const [least, most] = pool === "cssr" ? [2, 11] : [0, BINS - 1];
  if (!Number.isInteger(operations) || operations < 1) {
    throw new UserError(`Augmentation: ${operations} operations an image. Give a whole number, 1 or more.`);
  }
  if (!Number.isInteger(magnitude) || magnitude < least || magnitude > most) {
    throw new UserError(`Augmentation: magnitude ${magnitude}. Give a whole number from ${least} to ${most}.`);
  }
}

function unsigned(name: OperationName, value: PoolEntry["value"]): PoolEntry {
  return { name, value, signed: false };
}

function signed(name: OperationName, value: PoolEntry["value"]): PoolEntry {
  return { name, value, signed: true };
}

/** Value of bin `bin` where `BINS` stand evenly between two ends, in float32 as `torch.linspace` computes it. */
function evenly(first: number, last: number, bin: number): number {
  const step = Math.fround(Math.fround(last - first) / (BINS - 1));
  const back = BINS - 1 - bin; // the upper half is counted from its end
  return bin < BINS / 2 ? Math.fround(first + step * bin) : Math.fround(Math.fround(last) - step * back);
}
