/** How trainings went: a figure over their epochs, of several runs each. */
import { asText, COLOURS, type PlainRecord, type PlotlyFigure, plotlyFigure } from "./plotly.ts";

/** Runs that differ in their seed alone. */
export interface EpochSeries {
  /** What the legend calls them. */
  name: string;
  /** Of each run, its figure after epoch 1, 2, ... */
  runs: readonly (readonly number[])[];
}

const LINES = [COLOURS.grey, COLOURS.blue, COLOURS.vermilion, COLOURS.green];

/**
 * Draws the mean of each series, in a band from the lowest to the highest of its runs.
 *
 * @param series in the order of the legend, at most four; all runs have one number of epochs
 * @param look what is drawn, with its unit; whether the axis is logarithmic
 */
export function trainingCurves(
  series: readonly EpochSeries[],
  { title, y, log = false }: { title?: string; y: string; log?: boolean },
): PlotlyFigure {
  const bands: PlainRecord[] = [], lines: PlainRecord[] = [];
  series.forEach(({ name, runs }, k) => {
    const after = runs[0].map((_, epoch) => runs.map((run) => run[epoch])); // [epochs, runs]
    const x = after.map((_, epoch) => epoch + 1);
    const short = (value: number) => Number(value.toPrecision(4));
    const low = after.map((values) => short(Math.min(...values)));
    const high = after.map((values) => short(Math.max(...values)));
    if (runs.length > 1) {
      bands.push({
        type: "scatter",
        mode: "lines",
        name: `${name}, lowest to highest`,
        showlegend: false,
        hoverinfo: "skip",
        x: [...x, ...x.toReversed()],
        y: [...high, ...low.toReversed()],
        fill: "toself",
        fillcolor: `${LINES[k]}33`, // a fifth opaque
        line: { width: 0 },
      });
    }
    lines.push({
      type: "scatter",
      mode: "lines+markers",
      name: asText(name),
      x,
      y: after.map((values) => short(values.reduce((sum, value) => sum + value) / values.length)),
      line: { color: LINES[k], width: 2 },
      marker: { size: 5 },
      hovertemplate: `epoch %{x}: %{y}<extra>${asText(name)}</extra>`,
    });
  });
  return plotlyFigure([...bands, ...lines], {
    title,
    x: { title: "epoch", rangemode: "tozero" },
    y: { title: y, ...(log && { type: "log", dtick: "D2" }) },
  });
}
