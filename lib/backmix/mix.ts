/**
 * BackMix: a square of some image's background, pasted into a training image, whose label stays.
 *
 * The network learns that such a patch says nothing of the class, so that an unknown object on a familiar background is
 * not taken for a known one (BackMix, TPAMI 2025; after github.com/Vanixxz/BackMix, backmix.py).
 *
 *     foreground of j = the top quarter of the 64 cells of map_j, each cell side / 8 pixels wide
 *     image_i[destination window] = grey where j's foreground is, else image_j[source window]
 *
 * Drawing (random, reads the bank) and rendering (neither) are apart, so that a test can force the draws.
 */
import { type ByteValues, CHANNELS, EXACT, type Images, type PixelValues, TRUNCATED } from "../augment/pixels.ts";
import { AS_IT_IS, placeInView, renderViews, type View } from "../augment/view.ts";
import type { Stream } from "../engine/streams.ts";
import { UserError } from "../files/user_error.ts";
import type { BankOptions } from "./cam_bank.ts";
import { AREA, CELLS, type Foreground, sampledCells, topCells } from "./foreground.ts";

/** All of BackMix's settings: plain data, part of a recipe. */
export interface BackmixOptions extends BankOptions {
  /** How the foreground is taken from the map; "none": the window is pasted unmasked. */
  mask: "top-k" | "sampled" | "none";
  /** Share of the partner's cells that are its foreground, in [0, 1]. */
  foreground: number;
  /** Side of the window as a share of the image's, above 0 and below 1. */
  window: number;
  /** Whose background is pasted: a random image's (which may be the image itself), or always the image's own. */
  partner: "other" | "own";
  /** "truncated": mixed images lose levels as in the reference (see `truncatedPixelValues`). */
  pixels: "exact" | "truncated";
}

/** BackMix as the paper describes it. */
export const DESCRIBED: BackmixOptions = {
  bank: "described",
  momentum: 0.1,
  lag: 1,
  mask: "top-k",
  foreground: 0.25,
  window: 0.25,
  partner: "other",
  pixels: "exact",
};

/** BackMix as its published code runs, with both side effects. */
export const REFERENCE: BackmixOptions = { ...DESCRIBED, bank: "reference", lag: 0, pixels: "truncated" };

/** Upper left corner of a window, in pixels. */
export interface Origin {
  /** Row. */
  y: number;
  /** Column. */
  x: number;
}

/** What was drawn for one image. */
export interface Paste {
  /** Index of the image whose background is pasted. */
  partner: number;
  /** Side of both windows, in pixels. */
  window: number;
  /** Where the window goes. */
  destination: Origin;
  /** Where in the partner it comes from. */
  source: Origin;
  /** The partner's foreground, which turns grey; `null`: nothing does. */
  foreground: Foreground | null;
}

/**
 * Draws the pastes of a batch.
 *
 * For each image in this order: destination y, x, partner, source y, x, with window origins uniform in
 * [0, side - window), upper end excluded as in the reference; only then what the masks draw. So runs that differ in mask
 * or bank alone paste between the same places.
 *
 * @param batch indices of the images
 * @param maps the bank's maps for this step, `[images, 8, 8]` (`CamBank.at`)
 * @param side of the images, in pixels, a multiple of 8
 * @throws {UserError} if an option is out of its range, or the side is no multiple of 8
 */
export function drawPastes(
  random: Stream,
  batch: ArrayLike<number>,
  maps: Float32Array,
  side: number,
  options: BackmixOptions,
): Paste[] {
  const window = windowSide(side, options);
  const origin = (): Origin => ({ y: random.int(side - window), x: random.int(side - window) });
  const pastes = Array.from(batch, (image): Paste => {
    const destination = origin();
    const other = random.int(maps.length / AREA); // drawn for "own" too, so that the places stay the same
    return {
      partner: options.partner === "own" ? image : other,
      window,
      destination,
      source: origin(),
      foreground: null,
    };
  });
  if (options.mask !== "none") {
    const cells = options.mask === "sampled" ? sampledCells : topCells;
    for (const paste of pastes) {
      const map = maps.subarray(paste.partner * AREA, (paste.partner + 1) * AREA);
      paste.foreground = cells(map, options.foreground, random);
    }
  }
  return pastes;
}

/** Side of the window in pixels, after a check of the options and the side. */
function windowSide(side: number, { window, foreground }: BackmixOptions): number {
  if (side % CELLS !== 0) {
    throw new UserError(
      `BackMix: images of ${side} px. Its maps have ${CELLS}x${CELLS} cells, so the side must be a multiple of ${CELLS}: ` +
        "resize the images, or run without BackMix.",
    );
  }
  const pixels = Math.round(window * side);
  if (!(window < 1 && pixels >= 1 && pixels < side)) {
    throw new UserError(
      `BackMix: a window of ${window} of the side of ${side} px cannot be placed. Give a share above 0 and below 1 (published: 0.25).`,
    );
  }
  if (!(foreground >= 0 && foreground <= 1)) {
    throw new UserError(`BackMix: foreground share ${foreground}. Give a share from 0 to 1 (published: 0.25).`);
  }
  return pixels;
}

