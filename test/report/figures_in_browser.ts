/**
 * Slow, needs a Chromium: the task that draws the notebooks' figures.
 *
 *     deno task test:report
 */
import { assert, assertEquals } from "@std/assert";
import { Buffer } from "node:buffer";
import { PNG } from "pngjs";
import { rocCurve } from "../../lib/figures/roc_curve.ts";
import { curvesFigure } from "../../lib/figures/curve.ts";
import { figuresReport } from "../../lib/report/figures_task.ts";
import { figureOutputs, readNotebook, writeNotebook } from "../../lib/report/notebook.ts";
import { digest } from "../../lib/training/recipe.ts";

Deno.test("each figure is written as SVG, PNG and PDF, its picture stands beside its data, an old one is removed", async () => {
  const folder = await Deno.makeTempDir();
  const points = rocCurve({ known: Float64Array.of(1, 2, 3), unknown: Float64Array.of(0, 2.5) });
  const figure = curvesFigure([{ name: "a", ...points }, { name: "b", ...points }], {
    title: "ROC",
    x: "FPR",
    y: "TPR",
  });
  const output = { output_type: "display_data", data: { "application/vnd.plotly.v1+json": figure } };
  const path = `${folder}/01_one.ipynb`;
  await writeNotebook(path, { nbformat: 4, cells: [{ cell_type: "code", source: "", outputs: [output] }] });
  await Deno.mkdir(`${folder}/pictures`);
  for (const name of ["0123456789abcdef.png", "mine.png"]) await Deno.writeTextFile(`${folder}/pictures/${name}`, "");

  assertEquals(await figuresReport(["--out", `${folder}/out`], folder), {
    code: 0,
    text: `1 figures in ${folder}/out, as SVG, PNG and PDF.`,
  });
  const drawn = `${folder}/out/01_one.1`;
  const png = await Deno.readFile(`${drawn}.png`);
  const { width, height } = PNG.sync.read(Buffer.from(png));
  const size = figure.layout as { width: number; height: number };
  assertEquals([width, height], [2 * size.width, 2 * size.height]);
  assert((await Deno.readTextFile(`${drawn}.svg`)).includes(">ROC<"));
  assertEquals(new TextDecoder().decode((await Deno.readFile(`${drawn}.pdf`)).subarray(0, 5)), "%PDF-");

  const [{ data }] = figureOutputs(await readNotebook(path));
  const picture = PNG.sync.read(Buffer.from(data["image/png"] as string, "base64"));
  assertEquals([picture.width, picture.height], [size.width, size.height]);
  const names = (await Array.fromAsync(Deno.readDir(`${folder}/pictures`))).map(({ name }) => name).sort();
  assertEquals(names, [`${digest(figure)}.png`, "mine.png"].sort());
  await Deno.remove(folder, { recursive: true });
});
