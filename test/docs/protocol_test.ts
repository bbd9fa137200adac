/** The tables of docs/protocol.md that come from elsewhere: of the golden numbers, and of the experiments. */
import { assert } from "@std/assert";
import { experiments } from "../../experiments/all.ts";
import { type MetricName } from "../../lib/results/result.ts";
import { metricTitles, openSetMetrics } from "../../lib/metrics/open_set_metrics.ts";
import { type ScoredCase, scoredImagesOf } from "../golden/golden.ts";
import { read } from "./markdown.ts";

/** Which figures differ on which scores; their names there, where a code base has the figure. */
const DIFFERENCES: readonly [string, MetricName, string | null, string | null][] = [
  ["ties", "auroc", "auroc", "auroc"],
  ["all_equal", "auroc", "auroc", "auroc"],
  ["overlap", "aupr_in", "auin", "aupr_in"],
  ["ties", "aupr_in", "auin", "aupr_in"],
  ["imbalance", "aupr_in", "auin", "aupr_in"],
  ["all_equal", "aupr_in", "auin", "aupr_in"],
  ["overlap", "tnr_at_tpr95", "tnr", null],
  ["imbalance", "tnr_at_tpr95", "tnr", null],
  ["ties", "fpr_at_tpr95", null, "fpr_at_tpr95"],
  ["ties", "dtacc", "dtacc", "dtacc"],
  ["overlap", "oscr", "oscr_stable", "oscr"],
  ["ties", "oscr", "oscr_stable", "oscr"],
  ["separated", "oscr", "oscr_stable", "oscr"],
  ["all_equal", "oscr", "oscr_stable", "oscr"],
  ["overlap", "macro_f1", null, "macro_f1"],
  ["separated", "macro_f1", null, "macro_f1"],
];

interface Case extends ScoredCase {
  name: string;
  arpl: Record<string, number>;
  cssr: Record<string, number>;
}

Deno.test("protocol.md: what implementations make of the same scores", async () => {
  // seed 0, whatever GOLDEN says: these are the numbers of the document
  const { cases } = JSON.parse(await Deno.readTextFile(new URL("../golden/metrics.json", import.meta.url)));
  const rows = DIFFERENCES.map(([name, metric, arpl, cssr]) => {
    const scores: Case = cases.find((one: Case) => one.name === name);
    const ours = openSetMetrics(scoredImagesOf(scores))[metric];
    const theirs = (of: Record<string, number>, field: string | null) => field === null ? "" : of[field].toFixed(4);
    return [
      metricTitles[metric],
      name.replace("_", " "),
      ours.toFixed(4),
      theirs(scores.arpl, arpl),
      theirs(scores.cssr, cssr),
    ];
  });
  await shows([["Figure", "Scores", "Here", "ARPL", "CSSR"], ...rows]);
});

Deno.test("protocol.md: the published figures, and what is known of how they were made", async () => {
  const rows = experiments.flatMap(({ table, paper, trials }) => {
    if (paper === null) return [];
    const sets = [...paper.metrics ? [[table, paper.metrics] as const] : [], ...Object.entries(paper.by_data ?? {})];
    return sets.flatMap(([data, metrics]) =>
      Object.entries(metrics).map(([metric, value]) => [
        data,
        metricTitles[metric as MetricName],
        (100 * value).toFixed(1),
        trials.length > 1 ? String(trials.length) : "not stated",
      ])
    );
  });
  await shows([["Data", "Figure", "BackMix (paper)", "Trials"], ...rows]);
});

/** Checks that the document holds a table, however its columns are padded. */
async function shows(table: string[][]): Promise<void> {
  const words = (line: string) => line.split("|").map((cell) => cell.trim()).join("|");
  const lines = (await read("protocol.md")).split("\n").map(words);
  const wanted = table.map((row) => words(`| ${row.join(" | ")} |`));
  const at = lines.indexOf(wanted[0]);
  const there = lines.slice(at + 2, at + 1 + wanted.length); // after the titles and the rule
  const same = at >= 0 && wanted.slice(1).every((line, i) => line === there[i]) && lines[at + 1 + wanted.length] === "";
  assert(same, `docs/protocol.md should have this table:\n${[wanted[0], "", ...wanted.slice(1)].join("\n")}`);
}
