/**
 * `deno task figures`: draws the figures of the notebooks, for a paper and as the static pictures that stand beside their
 * data.
 */
import { Buffer } from "node:buffer";
import { basename, join } from "node:path";
import { writeAtomic, writeTextAtomic } from "../files/atomic.ts";
import { type Report, runReport } from "../files/task.ts";
import { taskArguments } from "../files/task_arguments.ts";
import { digest } from "../training/recipe.ts";
import { openDrawer } from "./browser.ts";
import { figureOutputs, notebooksIn, readNotebook, writeNotebook } from "./notebook.ts";

/** Pixels of a paper's PNG file for one of the figure: 480 of them fill a column of 3.3 inches at 300 dpi. */
const FOR_PAPER = 2;

const FOLDER = join(import.meta.dirname!, "../../notebooks");

/** What a static picture is called: first digits of a digest. */
const OURS = /^[0-9a-f]{16}\.png$/;

const HELP = `Draws every figure of the executed notebooks.

Usage: deno task figures [--out DIR]

Writes NOTEBOOK.NUMBER.svg, .png and .pdf of each into DIR, for a paper; and where a figure's data have changed, its static
picture into notebooks/pictures and beside the data in the notebook; pictures of data that no notebook holds are removed.
Needs a Chromium.

  --out DIR  default runs/figures
  --help     this text`;

/**
 * Runs the task.
 *
 * @param folder where the notebooks lie
 * @throws {UserError} if an option is wrong, a notebook cannot be read, or there is no Chromium
 */
export async function figuresReport(args: readonly string[], folder = FOLDER): Promise<Report> {
  const given = taskArguments(args, { task: "figures", valued: ["out"], paths: { count: 0, called: "paths" } });
  if (given === null) return { code: 0, text: HELP };
  const out = given.values.out ?? "runs/figures";
  const pictures = `${folder}/pictures`;
  await using drawer = await openDrawer();
  const used = new Set<string>();
  let count = 0;
  for (const path of await notebooksIn(folder)) {
    const notebook = await readNotebook(path);
    for (const [k, { figure, data }] of figureOutputs(notebook).entries()) {
      const name = `${out}/${basename(path, ".ipynb")}.${k + 1}`;
      const picture = `${pictures}/${digest(figure)}.png`;
      used.add(basename(picture));
      // an old picture of the same data stays: another version of the browser draws other pixels
      const png = await Deno.readFile(picture).catch(() => null) ?? await drawer.png(figure, 1);
      await writeAtomic(picture, png);
      await writeAtomic(`${name}.png`, await drawer.png(figure, FOR_PAPER));
      await writeTextAtomic(`${name}.svg`, await drawer.svg(figure));
      await writeAtomic(`${name}.pdf`, await drawer.pdf(figure));
      data["image/png"] = Buffer.from(png).toString("base64");
      data["text/plain"] = `Plotly figure ${digest(figure)}`;
      count++;
    }
    await writeNotebook(path, notebook);
  }
  for await (const { name } of Deno.readDir(pictures)) {
    if (OURS.test(name) && !used.has(name)) await Deno.remove(`${pictures}/${name}`);
  }
  return { code: 0, text: `${count} figures in ${out}, as SVG, PNG and PDF.` };
}

if (import.meta.main) await runReport(() => figuresReport(Deno.args));
