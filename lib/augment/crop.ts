/**
 * Flip and crop from bytes to bytes, as `view.ts` does on the way to floats, with a choice of what lies beyond the edge:
 * for recipes that do more to an image before it becomes floats.
 */
import { CHANNELS } from "./pixels.ts";
import { PADDING, type View } from "./view.ts";

/**
 * What a crop finds beyond the edge. "black": 4 pixels of black (ARPL, BackMix). "reflect": an eighth of the side, the
 * image mirrored at the middle of its outermost pixels (CSSR; torchvision's `padding_mode="reflect"`).
 */
export type Border = "black" | "reflect";

/** How far a crop may reach beyond the edge, in pixels. */
export function paddingOf(border: Border, side: number): number {
  return border === "black" ? PADDING : Math.floor(side / 8);
}

/**
 * Writes what a view shows of an image.
 *
 * @param image `[side, side, 3]`
 * @param view its corner lies in 0 .. 2 * paddingOf(border, side)
 * @param out `[side, side, 3]`, another array than `image`
 */
export function cropBytes(image: Uint8Array, side: number, view: View, border: Border, out: Uint8Array): void {
  const padding = paddingOf(border, side);
  const place = (at: number) => border === "reflect" ? reflected(at, side) : at >= 0 && at < side ? at : -1;
  const columns = Int32Array.from({ length: side }, (_, x) => {
    const from = place(x + view.left - padding);
    return from < 0 ? -1 : (view.flip ? side - 1 - from : from) * CHANNELS;
  });
  for (let y = 0, to = 0; y < side; y++) {
    const row = place(y + view.top - padding);
    for (let x = 0; x < side; x++, to += CHANNELS) {
      if (row < 0 || columns[x] < 0) {
        out[to] = out[to + 1] = out[to + 2] = 0;
        continue;
      }
      const from = row * side * CHANNELS + columns[x];
      out[to] = image[from];
      out[to + 1] = image[from + 1];
      out[to + 2] = image[from + 2];
    }
  }
}

/** The place that stands at `at` when a row is mirrored at its ends: -1 is 1, and `side` is side - 2. */
function reflected(at: number, side: number): number {
  const inside = Math.abs(at);
  return inside < side ? inside : 2 * (side - 1) - inside;
}
