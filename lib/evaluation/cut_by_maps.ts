/**
 * Foregrounds and backgrounds of real images, told apart by a network's own class activation maps as BackMix tells them
 * (lib/backmix/foreground.ts), and put together anew: partly known images where no mask is known.
 *
 * The maps are those of the predicted class, since an unknown image has no other. Each network cuts by its own maps, so
 * two networks see different images; and what a map misses of an object stays in the background that is pasted. Where a map
 * is highest nothing is covered, so the score of the best cell is protected by the cut itself.
 */
import { type CoveredSet, swapBackgrounds } from "../augment/background_swap.ts";
import { AREA, CELLS, topCells } from "../backmix/foreground.ts";
import { DESCRIBED } from "../backmix/mix.ts";
import { type ImageSet, select } from "../datasets/image_set.ts";
import type { OpenSet } from "../datasets/open_set.ts";
import type { PartlyKnown } from "../datasets/partly_known.ts";
import { type Stream, stream } from "../engine/streams.ts";
import type { Evaluator } from "./evaluator.ts";
import { logitScores } from "./logit_scores.ts";

/** Test images of a side that the measurement draws, if there are as many. */
const IMAGES = 1200;

/** Images with a foreground. */
export type CutSet = ImageSet & CoveredSet;

/**
 * Test images of both sides with the foreground that the network's maps show: the top quarter of the cells, as BackMix
 * has it.
 *
 * @param seed draws which images, 1,200 of each side
 * @throws {UserError} if the method gives NaN
 */
export async function cutByMaps(
  run: Evaluator,
  { classes, known, unknown }: Pick<OpenSet, "classes" | "known" | "unknown">,
  seed: number,
): Promise<{ known: CutSet; unknown: CutSet }> {
  const cut = async (set: ImageSet): Promise<CutSet> => {
    const random = stream(seed, `cut ${set.name}`);
    const drawn = random.permutation(set.labels.length).subarray(0, IMAGES).sort();
    const images = select(set, drawn, set.name);
    const { predicted } = logitScores(await run.logits(images), classes.length);
    const maps = await run.maps({ ...images, labels: predicted });
    return { ...images, foreground: foregrounds(maps, images.side, random) };
  };
  return { known: await cut(known), unknown: await cut(unknown) };
}

/**
 * The cells where each map is highest, as masks of pixels.
 *
 * @param maps `[n, 8, 8]`
 * @param side of the images in pixels, a multiple of 8
 * @returns 255 = foreground, 0 = background, `[n, side, side]`
 */
function foregrounds(maps: Float32Array, side: number, random: Stream): Uint8Array {
  const masks = new Uint8Array(maps.length / AREA * side * side);
  const cell = side / CELLS;
  for (let i = 0; i < masks.length / (side * side); i++) {
    const map = maps.subarray(i * AREA, (i + 1) * AREA);
    const top = topCells(map, DESCRIBED.foreground, random);
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        masks[(i * side + y) * side + x] = 255 * top[Math.floor(y / cell) * CELLS + Math.floor(x / cell)];
      }
    }
  }
  return masks;
}

/**
 * Each foreground on other images' backgrounds: known ones on a background of their own class and on an unknown image's,
 * unknown ones on a known image's and on an unknown image's; its own too, by chance. All four sets are put together by one
 * rule, so that the seams are the same in all.
 *
 * @param seed draws the partners
 */
export function putTogether({ known, unknown }: { known: CutSet; unknown: CutSet }, seed: number): PartlyKnown {
  const [knowns, unknowns] = [known, unknown].map(({ labels }) => Array.from(labels.keys()));
  const alike = Map.groupBy(knowns, (i) => known.labels[i]);
  const put = (name: string, set: CutSet, others: CutSet, partnersOf: (i: number) => readonly number[]): ImageSet => {
    const random = stream(seed, `partners, ${name}`);
    const everyone = Array.from(set.labels.keys());
    const partners = everyone.map((i) => {
      const possible = partnersOf(i);
      return possible[random.int(possible.length)];
    });
    return { ...set, name, images: swapBackgrounds(set, everyone, partners, others).bytes };
  };
  return {
    knownOnKnown: put("known on known", known, known, (i) => alike.get(known.labels[i])!),
    knownOnUnrelated: put("known on unrelated", known, unknown, () => unknowns),
    unknownOnKnown: put("unknown on known", unknown, known, () => knowns),
    unknownOnUnrelated: put("unknown on unrelated", unknown, unknown, () => unknowns),
  };
}
