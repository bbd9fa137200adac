/**
 * A result file as a table: a row for each method with and without BackMix or a rival of it, and the difference of the
 * two; the published figures in the last row. Every kind of score has its row, the headline score first.
 */
import type { Regulariser } from "../augment/regulariser.ts";
import { type BackmixOptions, DESCRIBED } from "../backmix/mix.ts";
import { metricTitles } from "../metrics/open_set_metrics.ts";
import type { Cell, Figure, Json, Mean, MeanDifference, MetricName, ResultFile } from "./result.ts";

const COLUMNS: readonly MetricName[] = ["acc", "auroc", "aupr_in", "fpr_at_tpr95", "dtacc", "oscr"];

/** What the published figures are called: the sources at hand do not tell which method they stand on. */
export const PUBLISHED = "BackMix (paper), base method not stated";

const REGULARISER_TITLES: Record<Regulariser["kind"], string> = {
  mixup: "MixUp",
  cutmix: "CutMix",
  cutout: "CutOut",
  "background-swap": "background swap",
};

/** A table: all rows as long as the first, which holds the titles. */
export type Table = string[][];

/** A row of a table, and the runs behind it. */
export interface TableRow {
  /** As it is shown; the first row of a table holds the titles. */
  row: string[];
  /** Ids of the cells that it sums up; none for titles and published figures. */
  cells: readonly string[];
}

/** The rows of a table without the runs behind them: see {@linkcode tableRows}. */
export function tableOf(file: ResultFile): Table {
  return tableRows(file).map(({ row }) => row);
}

/**
 * The rows of a table, figures in per cent.
 *
 * One run: value (bootstrap interval over test images). More runs: mean ± standard deviation over runs. A difference of one
 * pair: value (bootstrap interval); of more pairs: mean (Student's 95 % interval).
 *
 * @param file what to show
 */
export function tableRows(file: ResultFile): TableRow[] {
  const { rows, paired } = file.summary;
  const extras = [...new Set(rows.flatMap((row) => Object.keys(row.extra ?? {})))].sort();
  const titles = ["Method", "Score", "Runs", ...COLUMNS.map((name) => metricTitles[name]), ...extras.map(words)];

  const cellOf = (id: string) => file.cells.find((cell) => cell.id === id)!;
  const on = dataTitle(file);
  const nameOf = (cell: Cell) => rowName(cell) + on(cell);
  const names = rows.map((row) => nameOf(cellOf(row.cells[0])));
  const methods = [...new Set(rows.map((row) => row.method))];
  const body = methods.flatMap((method) => [
    ...rows.filter((row) => row.method === method).sort((a, b) => Number(a.backmix) - Number(b.backmix))
      .flatMap((row) => {
        const run = cellOf(row.cells[0]);
        const several = names.filter((name) => name === nameOf(run)).length > 1;
        const recipe = several ? ` (recipe ${row.cells[0].split(".").at(-1)})` : "";
        return scoresOf(row).map((score) => ({
          row: [
            `${nameOf(run)}${recipe}`,
            words(score),
            String(row.cells.length),
            ...COLUMNS.map((name) => value(row.metrics[score][name], run.metrics[score][name])),
            ...extras.map((name) => row.extra?.[name] ? value(row.extra[name]) : ""),
          ],
          cells: row.cells,
        }));
      }),
    ...paired.filter((row) => row.method === method).flatMap((row) => {
      const pair = file.paired.find((one) => one.with === row.cells[0])!;
      return scoresOf(row).map((score) => ({
        row: [
          differenceName(cellOf(row.cells[0])) + on(cellOf(row.cells[0])),
          words(score),
          String(row.cells.length),
          ...COLUMNS.map((name) => difference(row.metrics[score][name], pair.metrics[score][name])),
          ...extras.map((name) => row.extra?.[name] ? difference(row.extra[name]) : ""),
        ],
        cells: row.cells,
      }));
    }),
  ]);

  const { metrics, by_data = {} } = file.paper ?? {};
  const published = [
    ...(metrics ? [[PUBLISHED, metrics] as const] : []),
    ...Object.entries(by_data).map(([data, metrics]) => [`${PUBLISHED}, ${data}`, metrics] as const),
  ].map(([name, metrics]) => [
    name,
    "",
    "",
    ...COLUMNS.map((column) => metrics[column] === undefined ? "" : percent(metrics[column])),
    ...extras.map(() => ""),
  ]);
  return [{ row: titles, cells: [] }, ...body, ...published.map((row) => ({ row, cells: [] }))];
}

/** What to add to a row's name to tell of which images it is, where the file has several data sets, or copies of one. */
export function dataTitle({ cells }: ResultFile): (cell: Cell) => string {
  const copies = Map.groupBy(cells.map(({ data }) => data), ({ name }) => name);
  return ({ data }) => {
    const name = copies.size > 1 ? ` on ${data.name}` : "";
    const alike = copies.get(data.name)!.every(({ official }) => official === data.official);
    return alike ? name : `${name} (${data.official ? "official" : "not official"} images)`;
  };
}

