/** BackMix against the reference's class as it runs (`reference`) and as the paper describes it (`described`). */
import { assertEquals } from "@std/assert";
import { CENTRED, decodeBatch, pixelValues, truncatedPixelValues, UNIT } from "../../lib/augment/pixels.ts";
import type { Images, PixelValues } from "../../lib/augment/pixels.ts";
import { drawViews, PADDING, type View } from "../../lib/augment/view.ts";
import { CamBank } from "../../lib/backmix/cam_bank.ts";
import {
  type BackmixOptions,
  DESCRIBED,
  drawPastes,
  type Paste,
  REFERENCE,
  renderMixed,
} from "../../lib/backmix/mix.ts";
import type { Stream } from "../../lib/engine/streams.ts";
import { Comparison, golden, type GoldenArray } from "./golden.ts";

interface Draw {
  i: number;
  j: number;
  destination: [y: number, x: number];
  source: [y: number, x: number];
  flip: 0 | 1;
  crop: [top: number, left: number];
  batch: number[];
  cams: GoldenArray;
}

interface Step {
  mask8: GoldenArray;
  masked_partner_255: GoldenArray;
  mixed_before_255: GoldenArray;
  bank_after_update: GoldenArray;
}

interface ReferenceStep extends Step {
  label: number;
  mixed_before_bytes: GoldenArray;
  mixed_after_bytes: GoldenArray;
  bytes_one_lower: number;
  bank_after_draw: GoldenArray;
  // of the first draw only
  mask32: GoldenArray;
  raw_normalised: GoldenArray;
  masked_partner_normalised: GoldenArray;
  mixed_before_normalised: GoldenArray;
  mixed_after_normalised: GoldenArray;
}

interface DescribedStep extends Step {
  mixed_after_255: GoldenArray;
  mixed_after_normalised: GoldenArray; // of the first draw only
}

const file = await golden<{
  images: GoldenArray;
  bank_start: GoldenArray;
  momentum: number;
  ratio: number;
  draws: Draw[];
  reference: ReferenceStep[];
  described: DescribedStep[];
}>("backmix");
const images: Images = { bytes: Uint8Array.from(file.images.data), side: file.images.shape[1] };
const compared = new Comparison("backmix.json");
const unseen: View = { flip: false, top: PADDING, left: PADDING };

Deno.test("BackMix with bank and pixels of the reference meets the reference's code", () => {
  assertEquals(file.reference.length, file.draws.length);
  const options = { ...REFERENCE, momentum: file.momentum, foreground: file.ratio };
  const run = start(options);
  file.reference.forEach((expected, t) => {
    const at = (field: string) => `reference[${t}].${field}`;
    const { draw, paste, view } = run.draw(t);
    compared.equal(at("mask8"), paste.foreground!, expected.mask8);

    const partner = wholePartner(draw.j, paste);
    const exact = pixelValues(UNIT);
    compared.equal(at("masked_partner_255"), levels(partner(images, exact)), expected.masked_partner_255);
    const before = levels(mix(draw.i, paste, unseen, exact));
    compared.equal(at("mixed_before_255"), before, expected.mixed_before_255);

    const values = truncatedPixelValues(UNIT);
    const bytes = levels(mix(draw.i, paste, unseen, values));
    compared.equal(at("mixed_before_bytes"), bytes, expected.mixed_before_bytes);
    compared.equal(at("mixed_after_bytes"), levels(mix(draw.i, paste, view, values)), expected.mixed_after_bytes);
    const lower = before.filter((level, k) => bytes[k] === level - 1).length;
    compared.scalar(at("bytes_one_lower"), lower, expected.bytes_one_lower, 0);

    const labels = Array.from({ length: file.images.shape[0] }, (_, image) => image); // the golden data set's labels
    compared.scalar(at("label"), labels[draw.i], expected.label, 0);

    if (t === 0) {
      const black = { ...images, bytes: new Uint8Array(images.bytes.length) };
      const red = partner(black, exact).filter((_, k) => k % 3 === 0); // 0.5 where hidden, else 0
      compared.equal(at("mask32"), red.map((value) => 2 * value), expected.mask32);
      const centred = pixelValues(CENTRED);
      const raw = new Float32Array(expected.raw_normalised.data.length);
      decodeBatch(images, [draw.i], centred, raw);
      compared.array(at("raw_normalised"), raw, expected.raw_normalised, 1e-5);
      compared.array(
        at("masked_partner_normalised"),
        partner(images, centred),
        expected.masked_partner_normalised,
        1e-5,
      );
      const mixed = mix(draw.i, paste, unseen, centred);
      compared.array(at("mixed_before_normalised"), mixed, expected.mixed_before_normalised, 1e-5);
      const seen = mix(draw.i, paste, view, truncatedPixelValues(CENTRED));
      compared.array(at("mixed_after_normalised"), seen, expected.mixed_after_normalised, 1e-5);
    }

    run.record([], [], [draw.j]);
    compared.array(at("bank_after_draw"), run.maps(), expected.bank_after_draw, 1e-5);
    run.record(draw.batch, draw.cams.data, []);
    compared.array(at("bank_after_update"), run.maps(), expected.bank_after_update, 1e-5);
  });
});

