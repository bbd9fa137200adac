/**
 * Where an image's foreground is: the share of the 8x8 cells of its class activation map where the class shows most.
 *
 * BackMix (TPAMI 2025), backmix.py `mask_highestK`: top-k by value, or cells drawn in proportion to the map.
 */
import type { Stream } from "../engine/streams.ts";

/** Side of a class activation map in the bank, in cells. */
export const CELLS = 8;

/** Cells of a map. */
export const AREA: number = CELLS * CELLS;

/** A map's foreground, `[8, 8]`: 1 = foreground, 0 = background. */
export type Foreground = Uint8Array;

/**
 * The `floor(share * 64)` cells with the largest values.
 *
 * Cells that tie for the last places are chosen at random, each with the same chance; nothing is drawn where none tie.
 * (In a bank that was never moved all cells tie. The reference's sort then picks what its algorithm happens to leave first.)
 *
 * @param map `[8, 8]`, finite
 * @param share of the cells, in [0, 1]
 */
export function topCells(map: Float32Array, share: number, random: Stream): Foreground {
  const count = Math.floor(share * AREA);
  const foreground = new Uint8Array(AREA);
  if (count === 0) return foreground;
  const threshold = ascending(map, AREA - count);
  let wanted = count;
  let tied = 0;
  for (let k = 0; k < AREA; k++) {
    if (map[k] > threshold) {
      foreground[k] = 1;
      wanted--;
    } else if (map[k] === threshold) tied++;
  }
  // Selection sampling (Knuth, vol. 2, algorithm S): `wanted` of the `tied`, every choice equally likely.
  for (let k = 0; wanted > 0; k++) {
    if (map[k] !== threshold) continue;
    if (wanted === tied || random.int(tied) < wanted) {
      foreground[k] = 1;
      wanted--;
    }
    tied--;
  }
  return foreground;
}

/** The value at `place` (from 0) of the map's values in ascending order: Hoare's quickselect, a third of a sort's time. */
function ascending(map: Float32Array, place: number): number {
  const values = new Array<number>(AREA); // a typed array of this size is slower to make
  for (let k = 0; k < AREA; k++) values[k] = map[k];
  for (let low = 0, high = AREA - 1; low < high;) {
    const pivot = values[(low + high) >> 1];
    let left = low;
    let right = high;
    while (left <= right) {
      while (values[left] < pivot) left++;
      while (values[right] > pivot) right--;
      if (left > right) break;
      const kept = values[left];
      values[left++] = values[right];
      values[right--] = kept;
    }
    if (place <= right) high = right;
    else if (place >= left) low = left;
    else break;
  }
  return values[place];
}

/**
 * `floor(share * 64)` cells, drawn one after another without replacement with chances in proportion to the map.
 *
 * The cells with the largest log(u) / map, u uniform, are such a draw (Efraimidis and Spirakis 2006). Cells of value 0
 * come last, in random order.
 *
 * @param map `[8, 8]`, finite and not negative
 * @param share of the cells, in [0, 1]
 */
export function sampledCells(map: Float32Array, share: number, random: Stream): Foreground {
  const uniform = () => (random.bits() + 0.5) / 2 ** 32; // in (0, 1): so its logarithm is neither 0 nor infinite
  return topCells(map.map((value) => Math.log(uniform()) / value), share, random);
}
