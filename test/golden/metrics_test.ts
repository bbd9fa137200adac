/** The metrics against brute force over all thresholds (`exact`) and against scikit-learn, on the golden scores. */
import { accuracy } from "../../lib/metrics/accuracy.ts";
import { atTpr95 } from "../../lib/metrics/fpr_at_tpr.ts";
import { f1OfClasses } from "../../lib/metrics/macro_f1.ts";
import { openSetMetrics } from "../../lib/metrics/open_set_metrics.ts";
import { oscr } from "../../lib/metrics/oscr.ts";
import { stepsOf } from "../../lib/metrics/steps.ts";
import { Comparison, golden, type ScoredCase, scoredImagesOf } from "./golden.ts";

interface Case extends ScoredCase {
  name: string;
  exact: Record<
    | "auroc"
    | "p_equal"
    | "aupr_in"
    | "aupr_out"
    | "fpr_at_tpr95"
    | "tnr_at_tpr95"
    | "tpr_there"
    | "threshold_95"
    | "dtacc"
    | "oscr"
    | "acc"
    | "macro_f1"
    | "macro_f1_classes",
    number
  >;
  sklearn: Record<"roc_auc_score" | "average_precision_in" | "average_precision_out" | "fpr_at_tpr95", number>;
}

const TOLERANCE = 1e-9;

Deno.test("metrics meet the golden numbers, ties included", async () => {
  const { cases } = await golden<{ cases: Case[] }>("metrics");
  const compare = new Comparison("metrics.json");
  for (const c of cases) {
    const images = scoredImagesOf(c);
    const ours = openSetMetrics(images);
    const { exact, sklearn } = c;
    const scalar = (what: string, actual: number, expected: number) =>
      compare.scalar(`${c.name} ${what}`, actual, expected, TOLERANCE);

    scalar("auroc", ours.auroc, exact.auroc);
    scalar("aupr_in", ours.aupr_in, exact.aupr_in);
    scalar("aupr_out", ours.aupr_out, exact.aupr_out);
    scalar("fpr_at_tpr95", ours.fpr_at_tpr95, exact.fpr_at_tpr95);
    scalar("tnr_at_tpr95", ours.tnr_at_tpr95, exact.tnr_at_tpr95);
    scalar("threshold_95", ours.threshold95, exact.threshold_95);
    scalar("dtacc", ours.dtacc, exact.dtacc);
    scalar("oscr", ours.oscr, exact.oscr);
    scalar("acc", ours.acc, exact.acc);
    scalar("macro_f1", ours.macro_f1, exact.macro_f1);

    const point = atTpr95(images.known, images.unknown);
    scalar("tpr_there", point.tpr, exact.tpr_there);
    const f1 = f1OfClasses(images, point.threshold);
    scalar("macro_f1_classes", f1.filter((value) => !Number.isNaN(value)).length, exact.macro_f1_classes);

    const steps = stepsOf(images);
    const equalPairs = steps.known.reduce((sum, count, step) => sum + count * steps.unknown[step], 0);
    scalar("p_equal", equalPairs / (steps.knownTotal * steps.unknownTotal), exact.p_equal);

    scalar("roc_auc_score", ours.auroc, sklearn.roc_auc_score);
    scalar("average_precision_in", ours.aupr_in, sklearn.average_precision_in);
    scalar("average_precision_out", ours.aupr_out, sklearn.average_precision_out);
    scalar("sklearn fpr_at_tpr95", ours.fpr_at_tpr95, sklearn.fpr_at_tpr95);

    scalar("accuracy alone", accuracy(images.knownLabel, images.knownPredicted), exact.acc);
    scalar("oscr alone", oscr(images.known, images.unknown, images.knownLabel, images.knownPredicted), exact.oscr);
  }
  compare.report();
});
