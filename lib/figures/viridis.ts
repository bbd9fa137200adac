/**
 * The viridis colour map (Smith and van der Walt, matplotlib 2015): equal steps look equal, also to colour-blind readers
 * and in grey.
 */
import type { Rgb } from "./picture.ts";

/** Nine of matplotlib's 256 colours, evenly spaced; between them is interpolated, which is off by 4 levels, 18 of blue. */
const stops: readonly Rgb[] = [
  [68, 1, 84],
  [71, 44, 122],
  [59, 81, 139],
  [44, 113, 142],
  [33, 144, 141],
  [39, 173, 129],
  [92, 200, 99],
  [170, 220, 50],
  [253, 231, 37],
];

/** The colour of a value in [0, 1]; what lies outside is cut. */
export function viridis(value: number): Rgb {
  const at = Math.min(1, Math.max(0, value)) * (stops.length - 1);
  const below = Math.min(Math.floor(at), stops.length - 2);
  const share = at - below;
  const mix = (c: number) => Math.round(stops[below][c] + (stops[below + 1][c] - stops[below][c]) * share);
  return [mix(0), mix(1), mix(2)];
}
