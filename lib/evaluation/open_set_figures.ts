/** The open set figures of a network, by any scores, on the test images of a split. */
import type { OpenSet } from "../datasets/open_set.ts";
import { type OpenSetMetrics, openSetMetrics } from "../metrics/open_set_metrics.ts";
import type { Evaluator } from "./evaluator.ts";
import { logitScores } from "./logit_scores.ts";
import { fitScores, type Score } from "./scores/score.ts";

/**
 * Scores known and unknown test images and measures how well the scores tell them apart.
 *
 * @returns the figures of each score, by its name
 * @throws {UserError} as {@linkcode fitScores}
 */
export async function openSetFigures(
  run: Evaluator,
  scores: readonly Score[],
  data: Pick<OpenSet, "classes" | "train" | "known" | "unknown">,
): Promise<Record<string, OpenSetMetrics>> {
  const classes = data.classes.length;
  const scorers = await fitScores(scores, run, data.train);
  const [known, unknown] = [await scorers(data.known), await scorers(data.unknown)];
  const predictedIn = async (set: OpenSet["known"]) => logitScores(await run.logits(set), classes).predicted;
  const images = {
    knownLabel: data.known.labels,
    knownPredicted: await predictedIn(data.known),
    unknownPredicted: await predictedIn(data.unknown),
    classes,
  };
  const figures = ({ name }: Score) => openSetMetrics({ known: known[name], unknown: unknown[name], ...images });
  return Object.fromEntries(scores.map((score) => [score.name, figures(score)]));
}
