import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import type { TypedArray } from "../../lib/files/arrays.ts";
import { encodeNpy } from "../../lib/files/npy.ts";
import { UserError } from "../../lib/files/user_error.ts";
import { metricsReport } from "../../lib/metrics/metrics_task.ts";

async function folder(files: Record<string, TypedArray>): Promise<string> {
  const path = await Deno.makeTempDir();
  for (const [name, data] of Object.entries(files)) {
    const dtype = data instanceof Float64Array ? "F64" : data instanceof Float32Array ? "F32" : "I64";
    await Deno.writeFile(`${path}/${name}.npy`, encodeNpy({ dtype, shape: [data.length], data }));
  }
  return path;
}

const files = {
  known: Float32Array.of(4, 3, 2, 2),
  unknown: Float64Array.of(2, 1),
  label: BigInt64Array.of(0n, 1n, 2n, 0n),
  pred: BigInt64Array.of(0n, 1n, 1n, 1n),
  elsewhere: BigInt64Array.of(2n, 0n),
};

Deno.test("scores alone give the figures of rejection, each with its interval", async () => {
  const at = await folder(files);
  const report = await metricsReport([`${at}/known.npy`, `${at}/unknown.npy`, "--resamples", "100"]);
  assertMatch(report, /^AUROC +0\.8750 {2}\d\.\d{4} to \d\.\d{4}$/m); // 8 pairs: 6 won, 2 tied
  assertMatch(report, /^FPR@TPR95 +0\.5000/m);
  assertStringIncludes(report, "4 known and 2 unknown images");
  assertEquals(report.includes("OSCR"), false);
});

Deno.test("with classes come accuracy, OSCR and macro-F1, in JSON under the names of the result files", async () => {
  const at = await folder(files);
  const labels = ["--known-label", `${at}/label.npy`, "--known-pred", `${at}/pred.npy`];
  const all = [`${at}/known.npy`, `${at}/unknown.npy`, ...labels, "--unknown-pred", `${at}/elsewhere.npy`, "--json"];
  const { metrics, known } = JSON.parse(await metricsReport(all));
  assertEquals(known, 4);
  assertEquals([metrics.acc.value, metrics.oscr.value], [0.5, 0.5]); // the two right ones beat every unknown image
  assertEquals(Object.keys(metrics).includes("macro_f1"), true);
});

Deno.test("help tells what the task does and costs", async () => {
  assertStringIncludes(await metricsReport(["--help"]), "Usage: deno task metrics KNOWN.npy UNKNOWN.npy");
});

Deno.test("bad input is one plain message that names the file and the place", async () => {
  const at = await folder({
    ...files,
    nan: Float64Array.of(1, NaN),
    none: new Float64Array(0),
    minus: BigInt64Array.of(-1n, 0n),
  });
  const [known, unknown] = [`${at}/known.npy`, `${at}/unknown.npy`];
  const refuse = (args: string[], message: string) => assertRejects(() => metricsReport(args), UserError, message);
  await refuse([known], "1 files of scores, expected 2");
  await refuse([known, `${at}/absent.npy`], `${at}/absent.npy: cannot read: it does not exist`);
  await refuse([`${at}/nan.npy`, unknown], `${at}/nan.npy: score 1 is NaN`);
  await refuse([known, `${at}/none.npy`], `${at}/none.npy: no scores`);
  await refuse([known, unknown, "--known-label", `${at}/label.npy`], "--known-pred is missing");
  await refuse([known, unknown, "--sort"], "--sort: no such option");
  await refuse([known, unknown, "--resamples", "many"], "--resamples many");
  const classes = (
    name: string,
  ) => ["--known-label", `${at}/label.npy`, "--known-pred", `${at}/pred.npy`, "--unknown-pred", `${at}/${name}.npy`];
  await refuse([known, unknown, ...classes("label")], "label.npy: 4 classes for 2 scores");
  await refuse([known, unknown, ...classes("minus")], "minus.npy: class -1 at index 0");
});
