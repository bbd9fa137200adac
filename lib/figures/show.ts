/**
 * A figure as a notebook shows it: Plotly's data where a renderer draws them, and a static picture beside them for places
 * that have none, such as a code host's preview.
 *
 * The picture is as large as the figure: Plotly's renderer in JupyterLab shows it as it is until the mouse is over it.
 * A picture is kept by the digest of the figure's data, so that one never stands beside data that it does not show.
 * `deno task figures` makes the pictures.
 */
import { Buffer } from "node:buffer";
import { digest } from "../training/recipe.ts";
import type { PlotlyFigure } from "./plotly.ts";

/** Where the pictures lie. */
const PICTURES = new URL("../../notebooks/pictures/", import.meta.url);

/** What Jupyter is given of a figure, by MIME type. */
export type Shown = Record<string, unknown>;

/**
 * Shows a figure in a notebook on Deno's kernel: `await show(figure)`.
 *
 * The data are sent before the cell ends. What a cell returns instead can reach Jupyter after the cell's end, where an
 * executor no longer listens (seen with nbclient, in one run of six on a busy machine).
 */
export async function show(figure: PlotlyFigure): Promise<void> {
  await send(shown(figure));
}

/**
 * Shows a picture in a notebook: `await showPicture(png)`.
 *
 * @param png a PNG file, animated or not
 */
export async function showPicture(png: Uint8Array): Promise<void> {
  await send({ "image/png": Buffer.from(png).toString("base64"), "text/plain": "picture" });
}

/** The kernel's socket drops a message that comes while the one before is still on its way: so pause around a large one. */
async function send(data: Shown): Promise<void> {
  const pause = () => new Promise((done) => setTimeout(done, 30));
  await pause();
  await Deno.jupyter.broadcast("display_data", { data, metadata: {}, transient: {} });
  await pause();
}

/**
 * What {@linkcode show} sends.
 *
 * @param pictures the folder of the pictures, by default that of the notebooks
 */
export function shown(figure: PlotlyFigure, pictures: URL = PICTURES): Shown {
  const name = digest(figure);
  const picture = read(new URL(`${name}.png`, pictures));
  return {
    "application/vnd.plotly.v1+json": figure,
    ...(picture && { "image/png": Buffer.from(picture).toString("base64") }),
    "text/plain": `Plotly figure ${name}${picture ? "" : ", without a static picture: run deno task figures"}`,
  };
}

function read(path: URL): Uint8Array | null {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}
