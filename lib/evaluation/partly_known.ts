/**
 * What a network makes of foreground and background apart (the first finding of BackMix, TPAMI 2025): how many images it
 * accepts as known whose shape is known, or whose background is.
 */
import type { PartlyKnown } from "../datasets/partly_known.ts";
import { accuracy } from "../metrics/accuracy.ts";
import type { Evaluator } from "./evaluator.ts";
import { logitScores } from "./logit_scores.ts";

/** Share of the wholly known images that the threshold accepts. */
const ACCEPTED = 0.95;

/**
 * Shares of images that score above the threshold which accepts 95 % of the wholly known ones, by the largest logit, and
 * the accuracy on known shapes with an unrelated background. A network that looks at the shape only accepts most of the
 * known on unrelated, and as few unknown shapes on known backgrounds as on unrelated ones.
 *
 * @param labelOf a known class's label by its official number
 */
export async function partlyKnownFigures(
  run: Evaluator,
  sets: PartlyKnown,
  labelOf: ReadonlyMap<number, number>,
): Promise<Record<string, number>> {
  const scored = async (set: PartlyKnown[keyof PartlyKnown]) => logitScores(await run.logits(set), labelOf.size);
  const sure = (await scored(sets.knownOnKnown)).maxLogit.sort();
  const threshold = sure[Math.floor((1 - ACCEPTED) * sure.length)];
  const accepted = (scores: Float64Array) => scores.filter((score) => score >= threshold).length / scores.length;
  const unrelated = await scored(sets.knownOnUnrelated);
  const labels = sets.knownOnUnrelated.labels.map((number) => labelOf.get(number)!);
  return {
    accepted_known_on_unrelated: accepted(unrelated.maxLogit),
    accepted_unknown_on_known: accepted((await scored(sets.unknownOnKnown)).maxLogit),
    accepted_unknown_on_unrelated: accepted((await scored(sets.unknownOnUnrelated)).maxLogit),
    acc_on_unrelated: accuracy(labels, unrelated.predicted),
  };
}
