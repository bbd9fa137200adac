/** A result file in short: what BackMix, or a rival of it, changes, a row for each method, by its headline score. */
import { metricTitles } from "../metrics/open_set_metrics.ts";
import type { MetricName, ResultFile } from "./result.ts";
import { dataTitle, difference, rowName, type Table, value, words } from "./table.ts";

const SHOWN: readonly MetricName[] = ["acc", "auroc"];

/** A row for each method with BackMix or a rival: accuracy and AUROC without it, with it, and their difference. */
export function comparisonOf(file: ResultFile): Table {
  const cellOf = (id: string) => file.cells.find((cell) => cell.id === id)!;
  const rowOf = (id: string) => file.summary.rows.find((row) => row.cells.includes(id))!;
  const on = dataTitle(file);
  const pairs = file.summary.paired.map((row) => {
    const { with: id, without } = file.paired.find((one) => one.with === row.cells[0])!;
    const names = { with: rowName(cellOf(id)), without: rowName(cellOf(without)) };
    return { ...row, id, without, names, plain: names.with === `${names.without} + BackMix` };
  });
  const second = pairs.every(({ plain }) => plain) ? "with BackMix" : "with";
  const titles = SHOWN.flatMap((name) => [`${metricTitles[name]} without`, second, "difference"]);
  return [
    ["Method", "Score", "Runs", ...titles],
    ...pairs.map(({ id, without, names, plain, cells, headline, metrics }) => {
      const pair = file.paired.find((one) => one.with === id)!;
      const side = (cell: string, name: MetricName) =>
        value(rowOf(cell).metrics[headline][name], cellOf(cell).metrics[headline][name]);
      const figures = SHOWN.flatMap((name) => [
        side(without, name),
        side(id, name),
        difference(metrics[headline][name], pair.metrics[headline][name]),
      ]);
      return [(plain ? names.without : names.with) + on(cellOf(id)), words(headline), String(cells.length), ...figures];
    }),
  ];
}