Deno.test("BackMix as described meets the same without the reference's side effects", () => {
  assertEquals(file.described.length, file.draws.length);
  const options = { ...DESCRIBED, lag: 0, momentum: file.momentum, foreground: file.ratio };
  const run = start(options);
  file.described.forEach((expected, t) => {
    const at = (field: string) => `described[${t}].${field}`;
    const { draw, paste, view } = run.draw(t);
    compared.equal(at("mask8"), paste.foreground!, expected.mask8);
    const exact = pixelValues(UNIT);
    const partner = wholePartner(draw.j, paste)(images, exact);
    compared.equal(at("masked_partner_255"), levels(partner), expected.masked_partner_255);
    compared.equal(at("mixed_before_255"), levels(mix(draw.i, paste, unseen, exact)), expected.mixed_before_255);
    compared.equal(at("mixed_after_255"), levels(mix(draw.i, paste, view, exact)), expected.mixed_after_255);
    if (t === 0) {
      const seen = mix(draw.i, paste, view, pixelValues(CENTRED));
      compared.array(at("mixed_after_normalised"), seen, expected.mixed_after_normalised, 1e-5);
    }
    run.record(draw.batch, draw.cams.data, [draw.j]);
    compared.array(at("bank_after_update"), run.maps(), expected.bank_after_update, 1e-5);
  });
});

Deno.test("backmix.json: values were compared", () => compared.report());

/** Starts from the golden bank; drawing and mixing are training's own, with the golden draws in place of the random stream. */
function start(options: BackmixOptions) {
  const maps = Float32Array.from(file.bank_start.data);
  const bank = CamBank.restore({ maps, waiting: [] }, 0, options);
  let step = 0;
  return {
    draw(t: number): { draw: Draw; paste: Paste; view: View } {
      const draw = file.draws[t];
      const random = scripted([...draw.destination, draw.j, ...draw.source]);
      const [paste] = drawPastes(random, [draw.i], bank.at(step), images.side, options);
      return { draw, paste, view: scriptedView(draw) };
    },
    record(batch: number[], cams: number[], partners: number[]): void {
      bank.record(step++, batch, cams, partners);
    },
    maps: () => bank.at(step),
  };
}

function scriptedView({ flip, crop }: Draw): View {
  return drawViews(scripted([flip, ...crop]), 1)[0];
}

/** A stream whose whole numbers are given; it fails when asked for more, for other numbers, or for one out of range. */
function scripted(numbers: number[]): Stream {
  const left = [...numbers];
  const never = () => {
    throw new Error("the golden draws are whole numbers");
  };
  const int = (n: number) => {
    const drawn = left.shift();
    if (drawn === undefined || drawn >= n) throw new Error(`golden draw ${drawn}, wanted one below ${n}`);
    return drawn;
  };
  return { int, bits: never, uniform: never, normal: never, permutation: never };
}

function mix(i: number, paste: Paste, view: View, values: PixelValues, from = images): Float32Array {
  const out = new Float32Array(from.side ** 2 * 3);
  renderMixed(from, [i], [paste], [view], values, out);
  return out;
}

/** The masked partner: a window over the whole image shows all of it. */
function wholePartner(j: number, paste: Paste): (from: Images, values: PixelValues) => Float32Array {
  const origin = { y: 0, x: 0 };
  const whole = { ...paste, window: images.side, destination: origin, source: origin };
  return (from, values) => mix(j, whole, unseen, values, from);
}

/** Levels 0 .. 255 of pixels in [0, 1]; whole or 127.5. */
function levels(pixels: Float32Array): Float64Array {
  return Float64Array.from(pixels, (value) => {
    const level = Math.round(value * 510) / 2;
    if (Math.abs(level - value * 255) > 1e-4) throw new Error(`${value} is no level`);
    return level;
  });
}
