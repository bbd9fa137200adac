/**
 * Whether an unrelated background acts as an outlier through global average pooling (the second finding of BackMix, TPAMI
 * 2025): scores of the same images with more and more of their background replaced, by the mean over the cells, and by the
 * best cell alone.
 */
import type { ImageSet } from "../datasets/image_set.ts";
import { tf } from "../engine/tensorflow.ts";
import type { Tensor2D, Tensor4D } from "../engine/tensors.ts";
import { auroc } from "../metrics/auroc.ts";
import type { Evaluator } from "./evaluator.ts";

/** Shares of the background that are covered. */
const SHARES = [0.25, 0.5, 0.75, 1];

/**
 * For each share of covered background, a quarter to all, the AUROC of the untouched images against the covered ones: 0.5 where covering
 * changes nothing, 1 where each covered image scores below each untouched one.
 *
 * @param whole the images as they are
 * @param coveredBy gives the same images with a share of their background replaced
 * @returns `pooled_25`, the largest logit of the mean feature, and `best_cell_25`, the largest of any cell's, for share 0.25,
 * and so on
 */
export async function poolingFigures(
  run: Evaluator,
  whole: ImageSet,
  coveredBy: (share: number) => ImageSet,
): Promise<Record<string, number>> {
  const { method } = run;
  const scores = run.over(({ params, map, feature }) => {
    const [batch, height, width, channels] = map.shape;
    const cells = tf.reshape(map, [batch * height * width, channels]) as Tensor2D;
    const each = method.logits(params, { map: tf.reshape(cells, [-1, 1, 1, channels]) as Tensor4D, feature: cells });
    const best = tf.max(tf.reshape(each, [batch, -1]), 1);
    return { rows: tf.stack([tf.max(method.logits(params, { map, feature }), 1), best], 1) }; // [B, 2]
  });
  const both = async (set: ImageSet) => {
    const { rows } = await scores(set, {});
    return [0, 1].map((column) => Float64Array.from({ length: rows.length / 2 }, (_, i) => rows[2 * i + column]));
  };
  const untouched = await both(whole);
  const figures: Record<string, number> = {};
  for (const share of SHARES) {
    const changed = await both(coveredBy(share));
    const percent = Math.round(100 * share);
    figures[`pooled_${percent}`] = auroc(untouched[0], changed[0]);
    figures[`best_cell_${percent}`] = auroc(untouched[1], changed[1]);
  }
  return figures;
}
