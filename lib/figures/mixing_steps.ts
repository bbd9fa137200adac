/**
 * BackMix step by step, as an animated picture: training images above, their partners below; the partners' class activation
 * maps, their foreground turned grey, the windows, and the mixed images.
 */
import { animatedPng, type Frame } from "./apng.ts";
import type { GalleryRow } from "./backmix_gallery.ts";
import { camOverlay } from "./cam_overlay.ts";
import { drawText, TEXT_HEIGHT, textWidth } from "./pixel_font.ts";
import { INK, type Picture, picture, pixels, WHITE } from "./picture.ts";
import { drawLegend, frame } from "./tiles.ts";

/** What the animation needs of an image beside its row of the gallery. */
export interface MixingStep extends GalleryRow {
  /** The partner as it is. */
  partnerImage: Uint8Array;
  /** The partner's class activation map, `[8, 8]`, in [0, 1]. */
  partnerMap: Float32Array;
}

const SCALE = 4;
const GAP = 14;
const TEXT = 2;
/** Width of the legend of the maps. */
const LEGEND = 160;

/** What each frame says, and how long it stands, in milliseconds. */
const FRAMES = [
  ["training images and partners", 1600],
  ["class activation maps", 1600],
  ["the foreground turns grey", 1600],
  ["a window of the background", 1600],
  ["is pasted. the label stays", 1600],
  ["the network sees this", 2400],
] as const;

/** A picture of the animation. */
export interface MixingFrame extends Frame {
  /** What it says, in capitals in the picture. */
  caption: string;
}

/**
 * Draws the pictures of the animation.
 *
 * @param steps a column each
 * @param side of the images, in pixels
 */
export function mixingFrames(steps: readonly MixingStep[], side: number): MixingFrame[] {
  const tile = side * SCALE;
  const head = GAP * 2 + TEXT_HEIGHT * TEXT;
  const [above, below] = [head, head + tile + GAP];
  return FRAMES.map(([caption, milliseconds], k) => {
    const drawn = picture(GAP + steps.length * (tile + GAP), below + tile + GAP, WHITE);
    drawText(drawn, caption, GAP, GAP, TEXT, INK);
    const legend = drawn.width - GAP - LEGEND;
    if (k === 1 && legend > 2 * GAP + textWidth(caption, TEXT)) drawLegend(drawn, legend, GAP, LEGEND);
    steps.forEach((step, column) => {
      const x = GAP + column * (tile + GAP);
      drawn.image(x, above, side, SCALE, pixels(k < 4 ? step.image : step.mixed, side));
      drawn.image(x, below, side, SCALE, partnerIn(k, step, side));
      if (k === 3 || k === 4) around(drawn, x, below, step.source, step.window);
      if (k === 4) around(drawn, x, above, step.destination, step.window);
    });
    return { caption, png: drawn.png(), milliseconds };
  });
}

/**
 * Draws the animation.
 *
 * @returns an animated PNG file
 */
export function mixingSteps(steps: readonly MixingStep[], side: number): Uint8Array {
  return animatedPng(mixingFrames(steps, side));
}

function partnerIn(k: number, { partner, partnerImage, partnerMap }: MixingStep, side: number) {
  if (k === 0) return pixels(partnerImage, side);
  return k === 1 ? camOverlay(partnerImage, partnerMap, side) : pixels(partner, side);
}

function around(drawn: Picture, x: number, y: number, at: GalleryRow["source"], window: number): void {
  frame(drawn, x + at.x * SCALE, y + at.y * SCALE, window * SCALE);
}
