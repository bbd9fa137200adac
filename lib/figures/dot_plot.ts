/**
 * Figures of several rows side by side: every run a dot, their mean a diamond with its spread. Dots do not hide, as bars do,
 * how many runs there are and how they lie.
 */
import { asText, COLOURS, percent, type PlainRecord, type PlotlyFigure, plotlyFigure, SERIES } from "./plotly.ts";

/** What a row shows in one colour. */
export interface DotSeries {
  /** Each run's figure, in [0, 1]. */
  runs: readonly number[];
  /** Their mean. */
  mean: number;
  /** Lower end of the spread that is drawn; null for none. */
  low: number | null;
  /** Upper end. */
  high: number | null;
}

/** A row. */
export interface DotRow {
  /** What stands beside it. */
  name: string;
  /** One entry for each of the figure's series; null where the row has none. */
  series: readonly (DotSeries | null)[];
}

/**
 * Draws the rows, the first on top.
 *
 * @param rows each with as many series as there are names
 * @param series names of the series, for the legend
 * @param look.x what is measured, in per cent
 * @param look.spread what the line through a mean spans, for the legend
 * @param look.line a value to compare with, such as a published one; null for none
 */
export function dotPlot(
  rows: readonly DotRow[],
  series: readonly string[],
  look: { title?: string; x: string; spread: string; line: { value: number; name: string } | null },
): PlotlyFigure {
  const offset = (k: number) => (k - (series.length - 1) / 2) * 0.22; // rows are 1 apart, series lie beside each other
  const traces = series.flatMap((name, k): PlainRecord[] => {
    const there = rows.flatMap(({ series }, row) => {
      const one = series[k];
      return one === null ? [] : [{ ...one, y: row + offset(k) }];
    });
    const colour = series.length === 1 ? COLOURS.blue : SERIES[k % SERIES.length];
    const spread = (end: "low" | "high") =>
      there.map((one) => {
        const value = one[end];
        return value === null ? 0 : Math.abs(percent(value) - percent(one.mean));
      }).map((value) => Math.round(10 * value) / 10);
    return [{
      type: "scatter",
      mode: "markers",
      name: `${name}, each run`,
      showlegend: false,
      x: there.flatMap(({ runs }) => runs.map(percent)),
      y: there.flatMap(({ runs, y }) => runs.map(() => y)),
      marker: { color: colour, size: 6, opacity: 0.55 },
      hovertemplate: "%{x} %<extra></extra>",
    }, {
      type: "scatter",
      mode: "markers",
      name,
      x: there.map(({ mean }) => percent(mean)),
      y: there.map(({ y }) => y),
      error_x: {
        type: "data",
        symmetric: false,
        array: spread("high"),
        arrayminus: spread("low"),
        color: colour,
        thickness: 2,
        width: 4,
      },
      marker: { color: colour, size: 10, symbol: "diamond" },
      hovertemplate: `%{x} % (${look.spread})<extra>${name}</extra>`,
    }];
  });
  const line: PlainRecord[] = look.line === null ? [] : [{
    type: "scatter",
    mode: "lines+markers", // markers, though none are seen, keep the line off the frame
    marker: { opacity: 0 },
    name: look.line.name,
    x: [percent(look.line.value), percent(look.line.value)],
    y: [-0.5, rows.length - 0.5],
    line: { color: COLOURS.vermilion, dash: "dash", width: 2 },
    hovertemplate: `${percent(look.line.value)} %<extra>${look.line.name}</extra>`,
  }];
  return plotlyFigure([...traces, ...line], {
    title: look.title,
    x: { title: look.x },
    y: {
      title: "",
      tickvals: rows.map((_, row) => row),
      ticktext: rows.map(({ name }) => inLines(name).map(asText).join("<br>")),
      range: [rows.length - 0.5, -0.5],
      zeroline: false,
    },
    height: 90 + 44 * rows.length,
  });
}

/** A name in lines of about 22 letters, so that names leave room for what they name. */
function inLines(name: string): string[] {
  const lines: string[] = [];
  for (const word of name.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 22) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
