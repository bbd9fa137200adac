/** The rows of a gallery, and the steps of an animation, of what BackMix does to training images, drawn as in training. */
import { pixelValues, UNIT } from "../augment/pixels.ts";
import { AS_IT_IS } from "../augment/view.ts";
import { type BackmixOptions, drawPastes, renderMixed } from "../backmix/mix.ts";
import type { ImageSet } from "../datasets/image_set.ts";
import { stream } from "../engine/streams.ts";
import type { MixingStep } from "./mixing_steps.ts";

/**
 * Mixes the first image of each class.
 *
 * @param maps the CAM bank, `[images, 8, 8]`
 * @param classes number of known classes
 */
export function galleryRows(
  set: ImageSet,
  maps: Float32Array,
  options: BackmixOptions,
  classes: number,
  seed: number,
): MixingStep[] {
  const { side } = set;
  const size = side * side * 3;
  const chosen = Array.from({ length: classes }, (_, label) => set.labels.indexOf(label));
  const pastes = drawPastes(stream(seed, "gallery"), chosen, maps, side, options);
  const mixed = new Float32Array(chosen.length * size);
  const images = { bytes: set.images, side };
  renderMixed(images, chosen, pastes, chosen.map(() => AS_IT_IS), pixelValues(UNIT), mixed);
  return pastes.map((paste, k) => {
    const of = (image: number) => set.images.slice(image * size, (image + 1) * size);
    return {
      image: of(chosen[k]),
      map: maps.slice(chosen[k] * 64, (chosen[k] + 1) * 64),
      partner: withoutForeground(of(paste.partner), paste.foreground, side),
      partnerImage: of(paste.partner),
      partnerMap: maps.slice(paste.partner * 64, (paste.partner + 1) * 64),
      source: paste.source,
      mixed: Uint8Array.from(mixed.subarray(k * size, (k + 1) * size), (v) => Math.round(255 * v)),
      destination: paste.destination,
      window: paste.window,
    };
  });
}

/**
 * The image with its foreground cells grey.
 *
 * @param image bytes, `[side, side, 3]`
 * @param foreground `[8, 8]`, 1 where it is; null for none
 */
export function withoutForeground(image: Uint8Array, foreground: ArrayLike<number> | null, side: number): Uint8Array {
  const cell = side / 8;
  return image.map((value, at) => {
    const pixel = Math.floor(at / 3);
    const [row, column] = [Math.floor(pixel / side), pixel % side];
    return foreground?.[Math.floor(row / cell) * 8 + Math.floor(column / cell)] === 1 ? 128 : value;
  });
}