/** What a reader of the table must know: what the brackets hold, and where the published figures stand. */
export function notesOf({ summary, paper }: ResultFile): string[] {
  const several = summary.rows.some((row) => row.cells.length > 1);
  return [
    several
      ? "In per cent: mean ± standard deviation over runs; differences with Student's 95 % interval over pairs of runs."
      : "In per cent, with 95 % bootstrap intervals over test images; differences resample the same images in both runs.",
    ...(paper ? [`${PUBLISHED}: ${paper.source}.`] : []),
  ];
}

/** A table in Markdown. */
export function markdown([titles, ...rows]: Table): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(titles), line(titles.map((_, i) => i < 2 ? "---" : "---:")), ...rows.map(line)].join("\n");
}

/** A table for a terminal: a block for each kind of score, figures down and methods across, or turned if that is narrower. */
export function terminal([titles, ...rows]: Table): string {
  const scores = [...new Set(rows.map((row) => row[1]))].filter((score) => score !== "");
  const blocks = scores.map((score) => {
    const ofScore = rows.filter((row) => row[1] === score || row[1] === "");
    const methodsDown = [titles, ...ofScore].map((row) => row.toSpliced(1, 1));
    const figuresDown = methodsDown[0].map((_, i) => methodsDown.map((row) => row[i]));
    const [narrower] = [figuresDown, methodsDown].map(aligned).sort((a, b) => widthOf(a) - widthOf(b));
    return [`Score: ${score}`, ...narrower].join("\n");
  });
  return blocks.join("\n\n");
}

/** Lines of a table, its columns one below the other. */
function aligned(table: Table): string[] {
  const widths = table[0].map((_, i) => Math.max(...table.map((row) => row[i].length)));
  return table.map((row) => row.map((cell, i) => cell.padEnd(widths[i])).join("  ").trimEnd());
}

function widthOf(lines: string[]): number {
  return Math.max(...lines.map((line) => line.length));
}

/** What of a cell names its row. */
type Trained = Pick<Cell, "method" | "backmix" | "recipe">;

/** What BackMix is called, with the settings that are not as described; pasted without a map, it is but a random window. */
function backmixTitle({ recipe }: Trained): string {
  const changed = Object.entries(recipe.backmix as Record<string, Json>)
    .filter(([name, value]) => DESCRIBED[name as keyof BackmixOptions] !== value)
    .map(([name, value]) => `${name} ${value}`);
  if (changed.join() === "mask none") return "random window";
  return changed.length === 0 ? "BackMix" : `BackMix (${changed.join(", ")})`;
}

function regulariserTitle({ recipe }: Trained): string | undefined {
  const kind = (recipe.regulariser as Regulariser | undefined)?.kind;
  return kind && (REGULARISER_TITLES[kind] ?? kind);
}

/** Method, rival, BackMix, as far as there are. */
export function rowName(cell: Trained): string {
  return [cell.method, regulariserTitle(cell), ...(cell.backmix ? [backmixTitle(cell)] : [])]
    .filter((part) => part !== undefined).join(" + ");
}

/** The name of a row of differences: "softmax: with - without" for BackMix, "softmax: MixUp - without" for a rival. */
function differenceName(cell: Cell): string {
  const rival = regulariserTitle(cell);
  if (!cell.backmix) return `${cell.method}: ${rival} - without`;
  const title = backmixTitle(cell);
  return `${cell.method}${rival ? ` + ${rival}` : ""}: ${title === "BackMix" ? "with" : title} - without`;
}

function scoresOf(row: { headline: string; metrics: Record<string, unknown> }): string[] {
  return [row.headline, ...Object.keys(row.metrics).filter((name) => name !== row.headline).sort()];
}

/** A mean, with the deviation over runs, or of one run with the interval over its test images; in per cent. */
export function value(mean: Mean, run?: Figure): string {
  if (mean.deviation !== null || !run) return percentOf(mean);
  return `${percent(run.value)} (${percent(run.low)} to ${percent(run.high)})`;
}

/** A mean with its deviation, if there is one; in per cent. */
export function percentOf({ mean, deviation }: Mean): string {
  return deviation === null ? percent(mean) : `${percent(mean)} ± ${percent(deviation)}`;
}

/** A mean difference, with the interval over pairs of runs, or of one pair with that over its test images; in per cent. */
export function difference({ mean, low, high }: MeanDifference, pair?: Figure): string {
  const [from, to] = low !== null && high !== null ? [low, high] : [pair?.low, pair?.high];
  return from === undefined || to === undefined ? signed(mean) : `${signed(mean)} (${signed(from)} to ${signed(to)})`;
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}

function signed(share: number): string {
  const text = percent(share);
  return Number(text) === 0 ? "0.0" : text.startsWith("-") ? text : `+${text}`;
}

/** A name of a file, as a table prints it. */
export function words(name: string): string {
  return name.replaceAll("_", " ");
}
