/** Figures of a result file: the runs of each method, and what BackMix or a rival of it changes. */
import { dotPlot, type DotRow, type DotSeries } from "../figures/dot_plot.ts";
import type { PlotlyFigure } from "../figures/plotly.ts";
import { metricTitles } from "../metrics/open_set_metrics.ts";
import type { Cell, Figure, MetricName, ResultFile, SummaryRow } from "../results/result.ts";
import { dataTitle, PUBLISHED, rowName, words } from "../results/table.ts";

/** Which number of a result file is drawn. */
export interface Choice {
  /** The metric; AUROC by default. */
  metric?: MetricName;
  /** The score, such as "max_logit"; each method's published one by default. */
  score?: string;
  /** The figure's title. */
  title?: string;
}

/**
 * Every run of each method without and with BackMix, and the published figure as a line if there is one.
 *
 * The line through a mean of several runs is a standard deviation to each side; one run has its bootstrap interval.
 */
export function runsFigure(file: ResultFile, { metric = "auroc", score, title }: Choice = {}): PlotlyFigure {
  const { cellOf, nameOf } = reader(file);
  const named = file.summary.rows.map((row) => ({ row, name: nameOf(row.cells[0]), cell: cellOf(row.cells[0]) }));
  const runs = (row?: SummaryRow): DotSeries | null => {
    if (row === undefined || score !== undefined && row.metrics[score] === undefined) return null;
    const kind = score ?? row.headline;
    const { mean, deviation } = row.metrics[kind][metric];
    const figures = row.cells.map((id) => cellOf(id).metrics[kind][metric]);
    return spreadOf(
      figures,
      mean,
      deviation === null ? null : { low: Math.max(0, mean - deviation), high: Math.min(1, mean + deviation) },
    );
  };
  const withBackmix = (without: SummaryRow, name: string) => {
    const pairs = file.paired.filter((pair) => without.cells.includes(pair.without)).map((pair) => pair.with);
    return named.find((other) =>
      other.name === name.replace(/^\S+/, "$& + BackMix") && other.row.cells.some((id) => pairs.includes(id))
    )?.row;
  };
  const rows = named.filter(({ cell }) => !cell.backmix && cell.recipe.regulariser === undefined).map((
    { row, name },
  ): DotRow => ({
    name,
    series: [runs(row), runs(withBackmix(row, name))],
  }));
  const published = file.paper?.metrics?.[metric];
  return dotPlot(rows, ["without BackMix", "with BackMix"], {
    title,
    x: `${metricTitles[metric]}${score === undefined ? "" : ` by ${words(score)}`}, %`,
    spread: spreadTitle(file, "± one standard deviation"),
    line: published === undefined ? null : { value: published, name: PUBLISHED },
  });
}

/**
 * What BackMix, each of its variants and each rival change against the run without: every pair of runs.
 *
 * The line through a mean of several pairs is Student's 95 % interval, one pair has its bootstrap interval.
 */
export function differencesFigure(file: ResultFile, { metric = "auroc", score, title }: Choice = {}): PlotlyFigure {
  const { nameOf } = reader(file);
  const [method, ...others] = new Set(file.summary.paired.map((row) => row.method));
  const short = (name: string) => others.length === 0 ? name.replace(`${method} + `, "") : name;
  const rows = file.summary.paired.flatMap((row): DotRow[] => {
    const kind = score ?? row.headline;
    const summed = row.metrics[kind]?.[metric];
    if (summed === undefined) return [];
    const pairs = file.paired.filter((pair) => row.cells.includes(pair.with));
    const { mean, low, high } = summed;
    const interval = low === null || high === null ? null : { low, high };
    return [{
      name: short(nameOf(row.cells[0])),
      series: [spreadOf(pairs.map((pair) => pair.metrics[kind][metric]), mean, interval)],
    }];
  });
  return dotPlot(rows, ["difference to the run without"], {
    title,
    x: `change of ${metricTitles[metric]}${score === undefined ? "" : ` by ${words(score)}`}, points`,
    spread: spreadTitle(file, "Student's 95 % interval"),
    line: { value: 0, name: "no change" },
  });
}

/** What BackMix, each of its variants and each rival cost: time of a training image against the run without. */
export function costFigure(file: ResultFile, { title }: Pick<Choice, "title"> = {}): PlotlyFigure {
  const { cellOf, nameOf } = reader(file);
  const pace = (id: string) => cellOf(id).training.images_per_second;
  const rows = file.summary.paired.map(({ cells }): DotRow => {
    const pairs = file.paired.filter((pair) => cells.includes(pair.with));
    const runs = pairs.map((pair) => pace(pair.without) / pace(pair.with));
    const mean = runs.reduce((sum, run) => sum + run) / runs.length;
    return { name: nameOf(cells[0]), series: [{ runs, mean, low: Math.min(...runs), high: Math.max(...runs) }] };
  });
  return dotPlot(rows, ["against the run without"], {
    title,
    x: "time of a training image, %",
    spread: "from the shortest to the longest",
    line: { value: 1, name: "as long" },
  });
}

/** Runs with the interval of their mean, or where there is but one run with its own. */
function spreadOf(runs: readonly Figure[], mean: number, interval: { low: number; high: number } | null): DotSeries {
  const { low, high } = interval ?? runs[0];
  return { runs: runs.map(({ value }) => value), mean, low, high };
}

function spreadTitle({ summary }: ResultFile, ofSeveral: string): string {
  return summary.rows.some(({ cells }) => cells.length > 1) ? ofSeveral : "95 % interval over test images";
}

function reader(file: ResultFile): { cellOf: (id: string) => Cell; nameOf: (id: string) => string } {
  const byId = new Map(file.cells.map((cell) => [cell.id, cell]));
  const cellOf = (id: string) => byId.get(id)!;
  const on = dataTitle(file);
  return { cellOf, nameOf: (id) => rowName(cellOf(id)) + on(cellOf(id)) };
}
