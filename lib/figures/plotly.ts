/**
 * A figure in Plotly's form: plain data that Plotly's renderers draw, in a browser, in Jupyter, or to a file.
 *
 * All figures look alike: wide as a paper's column at 14 px type, in the colours of Okabe and Ito (2008), which readers with
 * any form of colour blindness tell apart, light or dark.
 */

/** Whatever a figure holds. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };

/** Plain data by name. */
export type PlainRecord = { readonly [key: string]: Plain };

/** A figure. */
export interface PlotlyFigure {
  /** What is drawn: Plotly's traces. */
  data: readonly PlainRecord[];
  /** Axes, legend, size. */
  layout: PlainRecord;
}

/** The palette: of Okabe and Ito, without black and yellow, which vanish on a dark or a light page. */
export const COLOURS = {
  blue: "#0072b2",
  vermilion: "#d55e00",
  green: "#009e73",
  orange: "#e69f00",
  sky: "#56b4e9",
  purple: "#cc79a7",
  grey: "#888888",
} as const;

/** Colours in the order in which a figure takes them. */
export const SERIES: readonly string[] = [
  COLOURS.grey,
  COLOURS.blue,
  COLOURS.vermilion,
  COLOURS.green,
  COLOURS.orange,
  COLOURS.purple,
  COLOURS.sky,
];

/** What tells one figure's look from another's. */
export interface Look {
  /** What the figure shows, a few words; without it there is no title. */
  title?: string;
  /** The horizontal axis: its title, and more of Plotly's settings. */
  x: { title: string } & PlainRecord;
  /** The vertical axis. */
  y: { title: string } & PlainRecord;
  /** Height in pixels, without title and legend; 280 by default. */
  height?: number;
  /** More of Plotly's layout. */
  more?: PlainRecord;
}

/** Width of a figure in pixels: 14 px type in it is 7 pt in a column of 3.3 inches. */
export const WIDTH = 480;

/** Size of the type, and height of a line of it, in pixels. */
const TYPE = 14, LINE = 22;
/** Width of a letter on average. */
const LETTER = 7.5;

const MODES = {
  light: { ink: "#222222", grid: "#dddddd", page: "#ffffff" },
  dark: { ink: "#e6e6e6", grid: "#444444", page: "#161616" },
};

/**
 * A figure of traces.
 *
 * @param data Plotly's traces
 * @param look titles and size
 */
export function plotlyFigure(
  data: readonly PlainRecord[],
  { title, x, y, height = 280, more = {} }: Look,
): PlotlyFigure {
  const axis = ({ title, ...settings }: Look["x"]) => ({
    title: { text: title, standoff: 10, font: { size: TYPE } },
    automargin: true,
    ...settings,
  });
  const titled = title === undefined ? 0 : 30;
  const labels = Array.isArray(y.ticktext)
    ? y.ticktext.flatMap((text) => String(text).split("<br>")).map((line) => line.length)
    : [0];
  const lines = legendLines(data, WIDTH - Math.max(80, 20 + LETTER * Math.max(...labels)));
  const figure = {
    data,
    layout: {
      width: WIDTH,
      height: height + titled + lines * LINE,
      margin: { l: 56, r: 12, t: 12 + titled + lines * LINE, b: 48 },
      legend: { orientation: "h", x: 0, y: 1, yanchor: "bottom" },
      showlegend: lines > 0,
      ...(title !== undefined && {
        title: {
          text: title,
          x: 0,
          xref: "paper",
          y: 1,
          yanchor: "top",
          yref: "container",
          pad: { t: 10 },
          font: { size: 15 },
        },
      }),
      xaxis: axis(x),
      yaxis: axis(y),
      ...more,
    },
  };
  return inMode(figure, "light");
}

/** How many lines the legend takes: Plotly sets entries side by side, or if they do not fit, in columns of one width. */
function legendLines(data: readonly PlainRecord[], room: number): number {
  const widths = data.filter(({ showlegend }) => showlegend !== false).map(({ name }) =>
    48 + LETTER * String(name).length
  );
  if (widths.length < 2) return 0;
  if (widths.reduce((sum, width) => sum + width) <= room) return 1;
  return Math.ceil(widths.length / Math.max(1, Math.floor(room / Math.max(...widths))));
}

/**
 * The figure for a light or a dark page.
 *
 * @param figure of either
 */
export function inMode({ data, layout }: PlotlyFigure, mode: "light" | "dark"): PlotlyFigure {
  const { ink, grid, page } = MODES[mode];
  const lines = { gridcolor: grid, zerolinecolor: grid, linecolor: ink };
  const axes = Object.entries(layout)
    .filter(([name]) => /^[xy]axis\d*$/.test(name))
    .map(([name, axis]) => [name, { ...axis as PlainRecord, ...lines }]);
  return {
    data,
    layout: {
      ...layout,
      ...Object.fromEntries(axes),
      font: { family: "Helvetica, Arial, sans-serif", size: TYPE, color: ink },
      paper_bgcolor: page,
      plot_bgcolor: page,
    },
  };
}

/** A name as Plotly shows it: it reads `<b>` and the like as markup, and a name is none. */
export function asText(name: string): string {
  return name.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** A share as per cent with one decimal, so that a figure's data are short and stable. */
export function percent(share: number): number {
  return Math.round(1000 * share) / 10;
}
