/** A result file in short: what BackMix, or a rival of it, changes, a row for each method, by its headline score. */
import { metricTitles } from "../metrics/open_set_metrics.ts";
import type { MetricName, ResultFile } from "./result.ts";
import { dataTitle, difference, rowName, type Table, value, words } from "./table.ts";

const SHOWN: readonly MetricName[] = ["acc", "auroc"];

/** A row for each method with BackMix or a rival: accuracy and AUROC without it, with it, and their difference. */
export function comparisonOf(file: ResultFile): Table {
  const titles = SHOWN.flatMap((name) => [`${metricTitles[name]} without`, "with", "difference"]);
  const cellOf = (id: string) => file.cells.find((cell) => cell.id === id)!;
  const rowOf = (id: string) => file.summary.rows.find((row) => row.cells.includes(id))!;
  const on = dataTitle(file);
  return [
    ["Method", "Score", "Runs", ...titles],
    ...file.summary.paired.map(({ cells, headline, metrics }) => {
      const pair = file.paired.find((one) => one.with === cells[0])!;
      const side = (id: string, name: MetricName) =>
        value(rowOf(id).metrics[headline][name], cellOf(id).metrics[headline][name]);
      const figures = SHOWN.flatMap((name) => [
        side(pair.without, name),
        side(pair.with, name),
        difference(metrics[headline][name], pair.metrics[headline][name]),
      ]);
      return [rowName(cellOf(pair.with)) + on(cellOf(pair.with)), words(headline), String(cells.length), ...figures];
    }),
  ];
}
