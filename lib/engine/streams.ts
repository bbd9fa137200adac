/**
 * Random numbers from named streams: what is drawn depends on (seed, purpose, step) alone, never on how often something
 * else drew before. So a resumed run, and a run whose parts finish in another order, draws the same numbers.
 *
 * The generator is sfc32 (Chris Doty-Humphrey, PractRand), its state the SHA-256 of the stream's name.
 */
import { createHash } from "node:crypto";

/** One stream of random numbers; each call moves it on. */
export interface Stream {
  /** The next 32 random bits, as a whole number in [0, 2^32). */
  bits(): number;
  /** Uniform in [0, 1), 32 bits. */
  uniform(): number;
  /** Uniform whole number in [0, n), for n up to 2^32; without bias. */
  int(n: number): number;
  /** Normal with mean 0 and deviation 1 (Box and Muller). */
  normal(): number;
  /** The numbers 0 .. n-1 in random order (Fisher and Yates). */
  permutation(n: number): Uint32Array;
}

/**
 * Opens the stream of (seed, purpose, step).
 *
 * @param seed the run's seed
 * @param purpose what the numbers are for, such as "order" or "mix"
 * @param step epoch, step, or index, where the purpose has one
 *
 * @example
 * ```ts
 * import { stream } from "./streams.ts";
 * const a = stream(0, "order", 3).permutation(10);
 * const b = stream(0, "order", 3).permutation(10); // the same numbers again
 * ```
 */
export function stream(seed: number, purpose: string, step = 0): Stream {
  const digest = createHash("sha256").update(`${seed}/${purpose}/${step}`).digest();
  let [a, b, c, count] = [0, 4, 8, 12].map((at) => digest.readInt32LE(at));

  function bits(): number {
    const t = (((a + b) | 0) + count) | 0;
    count = (count + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  }

  function int(n: number): number {
    const limit = 2 ** 32 - (2 ** 32 % n); // what lies above would favour the small numbers
    let x = bits();
    while (x >= limit) x = bits();
    return x % n;
  }

  return {
    bits,
    uniform: () => bits() / 2 ** 32,
    int,
    normal: () => Math.sqrt(-2 * Math.log((bits() + 1) / 2 ** 32)) * Math.cos(2 * Math.PI * (bits() / 2 ** 32)),
    permutation(n) {
      const order = Uint32Array.from({ length: n }, (_, i) => i);
      for (let i = n - 1; i > 0; i--) {
        const j = int(i + 1);
        [order[i], order[j]] = [order[j], order[i]];
      }
      return order;
    },
  };
}