/**
 * Renders a mixed batch, `[batch, side, side, 3]`: paste, then flip and crop.
 *
 * @param batch indices of the images
 * @param pastes one for each image of the batch
 * @param views one for each image of the batch
 * @param values what bytes become: `truncatedPixelValues` for `pixels: "truncated"`
 * @param out is filled; `batch.length * side * side * 3` long
 * @throws {RangeError} if an image or partner does not exist, the side is no multiple of 8, or lengths differ
 *
 * @example
 * ```ts
 * import { drawViews } from "../augment/view.ts";
 * import { pixelValues, UNIT } from "../augment/pixels.ts";
 * import { stream } from "../engine/streams.ts";
 * import { CamBank } from "./cam_bank.ts";
 * import { DESCRIBED, drawPastes, renderMixed } from "./mix.ts";
 * const images = { bytes: new Uint8Array(10 * 32 * 32 * 3), side: 32 };
 * const bank = new CamBank(10, DESCRIBED);
 * const batch = [7, 3];
 * const pastes = drawPastes(stream(0, "mix", 0), batch, bank.at(0), 32, DESCRIBED);
 * const out = new Float32Array(batch.length * 32 * 32 * 3);
 * renderMixed(images, batch, pastes, drawViews(stream(0, "views", 0), 2), pixelValues(UNIT), out);
 * ```
 */
export function renderMixed(
  images: Images,
  batch: ArrayLike<number>,
  pastes: readonly Paste[],
  views: readonly View[],
  values: PixelValues,
  out: Float32Array,
): void {
  checkPastes(images, batch, pastes);
  renderViews(images, batch, views, values, out);
  const size = images.side * images.side * CHANNELS;
  pastes.forEach((paste, k) => applyPaste(images, paste, views[k], values, out.subarray(k * size, (k + 1) * size)));
}

/**
 * A mixed batch as bytes, for an augmentation that goes on with bytes; as the reference has it between paste and flip.
 *
 * @param batch indices of the images
 * @param pastes one for each image of the batch
 * @param pixels "truncated": all levels are cut off as in the reference
 * @returns the batch's images in its order
 * @throws {RangeError} if an image or partner does not exist, the side is no multiple of 8, or lengths differ
 */
export function mixedImages(
  images: Images,
  batch: ArrayLike<number>,
  pastes: readonly Paste[],
  pixels: BackmixOptions["pixels"],
): Images {
  checkPastes(images, batch, pastes);
  const { bytes, side } = images;
  const size = side * side * CHANNELS;
  const values = pixels === "truncated" ? TRUNCATED : EXACT;
  const out = new Uint8Array(batch.length * size);
  pastes.forEach((paste, k) => {
    if (!(batch[k] >= 0 && (batch[k] + 1) * size <= bytes.length)) throw new RangeError(`no image ${batch[k]}`);
    const image = out.subarray(k * size, (k + 1) * size);
    for (let p = 0; p < size; p++) image[p] = values.byte[bytes[batch[k] * size + p]];
    applyPaste(images, paste, AS_IT_IS, values, image);
  });
  return { bytes: out, side };
}

function checkPastes({ bytes, side }: Images, batch: ArrayLike<number>, pastes: readonly Paste[]): void {
  if (side % CELLS !== 0) throw new RangeError(`images of ${side} px: not a multiple of ${CELLS}`);
  if (pastes.length !== batch.length) throw new RangeError(`${pastes.length} pastes for a batch of ${batch.length}`);
  for (const { partner } of pastes) {
    if (!((partner + 1) * side * side * CHANNELS <= bytes.length)) throw new RangeError(`no partner ${partner}`);
  }
}

/** Puts the partner's window where `out`, `[side, side, 3]`, shows its destination: the paste precedes flip and crop. */
function applyPaste(
  { bytes, side }: Images,
  paste: Paste,
  view: View,
  values: PixelValues | ByteValues,
  out: Float32Array | Uint8Array,
): void {
  const { partner, window, destination, source, foreground } = paste;
  const { byte, grey } = values;
  const cell = side / CELLS; // pixels
  for (let dy = 0; dy < window; dy++) {
    const y = source.y + dy;
    const cells = Math.floor(y / cell) * CELLS;
    for (let dx = 0; dx < window; dx++) {
      const x = source.x + dx;
      const to = placeInView(view, side, destination.y + dy, destination.x + dx);
      if (to < 0) continue;
      const from = ((partner * side + y) * side + x) * CHANNELS;
      const hidden = foreground !== null && foreground[cells + Math.floor(x / cell)] === 1;
      for (let c = 0; c < CHANNELS; c++) out[to + c] = hidden ? grey : byte[bytes[from + c]];
    }
  }
}
