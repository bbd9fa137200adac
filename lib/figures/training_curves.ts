/** How a training went: a figure over its epochs, of several runs. */
import { asText, type PlotlyFigure, plotlyFigure, SERIES } from "./plotly.ts";

/** A run's figure after each epoch. */
export interface EpochSeries {
  /** What the legend calls it. */
  name: string;
  /** After epoch 1, 2, ... */
  values: readonly number[];
}

/**
 * Draws the runs.
 *
 * @param runs in the order of the legend
 * @param y what is drawn, with its unit
 */
export function trainingCurves(
  runs: readonly EpochSeries[],
  { title, y }: { title?: string; y: string },
): PlotlyFigure {
  const traces = runs.map(({ name, values }, k) => ({
    type: "scatter",
    mode: "lines+markers",
    name: asText(name),
    x: values.map((_, epoch) => epoch + 1),
    y: values.map((value) => Number(value.toPrecision(4))),
    line: { color: SERIES[k % SERIES.length], width: 2 },
    marker: { size: 5 },
  }));
  return plotlyFigure(traces, { title, x: { title: "epoch", rangemode: "tozero" }, y: { title: y } });
}
