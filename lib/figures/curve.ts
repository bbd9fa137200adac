/** Curves over all thresholds: thinned to what a figure can show, several in one figure. */
import { asText, type PlainRecord, type PlotlyFigure, plotlyFigure, SERIES } from "./plotly.ts";

/** Points of a curve, ends included; coordinates in [0, 1]. */
export interface Points {
  /** Horizontal. */
  x: number[];
  /** Vertical. */
  y: number[];
}

/** A curve with what the legend calls it. */
export interface NamedCurve extends Points {
  /** Its name. */
  name: string;
}

/** No point of a thinned curve lies farther than this from the whole one, along either axis. */
const APART = 1 / 250;

/**
 * Fewer points of a curve, for a figure: a point stays where the curve has gone on by 1 / 250 since the last that stayed.
 *
 * @param points in order along the curve
 */
export function thinned({ x, y }: Points): Points {
  const kept: Points = { x: [], y: [] };
  x.forEach((_, i) => {
    const last = kept.x.length - 1;
    const moved = last < 0 || Math.abs(x[i] - kept.x[last]) >= APART || Math.abs(y[i] - kept.y[last]) >= APART;
    if (!moved && i < x.length - 1) return;
    kept.x.push(x[i]);
    kept.y.push(y[i]);
  });
  const short = (value: number) => Math.round(1e4 * value) / 1e4;
  return { x: kept.x.map(short), y: kept.y.map(short) };
}

/**
 * Draws curves in a square from (0, 0) to (1, 1).
 *
 * @param curves in the order of the legend
 * @param look titles of the axes; `diagonal` draws what chance gives
 */
export function curvesFigure(
  curves: readonly NamedCurve[],
  { title, x, y, diagonal = false }: { title?: string; x: string; y: string; diagonal?: boolean },
): PlotlyFigure {
  const traces = curves.map((curve, k): PlainRecord => ({
    type: "scatter",
    mode: "lines",
    ...thinned(curve),
    name: asText(curve.name),
    line: { color: SERIES[k % SERIES.length], width: 2, dash: k < SERIES.length ? "solid" : "dot" },
  }));
  const range = [0, 1.005];
  const chance = { type: "line", x0: 0, y0: 0, x1: 1, y1: 1, line: { color: "#aaaaaa", dash: "dot", width: 1 } };
  return plotlyFigure(traces, {
    title,
    x: { title: x, range },
    y: { title: y, range },
    height: 400,
    more: { shapes: diagonal ? [chance] : [] },
  });
}
