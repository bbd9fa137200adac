/** How the open set scores of known and unknown images lie: what every threshold cuts. */
import type { ScoredSides, Scores } from "../metrics/scores.ts";
import { COLOURS, type PlotlyFigure, plotlyFigure } from "./plotly.ts";

const BINS = 40;

/**
 * Draws both sides as shares of their images in 40 bins over the scores of both.
 *
 * @param sides scores of known and unknown images, finite
 * @param name what the score is called
 * @param threshold a score to mark, such as that of TPR 95; left out without one
 */
export function scoreHistogram(
  sides: ScoredSides,
  { name, title, threshold }: { name: string; title?: string; threshold?: number },
): PlotlyFigure {
  const [least, greatest] = rangeOf(sides);
  const width = (greatest - least) / BINS || 1;
  const middles = Array.from({ length: BINS }, (_, bin) => short(least + (bin + 0.5) * width));
  const shares = (scores: Scores) => {
    const counts = new Array<number>(BINS).fill(0);
    for (const score of scores) counts[Math.min(BINS - 1, Math.floor((score - least) / width))]++;
    return counts.map((count) => short(100 * count / scores.length));
  };
  const bars = (name: string, scores: Scores, color: string) => ({
    type: "bar",
    name,
    x: middles,
    y: shares(scores),
    width: short(width),
    marker: { color, opacity: 0.6 },
    hovertemplate: `%{y} % of the ${name} images around %{x}<extra></extra>`,
  });
  const shapes = threshold === undefined ? [] : [{
    type: "line",
    x0: short(threshold),
    x1: short(threshold),
    y0: 0,
    y1: 1,
    yref: "paper",
    line: { color: COLOURS.grey, dash: "dash", width: 2 },
  }];
  return plotlyFigure([
    bars("known", sides.known, COLOURS.blue),
    bars("unknown", sides.unknown, COLOURS.vermilion),
  ], {
    title,
    x: { title: name },
    y: { title: "share of the images, %" },
    more: { barmode: "overlay", shapes },
  });
}

function rangeOf({ known, unknown }: ScoredSides): [number, number] {
  let [least, greatest] = [Infinity, -Infinity];
  for (const scores of [known, unknown]) {
    for (const score of scores) {
      if (score < least) least = score;
      if (score > greatest) greatest = score;
    }
  }
  return [least, greatest];
}

/** Four significant digits. */
function short(value: number): number {
  return Number(value.toPrecision(4));
}
