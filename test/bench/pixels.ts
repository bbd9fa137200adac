/**
 * Speed of the pixel work: BackMix's draws, paste, flip, and crop, in one thread.
 *
 *     deno run test/bench/pixels.ts
 *
 * The reference (backmix.py in a PyTorch data loader) makes 900 images/s in one process.
 */
import { pixelValues, UNIT } from "../../lib/augment/pixels.ts";
import { drawViews, renderViews } from "../../lib/augment/view.ts";
import { CamBank } from "../../lib/backmix/cam_bank.ts";
import { DESCRIBED, drawPastes, renderMixed } from "../../lib/backmix/mix.ts";
import { stream } from "../../lib/engine/streams.ts";

const SIDE = 32; // pixels
const IMAGES = 20_000; // 61 MB, more than a processor's cache, as a real data set
const BATCH = 128;
const BATCHES = 400;

/** Measures the pixel work; median over batches, so that a pause of the machine does not count. */
export function pixelWork(): {
  /** BackMix, flip, and crop. */
  images_per_second: number;
  /** Flip and crop alone. */
  images_per_second_raw: number;
} {
  const random = stream(0, "bench", 0);
  const images = { bytes: new Uint8Array(IMAGES * SIDE * SIDE * 3), side: SIDE };
  for (let k = 0; k < images.bytes.length; k++) images.bytes[k] = k * k >>> 7;
  const options = { ...DESCRIBED, lag: 0 };
  const bank = new CamBank(IMAGES, options);
  const all = Int32Array.from({ length: IMAGES }, (_, k) => k);
  bank.record(0, all, Float32Array.from({ length: IMAGES * 64 }, () => random.uniform()));
  const maps = bank.at(1); // no ties, as after the first epoch
  const values = pixelValues(UNIT);
  const out = new Float32Array(BATCH * SIDE * SIDE * 3);
  const draw = (step: number) => ({
    batch: Array.from({ length: BATCH }, () => random.int(IMAGES)),
    views: drawViews(stream(0, "views", step), BATCH),
  });
  const mixed = rate((step) => {
    const { batch, views } = draw(step);
    renderMixed(images, batch, drawPastes(stream(0, "mix", step), batch, maps, SIDE, options), views, values, out);
  });
  const raw = rate((step) => {
    const { batch, views } = draw(step);
    renderViews(images, batch, views, values, out);
  });
  return { images_per_second: mixed, images_per_second_raw: raw };
}

/** Images per second of `work`, which makes one batch. */
function rate(work: (step: number) => void): number {
  const seconds = Float64Array.from({ length: BATCHES }, (_, step) => {
    const start = performance.now();
    work(step);
    return (performance.now() - start) / 1000;
  }).sort();
  return Math.round(BATCH / seconds[BATCHES / 2]);
}

if (import.meta.main) console.log(pixelWork());
