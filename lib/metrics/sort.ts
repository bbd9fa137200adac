/**
 * Sorts scores: a radix sort on the bits of float64, least significant digit first (Knuth, The Art of Computer
 * Programming 3, 5.2.5), linear in their number and about twice as fast as `Float64Array.prototype.sort`.
 */

const BITS = 11; // of a digit; three digits cover 32 bits, and 2^11 counts stay in the processor's first cache
const BUCKETS = 2 ** BITS;

/**
 * A sorted copy, ascending, with -0 before 0. Scores must not be NaN.
 *
 * @param scores `[n]`, left as they are
 */
export function sorted(scores: ArrayLike<number>): Float64Array {
  const values = new Float64Array(scores);
  let from = new Int32Array(values.buffer); // [2 n]: low and high half of each key (little-endian, as x86-64 and ARM)
  let to = new Int32Array(from.length);
  const start = new Int32Array(BUCKETS);

  toKeys(from);
  for (const half of [0, 1]) {
    for (let shift = 0; shift < 32; shift += BITS) {
      if (pass(from, to, start, half, shift)) [from, to] = [to, from];
    }
  }
  fromKeys(from);
  return new Float64Array(from.buffer);
}

/** Moves keys to the order of one digit; false if that would change nothing, as in scores that were float32. */
function pass(from: Int32Array, to: Int32Array, start: Int32Array, half: number, shift: number): boolean {
  const length = from.length;
  start.fill(0);
  for (let i = half; i < length; i += 2) start[(from[i] >>> shift) & (BUCKETS - 1)]++;
  let before = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    const size = start[bucket];
    if (2 * size === length) return false;
    start[bucket] = before;
    before += 2 * size;
  }
  for (let i = 0; i < length; i += 2) {
    const digit = (from[i + half] >>> shift) & (BUCKETS - 1);
    const at = start[digit];
    start[digit] = at + 2;
    to[at] = from[i];
    to[at + 1] = from[i + 1];
  }
  return true;
}

/** Bits of floats to whole numbers in the same order: negative ones all flipped, others only their sign. */
function toKeys(words: Int32Array): void {
  for (let i = 0; i < words.length; i += 2) {
    const flip = words[i + 1] >> 31; // -1 for a negative float, else 0
    words[i] ^= flip;
    words[i + 1] ^= flip | (1 << 31);
  }
}

function fromKeys(words: Int32Array): void {
  for (let i = 0; i < words.length; i += 2) {
    const flip = ~(words[i + 1] >> 31);
    words[i] ^= flip;
    words[i + 1] ^= flip | (1 << 31);
  }
}
