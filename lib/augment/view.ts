/**
 * Horizontal flip, then crop of the image padded with black (torchvision's `RandomHorizontalFlip` and
 * `RandomCrop(side, padding)`), in one pass from bytes to floats: what is done to training images unless the recipe names
 * an augmentation.
 *
 * Drawing (random) and rendering (not) are apart, so that a test can force the draws. One thread renders a hundred
 * thousand images of 32 pixels a second, and the step runs on a thread of the engine's own meanwhile: no worker is needed.
 */
import type { Stream } from "../engine/streams.ts";
import { CHANNELS, checkBatch, type Images, type PixelValues } from "./pixels.ts";

/** Black border that the crop may let in, in pixels. ARPL: 4 at every size; BackMix: an eighth of 32, which is the same. */
export const PADDING = 4;

/** How one image is seen. */
export interface View {
  /** Whether it is mirrored left to right, before the crop. */
  flip: boolean;
  /** First row of the crop in the padded image, 0 .. 2 * padding; the padding shows the image as it is. */
  top: number;
  /** First column of the crop in the padded image, as the first row. */
  left: number;
}

/** Neither flipped nor shifted. */
export const AS_IT_IS: View = { flip: false, top: PADDING, left: PADDING };

/**
 * One view for each of `count` images, each drawn in the order flip, top, left, all uniform.
 *
 * @param padding how far the crop may reach beyond the edge, in pixels; a corner lies in 0 .. 2 * padding
 */
export function drawViews(random: Stream, count: number, padding: number = PADDING): View[] {
  const corner = () => random.int(2 * padding + 1);
  return Array.from({ length: count }, () => ({ flip: random.int(2) === 1, top: corner(), left: corner() }));
}

/**
 * Renders a batch, `[batch, side, side, 3]`.
 *
 * @param batch indices of the images
 * @param views one for each image of the batch
 * @param out is filled; `batch.length * side * side * 3` long
 * @throws {RangeError} if an image does not exist, or lengths differ
 *
 * @example
 * ```ts
 * import { stream } from "../engine/streams.ts";
 * import { pixelValues, UNIT } from "./pixels.ts";
 * import { drawViews, renderViews } from "./view.ts";
 * const images = { bytes: new Uint8Array(10 * 32 * 32 * 3), side: 32 };
 * const out = new Float32Array(2 * 32 * 32 * 3);
 * renderViews(images, [7, 3], drawViews(stream(0, "views", 0), 2), pixelValues(UNIT), out);
 * ```
 */
export function renderViews(
  images: Images,
  batch: ArrayLike<number>,
  views: readonly View[],
  values: PixelValues,
  out: Float32Array,
): void {
  checkBatch(images, batch, out);
  if (views.length !== batch.length) throw new RangeError(`${views.length} views for a batch of ${batch.length}`);
  const size = images.side * images.side * CHANNELS;
  for (let k = 0; k < batch.length; k++) {
    renderView(images, batch[k], views[k], values, out.subarray(k * size, (k + 1) * size));
  }
}

/** Writes what `view` shows of an image, `[side, side, 3]`. */
function renderView(
  { bytes, side }: Images,
  index: number,
  view: View,
  { byte }: PixelValues,
  out: Float32Array,
): void {
  const down = view.top - PADDING; // the crop shows row y in its row y - down
  const right = view.left - PADDING;
  const first = Math.max(0, -right); // columns of the crop that show the image, not the border
  const last = side - Math.max(0, right);
  const start = view.flip ? side - 1 - (first + right) : first + right;
  const step = view.flip ? -CHANNELS : CHANNELS;
  if (down !== 0 || right !== 0) out.fill(byte[0]);
  for (let row = Math.max(0, -down); row < side - Math.max(0, down); row++) {
    let from = ((index * side + row + down) * side + start) * CHANNELS;
    const end = (row * side + last) * CHANNELS;
    for (let to = (row * side + first) * CHANNELS; to < end; to += CHANNELS, from += step) {
      out[to] = byte[bytes[from]];
      out[to + 1] = byte[bytes[from + 1]];
      out[to + 2] = byte[bytes[from + 2]];
    }
  }
}

/** Where pixel (y, x) of an image appears in its view, `[side, side, 3]`, as the position of its red; -1 if it is cut off. */
export function placeInView({ flip, top, left }: View, side: number, y: number, x: number): number {
  const row = y - top + PADDING;
  const column = (flip ? side - 1 - x : x) - left + PADDING;
  return row >= 0 && row < side && column >= 0 && column < side ? (row * side + column) * CHANNELS : -1;
}
