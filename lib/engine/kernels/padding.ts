/** Padding by numbers, as the windows of a convolution or a pool meet it. */
import * as tf from "@tensorflow/tfjs";

/** Lines added before and after, in each of a tensor's directions. */
export type Padding = [before: number, after: number][];

/** What tfjs works out of a window's size, its strides and its padding. */
export type Windows = tf.backend_util.Conv2DInfo | tf.backend_util.Conv3DInfo;

/**
 * The padding of images `[B, H, W, C]` or volumes `[B, D, H, W, C]`.
 *
 * @returns null where TensorFlow pads by itself ("same"), or nothing does
 */
export function paddingOf(windows: Windows): Padding | null {
  const { padInfo } = windows;
  if (padInfo.type === "SAME" || padInfo.type === "VALID") return null;
  const { inHeight, strideHeight, effectiveFilterHeight, outHeight } = windows;
  const { inWidth, strideWidth, effectiveFilterWidth, outWidth } = windows;
  const inner = [
    around(padInfo.top, inHeight, strideHeight, effectiveFilterHeight, outHeight),
    around(padInfo.left, inWidth, strideWidth, effectiveFilterWidth, outWidth),
  ];
  if ("inDepth" in windows) {
    const { inDepth, strideDepth, effectiveFilterDepth, outDepth } = windows;
    inner.unshift(around(windows.padInfo.front, inDepth, strideDepth, effectiveFilterDepth, outDepth));
  }
  return [[0, 0], ...inner, [0, 0]];
}

/** tfjs may round the number of windows up: then more lines follow than were asked for. */
function around(before: number, size: number, stride: number, window: number, windows: number): [number, number] {
  return [before, Math.max(0, (windows - 1) * stride + window - size - before)];
}
